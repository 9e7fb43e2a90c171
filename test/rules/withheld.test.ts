import assert from 'node:assert/strict'
import { withAllFixesThatHold, withFixesThatHold } from '../../server/src/core/fix-check'
import { lint } from '../../server/src/core/lint'
import { type Files, historyIn } from '../history/folder'
import { loadInstalledParser } from '../parser'

/** Where a rule has a fix and none is offered, its finding says why. */
describe('a fix that is withheld', () => {
  before(loadInstalledParser)

  const users = '-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY, email text, age int);'
  const reasonsIn = (files: Files, rule: string, framework = 'goose') =>
    lint(historyIn(files, framework), 'm/2_change.sql', { postgres: 15, rules: {} }).flatMap(finding => {
      if (finding.rule !== rule) return []
      assert.deepEqual(finding.fixes, [])
      return finding.withheld
    })
  const reasonIn = (files: Files, name: string, rule: string) => {
    const found = lint(historyIn(files, 'flyway'), `m/${name}`, { postgres: 15, rules: {} })
    const finding = found.find(other => other.rule === rule)
    assert.deepEqual(finding?.fixes, [])
    return finding?.withheld
  }
  const reason = (statement: string, rule: string, later: Files = {}) =>
    reasonsIn({ '1_users.sql': users, '2_change.sql': `-- +goose Up\n${statement}`, ...later }, rule)[0]

  const index = 'CREATE INDEX users_email_idx ON users (email);'

  it('names the statement of a later migration that is in the way, and what it does', () => {
    const reasonBefore = (later: string) =>
      reason(`SELECT 1;\n${index}`, 'index-without-concurrently', { '3_later.sql': `-- +goose Up\n${later}` })
    assert.equal(
      reasonBefore('ALTER TABLE users DROP COLUMN email;'),
      'It cannot move behind 3_later.sql:2: that ALTER TABLE of table "users" says DROP COLUMN email.',
    )
    assert.equal(
      reasonBefore('SELECT 1;\nDO $$ BEGIN PERFORM 1 FROM users; END $$;'),
      'It cannot move behind 3_later.sql:3: that DO goes on with table "users".',
    )
    assert.equal(
      reasonBefore('DROP INDEX users_email_idx;'),
      'It cannot move behind 3_later.sql:2: that DROP INDEX names "users_email_idx".',
    )
  })

  const later = { '3_later.sql': '-- +goose Up\nSELECT 1;' }

  it('names the line that needs it, where that cannot come later either', () => {
    const needed = `${index}\n\nCOMMENT ON INDEX users_email_idx IS 'found by it';`
    assert.equal(
      reason(needed, 'index-without-concurrently', later),
      'It cannot move behind line 4: that COMMENT names "users_email_idx".',
    )
  })

  it('says that a statement of the down does more than undoing this', () => {
    const change = 'ALTER TABLE users ALTER COLUMN age TYPE bigint;\n-- +goose Down\n'
    assert.equal(
      reason(`${change}ALTER TABLE users ALTER COLUMN age TYPE int, ADD COLUMN name text;`, 'column-type-rewrite'),
      'The statement of the down that undoes this does something else too: give it one of its own.',
    )
    assert.equal(
      reason(`${change}ALTER TABLE users DROP COLUMN age;`, 'column-type-rewrite'),
      'The down does something else with the column than undoing this.',
    )
  })

  it('says that the down would have to come apart as well', () => {
    const down = '-- +goose Down\nALTER TABLE users DROP COLUMN plan, ADD COLUMN name text;'
    assert.equal(
      reason(
        `ALTER TABLE users ADD COLUMN plan text;
UPDATE users SET plan = 'free';
DELETE FROM users WHERE plan = 'none';
ALTER TABLE users DROP COLUMN age;
${down}`,
        'unbatched-backfill',
      ),
      'The down would have to come apart as well, and the migrations do not show where.',
    )
  })

  it('says what would be missed when what follows runs in another transaction', () => {
    const missed = (before: string, after: string) =>
      reason(`${before}\nUPDATE users SET email = lower(email);\n${after}`, 'unbatched-backfill')
    const needs = "DELETE FROM users WHERE email = 'none';"
    assert.equal(
      missed('ALTER TABLE users DISABLE TRIGGER USER;', `ALTER TABLE users ENABLE TRIGGER USER;\n${needs}`),
      'Until line 4 has run, others would miss what line 2 takes away.',
    )
    assert.equal(
      missed('LOCK TABLE users;', needs),
      'Line 2 does what lasts as long as the transaction, and it would have to end here.',
    )
    assert.equal(
      reason(
        'ALTER TABLE users ADD COLUMN mail text;\nUPDATE users SET mail = email;\nALTER TABLE users DROP COLUMN email;',
        'unbatched-backfill',
      ),
      'Line 4 gives up what line 3 reads: values that are written in between would be lost. Let a later release do that.',
    )
  })

  it('names the finding that a fix would bring', () => {
    const history = historyIn(
      {
        '1_users.sql':
          'CREATE TABLE users (id bigint PRIMARY KEY, age int);\nCREATE INDEX users_age_idx ON users (age);',
        '2_change.sql': 'DROP INDEX users_age_idx;\nCREATE INDEX users_age_id_idx ON users (age, id);',
      },
      'plain',
    )
    const path = 'm/2_change.sql'
    const settings = { postgres: 15, rules: {} }
    for (const held of [withFixesThatHold, withAllFixesThatHold]) {
      const dropped = held(history, path, lint(history, path, settings), settings).find(
        ({ rule }) => rule === 'drop-index-without-concurrently',
      )
      assert.equal(
        dropped?.withheld,
        'The fix would bring another finding: DROP INDEX takes away index "users_age_idx" before its replacement is built [index-dropped-before-replacement].',
      )
    }
  })

  it('says what keeps a key from using an index that is built before', () => {
    const reasonOf = (clauses: string) => reason(`ALTER TABLE users ${clauses};`, 'unique-constraint-builds-index')
    assert.equal(
      reasonOf('DROP CONSTRAINT users_pkey, ADD UNIQUE (email)'),
      'The same statement drops a constraint: build the index before it, under a name of its own, and say USING INDEX here.',
    )
    assert.equal(
      reasonOf('ADD COLUMN code text, ADD CONSTRAINT users_code_key UNIQUE (code)'),
      'The same statement adds the column: add that before, in a statement of its own.',
    )
    assert.equal(
      reasonOf('ADD COLUMN code text UNIQUE'),
      'The same statement adds the column: add that before, in a statement of its own.',
    )
  })

  it('says what USING would have to do in a trigger', () => {
    assert.equal(
      reason('ALTER TABLE users ALTER COLUMN age TYPE text USING random()::text;', 'column-type-rewrite'),
      'USING does more than compute from the row: the trigger could come to other values.',
    )
  })

  it('names the line, or the later migration, that says something else of an index which comes along', () => {
    const files = (here: string, later = 'SELECT 1;') => ({
      '1_users.sql': '-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY, age integer UNIQUE);',
      '2_change.sql': `-- +goose Up\nALTER TABLE users ALTER COLUMN age TYPE bigint;\n${here}`,
      '3_later.sql': `-- +goose Up\n${later}`,
    })
    const rename = 'ALTER TABLE users RENAME CONSTRAINT users_age_key TO ages;'
    assert.deepEqual(reasonsIn(files(rename), 'column-type-rewrite'), [
      'It cannot move behind line 3: that ALTER TABLE names "users_age_key".',
    ])
    assert.deepEqual(reasonsIn(files('', rename), 'column-type-rewrite'), [
      'It cannot move behind 3_later.sql:2: that ALTER TABLE names "users_age_key".',
    ])
  })

  it('names the line that drops the type which the old column keeps, also where nobody knows all that is there', () => {
    const files = {
      '1_users.sql': `-- +goose Up
        CREATE TYPE mood AS ENUM ('a');
        CREATE TABLE users (id bigint PRIMARY KEY, feels mood);
        DO $$ BEGIN EXECUTE current_setting('x.y'); END $$;`,
      '2_change.sql': `-- +goose Up
        ALTER TYPE mood RENAME TO old_mood;
        CREATE TYPE mood AS ENUM ('a', 'b');
        ALTER TABLE users ALTER COLUMN feels TYPE mood USING feels::text::mood;
        DROP TYPE old_mood;`,
    }
    assert.deepEqual(reasonsIn(files, 'column-type-rewrite'), [
      'It cannot move behind line 5: that DROP TYPE names type "old_mood".',
    ])
  })

  it('names the later migration that drops a column which it reads', () => {
    const files = {
      '1_users.sql': `${users}\nCREATE TABLE teams (id bigint PRIMARY KEY, owner bigint);`,
      '2_change.sql':
        '-- +goose Up\nSELECT 1;\nUPDATE users SET age = (SELECT owner FROM teams WHERE teams.id = users.id);',
      '3_later.sql': '-- +goose Up\nALTER TABLE teams DROP COLUMN owner;',
    }
    assert.deepEqual(reasonsIn(files, 'unbatched-backfill'), [
      'It cannot move behind 3_later.sql:2: that ALTER TABLE of table "teams" says DROP COLUMN owner.',
    ])
  })

  it('names the line of a later changeset in the file', () => {
    const files = {
      '1_users.sql': `--liquibase formatted sql\n--changeset ann:1\n${users.split('\n')[1]}`,
      '2_change.sql': `--liquibase formatted sql\n--changeset ann:2\nSELECT 1;\n${index}\n--changeset ann:3\nALTER TABLE users RENAME TO people;`,
    }
    assert.deepEqual(reasonsIn(files, 'index-without-concurrently', 'liquibase'), [
      'It cannot move behind line 6: that ALTER TABLE of table "users" says RENAME TO people.',
    ])
  })

  it('names the line that drops what it needs', () => {
    const change = `ALTER TABLE users ADD COLUMN name text;
CREATE FUNCTION named(text) RETURNS text LANGUAGE sql AS 'SELECT lower($1)';
UPDATE users SET name = named(email) WHERE age > 18;
DROP FUNCTION named(text);`
    assert.equal(
      reason(change, 'work-under-lock', later),
      'It cannot move behind line 5: that DROP FUNCTION drops what this needs.',
    )
  })

  it('names what decides the names', () => {
    assert.equal(
      reason(`SET search_path = public;\n${index}`, 'index-without-concurrently'),
      'A new migration would not have the SET of line 2.',
    )
  })

  it('says that a statement stands in a body', () => {
    assert.equal(
      reason(`DO $$ BEGIN ${index} END $$;`, 'index-without-concurrently'),
      'The fix is for a statement that stands by itself, and this one stands in a body.',
    )
  })

  it('names what would have to come along', () => {
    const files = {
      '1_users.sql': '-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY, name text COLLATE "C");',
      '2_change.sql': '-- +goose Up\nALTER TABLE users RENAME COLUMN name TO label;',
    }
    assert.deepEqual(reasonsIn(files, 'renamed-column'), ['The new column would need its collation as well.'])
  })

  it('says that there is no key for batches', () => {
    const files = {
      '1_users.sql': '-- +goose Up\nCREATE TABLE users (email text);',
      '2_change.sql': '-- +goose Up\nUPDATE users SET email = lower(email);',
    }
    assert.deepEqual(reasonsIn(files, 'unbatched-backfill'), [
      'The migrations here show no key of table "users", along which batches could go.',
    ])
  })

  it('says that values may come twice between two batches', () => {
    const files = {
      '1_ranks.sql': '-- +goose Up\nCREATE TABLE ranks (id bigint PRIMARY KEY, place int UNIQUE DEFERRABLE);',
      '2_change.sql': '-- +goose Up\nUPDATE ranks SET place = place + 1;',
    }
    assert.deepEqual(reasonsIn(files, 'unbatched-backfill'), [
      'Values may come twice until all rows are changed: "ranks_place_key" is checked at the end.',
    ])
  })

  it('says that a function would be cut up', () => {
    const filesWith = (attribute: string, statements: string) => ({
      '1_users.sql': '--liquibase formatted sql\n--changeset a:1\nCREATE TABLE users (id bigint PRIMARY KEY, age int);',
      '2_change.sql': `--liquibase formatted sql\n--changeset a:2${attribute}\n${statements}`,
    })
    const rename = 'ALTER TABLE users RENAME COLUMN age TO years;'
    const why = ['Liquibase cuts bodies at their semicolons here.']
    const reasons = (attribute: string, statements: string) =>
      reasonsIn(filesWith(attribute, statements), 'renamed-column', 'liquibase')
    assert.deepEqual(reasons(' splitStatements:true', rename), why)
    assert.deepEqual(reasons('', `${rename}\n/\nSELECT 1;`), why)
    assert.deepEqual(reasons(' runInTransaction:false', `SELECT 1;\n${rename}`), why)
  })

  it('says that a function is given the name of the table', () => {
    assert.equal(
      reason("ALTER TABLE users DROP COLUMN email;\nSELECT audited('users');", 'dropped-column'),
      'It cannot move behind line 3: that SELECT is given the name of table "users", and may go by its columns.',
    )
  })

  it('says that the table is written anew for another clause', () => {
    const anyway =
      'Another clause of the statement writes the whole table anew: mend that first, or give this one a statement of its own.'
    const beside = (clause: string, rule: string) =>
      reason(`ALTER TABLE users ALTER COLUMN age TYPE bigint, ${clause};`, rule)
    assert.equal(beside('ADD CONSTRAINT said CHECK (email IS NOT NULL)', 'check-validated-at-once'), anyway)
    assert.equal(beside('ALTER COLUMN email SET NOT NULL', 'not-null-scan'), anyway)
    assert.equal(beside('ADD UNIQUE (email)', 'unique-constraint-builds-index'), anyway)
  })

  it('says that a view under the old name would be in the way of later migrations', () => {
    const inTheWay = 'A later migration puts something in its place, or takes away what the view would read.'
    const renamed = (later: string) =>
      reason('ALTER TABLE users RENAME TO people;', 'renamed-table', { '3_later.sql': `-- +goose Up\n${later}` })
    assert.equal(renamed('CREATE TABLE users (id bigint PRIMARY KEY);'), inTheWay)
    assert.equal(renamed('DROP TABLE people;'), inTheWay)
    assert.equal(renamed('ALTER TABLE people ALTER COLUMN age TYPE bigint;'), inTheWay)
    const files = {
      'V1__users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY, email text);',
      'V2__people.sql': 'ALTER TABLE users RENAME TO people;',
      'R__users.sql': 'CREATE OR REPLACE VIEW users AS SELECT id FROM people;',
    }
    assert.equal(reasonIn(files, 'V2__people.sql', 'renamed-table'), inTheWay)
    const alone = 'COMMIT;\nALTER TABLE people DROP COLUMN email;'
    assert.equal(
      reason(`ALTER TABLE users RENAME TO people;\n${alone}`, 'renamed-table'),
      'The views would be in the way of the ALTER TABLE of line 4.',
    )
  })

  it('says that a view of a repeatable migration would keep a column from going', () => {
    const why = 'A view of a repeatable migration reads the column, and would keep the one it finds from going.'
    const filesWith = (change: string) => ({
      'V1__users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY, email text, age int);',
      'V2__change.sql': change,
      'R__named.sql': 'CREATE OR REPLACE VIEW named AS SELECT id, mail, age FROM users;',
    })
    const rename = filesWith('ALTER TABLE users RENAME COLUMN email TO mail;')
    assert.equal(reasonIn(rename, 'V2__change.sql', 'renamed-column'), why)
    const retype = filesWith('ALTER TABLE users ALTER COLUMN age TYPE bigint;')
    assert.equal(reasonIn(retype, 'V2__change.sql', 'column-type-rewrite'), why)
  })

  it('names what names a column for good', () => {
    const reasonAfter = (said: string) =>
      reasonsIn(
        {
          '1_users.sql': `${users}\n${said}`,
          '2_change.sql': '-- +goose Up\nALTER TABLE users ALTER COLUMN age TYPE bigint;',
        },
        'column-type-rewrite',
      )
    const keeps = 'names the column, and keeps the one it finds from going.'
    assert.deepEqual(reasonAfter('CREATE PUBLICATION ages FOR TABLE users (id, age);'), [`CREATE PUBLICATION ${keeps}`])
    assert.deepEqual(reasonAfter('CREATE PUBLICATION p;\nALTER PUBLICATION p ADD TABLE users WHERE (age > 3);'), [
      `ALTER PUBLICATION ${keeps}`,
    ])
    assert.deepEqual(reasonAfter("SECURITY LABEL FOR anon ON COLUMN users.age IS 'MASKED';"), [
      `SECURITY LABEL ${keeps}`,
    ])
    assert.deepEqual(reasonAfter('CREATE STATISTICS grown ON email, age FROM users;'), [
      'The new column would need the extended statistics of the table as well.',
    ])
    assert.deepEqual(reasonAfter('CREATE POLICY old ON users USING (age > 70);'), [
      'The new column would need policy "old" as well.',
    ])
    assert.deepEqual(reasonAfter('GRANT SELECT (id, age) ON users TO reader;'), [
      'A role has privileges on the column alone, and none on another.',
    ])
    assert.deepEqual(
      reasonAfter(
        'CREATE TABLE teams (id bigint, age int, PRIMARY KEY (id, age));\n' +
          'ALTER TABLE users ADD CONSTRAINT of FOREIGN KEY (id, age) REFERENCES teams ON DELETE SET NULL (age);',
      ),
      ['The new column would need constraint "of" as well.'],
    )
    assert.deepEqual(reasonAfter('CREATE INDEX ages ON users (age);\nALTER INDEX ages SET (fillfactor = 70);'), [
      'Index "ages" is not as it was made.',
    ])
    assert.deepEqual(reasonAfter('ALTER TABLE users ADD CONSTRAINT ages UNIQUE (age) WITH (fillfactor = 70);'), [
      'The new column would need constraint "ages" as well.',
    ])
  })

  it('says that the triggers of the table are not always as they are', () => {
    const touched = `CREATE TABLE users (id bigint PRIMARY KEY, age int, updated_at timestamptz);
-- +goose StatementBegin
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$;
-- +goose StatementEnd
CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();`
    const filesWith = (before: string, later: string) => ({
      '1_users.sql': `-- +goose Up\n${touched}\n${before}`,
      '2_change.sql': '-- +goose Up\nALTER TABLE users ALTER COLUMN age TYPE bigint;',
      '3_later.sql': `-- +goose Up\n${later}`,
    })
    const why = ['Trigger "touch" is not always as it is now.']
    const always = 'ALTER TABLE users ENABLE ALWAYS TRIGGER touch;'
    assert.deepEqual(reasonsIn(filesWith('', 'DROP TRIGGER touch ON users;'), 'column-type-rewrite'), why)
    assert.deepEqual(reasonsIn(filesWith('ALTER TABLE users DISABLE TRIGGER touch;', ''), 'column-type-rewrite'), why)
    assert.deepEqual(reasonsIn(filesWith(always, ''), 'column-type-rewrite'), why)
  })

  it('says that a trigger would change every row that is filled', () => {
    const touched = `CREATE TABLE users (id bigint PRIMARY KEY, updated_at timestamptz);
-- +goose StatementBegin
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$;
-- +goose StatementEnd
CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();`
    const files = {
      '1_users.sql': `-- +goose Up\n${touched}`,
      '2_change.sql': '-- +goose Up\nALTER TABLE users ADD COLUMN key uuid DEFAULT gen_random_uuid();',
    }
    assert.deepEqual(reasonsIn(files, 'volatile-default'), ['Trigger "touch" would run for every row that is filled.'])
  })

  it('says that rows of heirs would pass a trigger by', () => {
    const files = {
      '1_users.sql': `${users}\nCREATE TABLE admins () INHERITS (users);`,
      '2_change.sql': '-- +goose Up\nALTER TABLE users ADD COLUMN mail text GENERATED ALWAYS AS (lower(email)) STORED;',
    }
    assert.deepEqual(reasonsIn(files, 'volatile-default'), [
      'Rows of the tables that inherit the column would pass the trigger by.',
    ])
  })

  it('is not told twice where the hint says it', () => {
    const files = {
      '1_users.sql': users.replace('-- +goose Up\n', ''),
      '2_change.sql': `ALTER TABLE users ADD COLUMN name text;\n--> statement-breakpoint\n${index}`,
      'meta/_journal.json': '{"entries": [{"idx": 0, "tag": "1_users"}, {"idx": 1, "tag": "2_change"}]}',
    }
    assert.deepEqual(reasonsIn(files, 'index-without-concurrently', 'drizzle'), [undefined])
  })

  it('is not told where a fix is offered, nor of a rule without fixes', () => {
    const findings = lint(
      historyIn({ '1_users.sql': users, '2_change.sql': `-- +goose Up\n${index}\nTRUNCATE users;` }, 'goose'),
      'm/2_change.sql',
      { postgres: 15, rules: {} },
    )
    assert(findings.length > 1)
    for (const { withheld } of findings) assert.equal(withheld, undefined)
  })
})
