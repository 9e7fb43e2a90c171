import assert from 'node:assert/strict'
import { pgliteSession, type Session } from '../../scripts/postgres/session'
import { manualPage } from '../../server/src/core/manual'
import { emptyCatalog } from '../../server/src/core/postgres/catalog'
import { effectsOf } from '../../server/src/core/postgres/effects'
import { loadInstalledParser } from '../parser'
import { casesIn, commandOf, must } from './cases'
import { apart, commands, forms } from './inventory'

const statements = ['effects.sql', 'apply.sql']
  .flatMap(file => casesIn(file).cases)
  .map(({ statement }) => statement.replace(/\s+/g, ' '))

describe('the inventory of commands', () => {
  before(loadInstalledParser)

  for (const [command, page] of Object.entries(commands))
    it(`has a measured case of ${command}`, () => {
      const found = statements.find(statement => isCaseOf(command, statement)) ?? apart[command]?.statement
      assert.ok(found, 'no case in effects.sql')
      const { tag } = commandOf(found)
      assert.notEqual(tag, 'OTHER')
      const href = manualPage(tag, 18)?.href ?? ''
      assert.ok(Object.values(commands).includes(href.replace(/^.*\/sql-|\.html$/g, '')), href)
      if (tag === command) assert.equal(href, `https://www.postgresql.org/docs/18/sql-${page}.html`)
    })

  for (const [command, known] of Object.entries(forms))
    for (const form of known)
      it(`has a measured case of ${command} ... ${form}`, () => {
        const pattern = new RegExp(form.split(' ... ').map(escaped).join('.*'))
        const found = statements.filter(statement => isCaseOf(command, statement) && pattern.test(statement))
        assert.ok(found.length > 0, 'no case in effects.sql')
      })

  it('reads every subcommand of every case', () => {
    const unread = statements.filter(statement => {
      const command = commandOf(statement)
      return command.tag === 'OTHER' || ('subcommands' in command && command.subcommands.some(isUnread))
    })
    assert.deepEqual(unread, [])
  })
})

const isUnread = ({ kind }: { kind: string }): boolean => kind === 'OTHER'

/** What may stand between CREATE or REFRESH and the kind of thing. */
const modifiers = '(?:(?:OR REPLACE|TEMP|TEMPORARY|UNLOGGED|RECURSIVE|UNIQUE|CONSTRAINT|EVENT) )*'

function isCaseOf(command: string, statement: string): boolean {
  if (command === 'CREATE TABLE AS')
    return /^CREATE (?:(?:TEMP|UNLOGGED) )?TABLE .* AS (?:SELECT|TABLE|VALUES|WITH)\b/.test(statement)
  if (command === 'SELECT INTO') return /^SELECT .* INTO \w+ FROM/.test(statement)
  const [first = '', ...rest] = command.split(' ')
  if (rest.length === 0) return new RegExp(`^${first}\\b`).test(statement)
  const between = command.includes('EVENT TRIGGER') ? '' : modifiers.replace('|EVENT', '')
  return new RegExp(`^${first} ${between}${rest.join(' ')}\\b`).test(statement)
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Commands that no case can hold: what is said of each is compared with what PostgreSQL answers inside a block. */
describe('commands that need more than a case', () => {
  let session: Session
  before(async () => {
    await loadInstalledParser()
    session = await pgliteSession()
  })
  after(() => session?.close())

  for (const [command, { before: first = '', statement, answers, refused = false }] of Object.entries(apart))
    it(command, async () => {
      await must(session, 'BEGIN')
      await must(session, first)
      const { error } = await session.run(statement)
      await session.run('ROLLBACK')
      assert.equal(error?.code, answers)
      const { refusesTransactionBlock } = effectsOf(commandOf(statement), emptyCatalog(true), { postgres: 18 })
      assert.equal(refusesTransactionBlock, refused || error?.code === '25001')
    })

  for (const statement of [
    'LOCK TABLE pg_class IN ACCESS SHARE MODE',
    'SAVEPOINT a',
    'RELEASE SAVEPOINT a',
    'ROLLBACK TO SAVEPOINT a',
    'DECLARE c CURSOR FOR SELECT 1',
    'DECLARE c CURSOR WITH HOLD FOR SELECT 1',
    'COMMIT AND CHAIN',
    'ROLLBACK AND CHAIN',
    'COMMIT',
    'SET LOCAL lock_timeout = 0',
    'SET CONSTRAINTS ALL DEFERRED',
    'SET TRANSACTION READ ONLY',
    "PREPARE TRANSACTION 'a'",
    'SELECT 1 FOR UPDATE',
  ])
    it(`${statement}, outside a transaction block`, async () => {
      const { error } = await session.run(statement)
      const { needsTransactionBlock } = effectsOf(commandOf(statement), emptyCatalog(true), { postgres: 18 })
      assert.equal(needsTransactionBlock, error?.code === '25P01')
    })
})
