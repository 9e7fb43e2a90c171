import { strict as assert } from 'node:assert'
import { PGlite } from '@electric-sql/pglite'

/** What hovers tell that the manual does not say in so many words. */
describe('what the hovers take for granted', () => {
  let database: PGlite

  before(async () => {
    database = new PGlite()
    await database.exec('CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (parent int, note text)')
    await database.exec("INSERT INTO child VALUES (-1, 'old')")
  })
  after(() => database.close())

  it('a CHECK that is NOT VALID refuses an UPDATE of an old row, whatever column that changes', async () => {
    await database.exec('ALTER TABLE child ADD CONSTRAINT positive CHECK (parent > 0) NOT VALID')
    await assert.rejects(database.exec("UPDATE child SET note = 'new'"), /violates check constraint "positive"/)
    await database.exec('ALTER TABLE child DROP CONSTRAINT positive')
  })

  it('a foreign key that is NOT VALID refuses only an UPDATE that changes the key', async () => {
    await database.exec('ALTER TABLE child ADD CONSTRAINT known FOREIGN KEY (parent) REFERENCES parent NOT VALID')
    await database.exec("UPDATE child SET note = 'new'")
    await assert.rejects(database.exec('UPDATE child SET parent = 2'), /violates foreign key constraint "known"/)
  })

  it('ROLLBACK takes SET back, and SET LOCAL does nothing outside a transaction block', async () => {
    const limit = async () =>
      (await database.query<{ lock_timeout: string }>('SHOW lock_timeout')).rows[0]?.lock_timeout
    await database.exec("BEGIN; SET lock_timeout = '3s'; ROLLBACK")
    assert.equal(await limit(), '0')
    await database.exec("SET LOCAL lock_timeout = '3s'")
    assert.equal(await limit(), '0')
  })
})
