import { inQuotes, isUnreleased } from '../judgement/target'
import { keyIn } from '../postgres/catalog'
import { defineRule } from './rule'

export default defineRule({
  id: 'renamed-enum-value',
  risk: 'compatibility',
  severity: 'warning',
  on: ['ALTER TYPE'],
  why: `
From the moment the migration commits, running code that writes or compares with the old label fails with "invalid input
value for enum", and code that reads gets a label that it does not know. Code deployed before the migration cannot use the new
label either.

Nothing is said of a type that the same migration makes.`,
  instead: `
Add the new label with \`ADD VALUE\`, deploy code that knows both, move the rows over in batches, and leave the old label
where it is: a label that no row has does no harm.`,
  manual: ['sql-altertype.html'],

  *check(alter, context) {
    const { renameValue, type } = alter
    if (!renameValue) return
    const known = context.catalog.types.get(keyIn(context.catalog, context.catalog.types, type))
    if (isUnreleased(known?.born, context)) return
    yield {
      at: alter.keywords,
      message: `RENAME VALUE breaks running code that names '${renameValue.from}' of type ${inQuotes(type)}`,
      detail: `Queries with the old label fail as soon as the migration commits, and queries with '${renameValue.to}' fail until then.`,
      hint: 'Add the new label, let code know both, and move the rows over; the old label may stay.',
    }
  },

  examples: `
-- bad: code still uses the old label
-- shows: renamed enum label
-- file: 0001_state.sql
  CREATE TYPE state AS ENUM ('open', 'done');
-- file: 0002_closed.sql
  ALTER TYPE state RENAME VALUE 'done' TO 'closed';
--^^^^^^^^^^ warning [renamed-enum-value: RENAME VALUE breaks running code that names 'done' of type "state"]

-- good: a type of the same migration
  CREATE TYPE state AS ENUM ('open', 'done');
  ALTER TYPE state RENAME VALUE 'done' TO 'closed';

-- good: a new label
-- file: 0001_state.sql
  CREATE TYPE state AS ENUM ('open', 'done');
-- file: 0002_closed.sql
  ALTER TYPE state ADD VALUE 'closed';
`,
})
