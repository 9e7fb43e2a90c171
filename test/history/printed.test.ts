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

  it('of Rails are snapshots: no migrations', () => {
    const files = { '001_a.sql': 'SELECT 1;', 'structure.sql': 'SELECT 1;', 'cache_structure.sql': 'SELECT 1;' }
    assert.deepEqual(namesOf(historyIn(files)), ['001_a.sql'])
  })
})
