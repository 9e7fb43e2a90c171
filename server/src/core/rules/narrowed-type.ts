import { hasSubcommand } from '../judgement/concerns'
import { tableWithRows } from '../judgement/emptied'
import { silentLoss } from '../judgement/lost-values'
import { isUnreleased, type SubcommandOfKind, subcommandsOf } from '../judgement/target'
import { columnNamed } from '../postgres/catalog'
import { defineRule } from './rule'

export default defineRule({
  id: 'narrowed-type',
  risk: 'data-loss',
  severity: 'warning',
  on: ['ALTER TABLE'],
  concerns: hasSubcommand('ALTER COLUMN TYPE'),
  why: `
Some changes of a column's type lose part of its values without a word: \`timestamptz\` to \`date\` the time of day, \`numeric\`
to a smaller scale or to \`integer\` the decimal places, an explicit cast to \`varchar(n)\` what is longer. Nothing brings them
back. Where \`USING\` cuts with a function such as \`left()\` that is meant to be, and the finding is information; so it is for
\`numeric\` without a scale.

Nothing is said of changes that PostgreSQL refuses where a value does not fit, such as \`bigint\` to \`integer\`: nothing is lost
then. Nothing either of a table or a column that the same migration makes, and of down migrations, which rollback-loses-data
looks at.`,
  instead: `
Add a column of the new type beside the old one, fill it, look at the rows that differ, and drop the old one in a later
release.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DATA-TYPE', 'datatype-numeric.html', 'datatype-character.html'],

  *check(alter, context) {
    const target = tableWithRows(alter.relation, context)
    if (!target) return
    for (const { subcommand } of subcommandsOf(alter, context, 'ALTER COLUMN TYPE')) {
      const column = columnNamed(target.table, subcommand.column.name)
      if (!column || isUnreleased(column.born, context)) continue
      const silent = silentLoss(subcommand, alter.relation, context)
      const cut = silent === undefined ? cutBy(subcommand) : undefined
      if (silent === undefined && cut === undefined) continue
      yield {
        at: subcommand.type.span,
        message: `the new type of column "${column.name}" of ${target.label} ${silent ?? `comes from ${cut}(), which cuts its values`}`,
        detail: 'PostgreSQL does not tell of it, and nothing brings back what is lost.',
        hint: 'Fill a new column beside it, look at the rows that differ, and drop the old one in a later release.',
        relation: target.relation,
        // A numeric without a scale holds any; few values have as many decimal places as the new one keeps.
        severity:
          silent === undefined || (column.type.modifiers.length === 0 && column.type.name === 'numeric')
            ? 'information'
            : undefined,
      }
    }
  },

  examples: `
-- bad: what is lost without an error
-- shows: lossy change of type: values are cut or rounded without an error
-- given: column-type-rewrite off
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, placed timestamptz, total numeric(12, 4), note text);
-- file: 0002_smaller.sql
  ALTER TABLE orders
    ALTER COLUMN placed TYPE date,
--                           ^^^^ warning [narrowed-type: the new type of column "placed" of table "orders" cuts off the time of day]
    ALTER COLUMN total TYPE numeric(12, 2),
--                          ^^^^^^^^^^^^^^ warning [narrowed-type: the new type of column "total" of table "orders" rounds to 2 decimal places]
    ALTER COLUMN note TYPE varchar(20) USING note::varchar(20);
--                         ^^^^^^^^^^^ warning [narrowed-type: the new type of column "note" of table "orders" cuts off what is longer than 20]

-- bad: cut on purpose
-- given: column-type-rewrite off
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, note text);
-- file: 0002_smaller.sql
  ALTER TABLE orders ALTER COLUMN note TYPE varchar(20) USING left(note, 20);
--                                          ^^^^^^^^^^^ information [narrowed-type: the new type of column "note" of table "orders" comes from left(), which cuts its values]

-- good: PostgreSQL refuses what does not fit
-- given: column-type-rewrite off
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, note text, items bigint);
-- file: 0002_smaller.sql
  ALTER TABLE orders
    ALTER COLUMN note TYPE varchar(20),
    ALTER COLUMN items TYPE integer;

-- good: nothing is lost
-- given: column-type-rewrite off
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, placed date, total numeric(12, 2), items integer);
-- file: 0002_larger.sql
  ALTER TABLE orders
    ALTER COLUMN placed TYPE timestamptz,
    ALTER COLUMN total TYPE numeric(14, 4),
    ALTER COLUMN items TYPE numeric;

-- good: a table of the same migration
  CREATE TABLE orders (id bigint PRIMARY KEY, placed timestamptz);
  ALTER TABLE orders ALTER COLUMN placed TYPE date;

-- good: a column of the same migration
-- given: column-type-rewrite off
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 0002_placed.sql
  ALTER TABLE orders ADD COLUMN placed timestamptz;
  ALTER TABLE orders ALTER COLUMN placed TYPE date;
`,
})

/** The function of USING that cuts or rounds the column's own values. */
const cutBy = ({ using, column }: SubcommandOfKind<'ALTER COLUMN TYPE'>): string | undefined =>
  using?.columns.includes(column.name) ? using.calls.find(({ name }) => cutting.has(name))?.name : undefined

const cutting: ReadonlySet<string> = new Set([
  'left',
  'right',
  'substring',
  'substr',
  'trunc',
  'round',
  'floor',
  'ceil',
])
