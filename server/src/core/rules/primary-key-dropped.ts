import { hasSubcommand } from '../judgement/concerns'
import { catalogAtEnd, existingTable, subcommandsOf } from '../judgement/target'
import { constraintNamed, foreignKeysTo, keyOf, type Table, tableAt } from '../postgres/catalog'
import { defineRule } from './rule'

export default defineRule({
  id: 'primary-key-dropped',
  risk: 'compatibility',
  severity: 'information',
  on: ['ALTER TABLE'],
  concerns: hasSubcommand('DROP CONSTRAINT'),
  why: `
Without its primary key a table takes the same key twice and null for it. Where it is published, logical replication finds its
rows no more: every \`UPDATE\` and \`DELETE\` fails until it has another replica identity. \`ON CONFLICT\` of the key fails too.

Nothing is said where the same migration gives the table another primary key, drops or renames it, and of a table that it makes.
Of a table that the history does not show the name of the constraint tells: \`pkey\`, \`pk\` or \`primary_key\`.`,
  instead: `
Build the unique index of the new key with \`CONCURRENTLY\` first, and replace the key in one \`ALTER TABLE\`:
\`DROP CONSTRAINT ..., ADD PRIMARY KEY USING INDEX\`. For a table that is to have none, set \`REPLICA IDENTITY\`.`,
  manual: [
    'logical-replication-publication.html#LOGICAL-REPLICATION-PUBLICATION-REPLICA-IDENTITY',
    'sql-altertable.html',
  ],

  *check(alter, context) {
    const target = existingTable(alter.relation, context)
    if (!target) return
    for (const { subcommand } of subcommandsOf(alter, context, 'DROP CONSTRAINT')) {
      if (!isPrimaryKey(target.table, subcommand.constraint.name)) continue
      const left = tableAt(catalogAtEnd(context), keyOf(context.catalog, alter.relation))
      if ((target.table && !left) || left?.constraints.some(({ kind }) => kind === 'PRIMARY KEY')) continue
      const isReferenced = foreignKeysTo(context.catalog, target.relation).length > 0
      yield {
        at: subcommand.keywords,
        message: `DROP CONSTRAINT leaves ${target.label} without a primary key`,
        detail: isReferenced
          ? 'The foreign keys that reference it have to go first; and where the table is published, UPDATE and DELETE fail.'
          : 'Where the table is published, every UPDATE and DELETE fails until it has another replica identity.',
        hint: 'Replace the key in one ALTER TABLE, from an index that was built concurrently.',
        relation: target.relation,
      }
    }
  },

  examples: `
-- bad: nothing takes its place
-- shows: dropped primary key, and with it the replica identity
-- file: 0001_members.sql
  CREATE TABLE members (id bigint PRIMARY KEY, name text);
-- file: 0002_no_key.sql
  ALTER TABLE members DROP CONSTRAINT members_pkey;
--                    ^^^^^^^^^^^^^^^ information [primary-key-dropped: DROP CONSTRAINT leaves table "members" without a primary key]

-- bad: of a table that the history does not show, by the name that PostgreSQL gives a primary key
  ALTER TABLE members DROP CONSTRAINT members_pkey;
--                    ^^^^^^^^^^^^^^^ information [primary-key-dropped: DROP CONSTRAINT leaves table "members" without a primary key]

-- good: replaced in one statement
-- file: 0001_members.sql
  CREATE TABLE members (id bigint PRIMARY KEY, number bigint NOT NULL);
-- file: 0002_other_key.sql
  CREATE UNIQUE INDEX CONCURRENTLY members_number ON members (number);
  ALTER TABLE members DROP CONSTRAINT members_pkey, ADD CONSTRAINT members_pkey PRIMARY KEY USING INDEX members_number;

-- good: a table of the same migration
  CREATE TABLE members (id bigint NOT NULL, number bigint PRIMARY KEY);
  ALTER TABLE members DROP CONSTRAINT members_pkey;
  ALTER TABLE members ADD PRIMARY KEY (id);

-- good: another constraint
-- file: 0001_members.sql
  CREATE TABLE members (id bigint PRIMARY KEY, number bigint, CONSTRAINT positive CHECK (number > 0));
-- file: 0002_no_check.sql
  ALTER TABLE members DROP CONSTRAINT positive;
`,
})

/** What a table that the history does not show has under a name is what the name says. */
function isPrimaryKey(table: Table | undefined, name: string): boolean {
  const constraint = constraintNamed(table, name)
  if (constraint || table?.columnsKnown) return constraint?.kind === 'PRIMARY KEY'
  return /(^|_)(pkey|pk|primary_?key)(_|$)/i.test(name)
}
