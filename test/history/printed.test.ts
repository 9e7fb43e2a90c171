import assert from 'node:assert/strict'
import { loadInstalledParser } from '../parser'
import { historyIn, namesOf, sectionsOf } from './folder'

before(loadInstalledParser)

describe('scripts that tools print', () => {
  it('of Alembic go in the direction that they say', () => {
    const up = `BEGIN;

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> 1975ea83b712

CREATE TABLE account (id SERIAL NOT NULL);

INSERT INTO alembic_version (version_num) VALUES ('1975ea83b712') RETURNING alembic_version.version_num;

COMMIT;
`
    const down =
      'BEGIN;\n\n-- Running downgrade 1975ea83b712 -> \n\nDROP TABLE account;\n\nDELETE FROM alembic_version;\n\nCOMMIT;\n'
    const history = historyIn({ '1_account.sql': up, '1_account_downgrade.sql': down, 'cache_structure.sql': up })
    assert.equal(history.framework.id, 'alembic')
    assert.deepEqual(
      history.migrations.map(({ path, direction, sections }) => `${path} ${direction} ${sections[0]?.transaction}`),
      ['m/1_account.sql up own', 'm/1_account_downgrade.sql down own'],
    )
    assert.equal(history.downOf('m/1_account.sql')?.path, 'm/1_account_downgrade.sql')
    assert.equal(history.complete, true)
  })

  it('of Django are plain files with a transaction of their own', () => {
    const text = 'BEGIN;\n--\n-- Create model User\n--\nCREATE TABLE "users" ("id" bigint);\nCOMMIT;\n'
    const history = historyIn({ '0001_initial.sql': text })
    assert.equal(history.framework.id, 'plain')
    assert.deepEqual(sectionsOf(history), [
      '0001_initial.sql up own: BEGIN | CREATE TABLE "users" ("id" bigint) | COMMIT',
    ])
  })

  it('of Django backwards undo, by what stands under their comments or by their name', () => {
    const operation = (words: string, sql: string) => `BEGIN;\n--\n-- ${words}\n--\n${sql}\nCOMMIT;\n`
    const files = {
      '0001_initial.sql': operation('Create model User', 'CREATE TABLE "users" ("id" bigint);'),
      '0001_initial_backwards.sql': operation('Create model User', 'DROP TABLE "users" CASCADE;'),
      '0002_age.sql': operation('Add field age to user', 'ALTER TABLE "users" ADD COLUMN "age" integer NULL;'),
      '0002_age_undone.sql': operation('Add field age to user', 'ALTER TABLE "users" DROP COLUMN "age" CASCADE;'),
      '0003_no_age.sql': operation('Remove field age from user', 'ALTER TABLE "users" DROP COLUMN "age" CASCADE;'),
      '0004_raw.sql': operation('Raw SQL operation', 'DROP TABLE "old";'),
    }
    const history = historyIn(files)
    assert.deepEqual(
      history.migrations.flatMap(({ path, direction }) => (direction === 'down' ? [path] : [])),
      ['m/0001_initial_backwards.sql', 'm/0002_age_undone.sql'],
    )
    assert.equal(history.downOf('m/0001_initial.sql')?.path, 'm/0001_initial_backwards.sql')
  })

  it('of Rails are snapshots: no migrations', () => {
    const files = { '001_a.sql': 'SELECT 1;', 'structure.sql': 'SELECT 1;', 'cache_structure.sql': 'SELECT 1;' }
    assert.deepEqual(namesOf(historyIn(files)), ['001_a.sql'])
  })
})
