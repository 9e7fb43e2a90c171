import { mayHaveBlock } from '../judgement/around'
import { isLockedAnyway } from '../judgement/held-lock'
import { existingTable, takes } from '../judgement/target'
import { blocksWrites, lockModes } from '../postgres/locks'
import { defineRule } from './rule'

export default defineRule({
  id: 'explicit-lock',
  risk: 'locking',
  severity: 'information',
  on: ['LOCK TABLE'],
  why: `
\`LOCK TABLE\` holds its lock until the transaction ends, whatever follows; without a mode it is \`ACCESS EXCLUSIVE\`, which
makes even reads wait. Where a mode is written, somebody has chosen it: that is a hint, one for each file.

Nothing is said of modes that let reads and writes go on, where another statement of the transaction, such as \`ALTER TABLE\`, takes
as strong a lock on the table, and of tables that the same migration makes.`,
  instead: `
Name the weakest mode that keeps out what has to be kept out (\`SHARE ROW EXCLUSIVE\` keeps out writes), do little under it, and
set \`lock_timeout\` before.`,
  manual: ['sql-lock.html', 'explicit-locking.html#LOCKING-TABLES'],

  *check(lock, context) {
    const mode = lockModes.find(candidate => candidate === lock.mode)
    if (!mode || !blocksWrites(mode) || !(context.transaction.isBlock || mayHaveBlock(context))) return
    const [target] = lock.tables.flatMap(name => existingTable(name, context) ?? [])
    if (!target || isLockedAnyway(target.relation, mode, context)) return
    yield {
      at: lock.keywords,
      message: `${takes('LOCK TABLE', mode, target.label)} until the transaction ends`,
      hint: lock.modeSpan
        ? 'Do little under the lock, and set lock_timeout before.'
        : 'Without a mode it is the strongest: name one that keeps out only what has to be kept out.',
      relation: target.relation,
      severity: lock.modeSpan ? 'hint' : undefined,
      mostInFile: lock.modeSpan && 1,
    }
  },

  examples: `
-- bad: without a mode
-- shows: \`LOCK TABLE\` in a mode that blocks reads or writes
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_lock.sql
  BEGIN;
  LOCK users;
--^^^^ information [explicit-lock: LOCK TABLE takes ACCESS EXCLUSIVE on table "users": reads and writes wait until the transaction ends]
  UPDATE users SET email = 'a' WHERE email = 'b';
  COMMIT;

-- bad: with one
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_lock.up.sql
  LOCK TABLE users IN SHARE MODE;
--^^^^^^^^^^ hint [explicit-lock: LOCK TABLE takes SHARE on table "users": INSERT, UPDATE and DELETE wait until the transaction ends]
  UPDATE users SET email = 'a' WHERE email = 'b';

-- bad: who runs the file may open a transaction around it
  LOCK TABLE users IN ACCESS EXCLUSIVE MODE;
--^^^^^^^^^^ hint [explicit-lock: LOCK TABLE takes ACCESS EXCLUSIVE on table "users": reads and writes wait until the transaction ends]

-- good: what comes next takes that lock too
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_lock.up.sql
  LOCK TABLE users IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE users ADD COLUMN phone text;

-- good: a mode that lets reads and writes go on, and a new table
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_lock.sql
  BEGIN;
  LOCK TABLE users IN SHARE UPDATE EXCLUSIVE MODE;
  CREATE TABLE orders (id bigint PRIMARY KEY);
  LOCK TABLE orders;
  COMMIT;
`,
})
