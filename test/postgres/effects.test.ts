import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { apply } from '../../server/src/core/postgres/apply'
import { type Catalog, emptyCatalog } from '../../server/src/core/postgres/catalog'
import { effectsOf } from '../../server/src/core/postgres/effects'
import type { Command } from '../../server/src/core/sql/commands'
import { read } from '../../server/src/core/sql/parse'
import { statementsIn } from '../../server/src/core/sql/split'
import { loadInstalledParser } from '../parser'
import { measure } from './measure'
import { installedMajor, pgliteSession, type Session, startServer } from './session'

/**
 * effects.sql: its first paragraph is a schema, every other one a case whose last statement is measured on PostgreSQL
 * and compared with what `effectsOf` says of it. `-- from 18` holds a case back from older versions.
 */
const [schema = '', ...paragraphs] = readFileSync(`${__dirname}/effects.sql`, 'utf8').split('\n\n')

interface Case {
  readonly from: number
  readonly setup: string
  readonly statement: string
}

const cases: Case[] = paragraphs.flatMap(paragraph => {
  const lines = paragraph.trim().split('\n')
  const statements = lines.filter(line => line !== '' && !line.startsWith('--'))
  const start = statements.findLastIndex((_, index) => index === 0 || statements[index - 1]?.endsWith(';'))
  return statements.length === 0
    ? []
    : [
        {
          from: Number(/^-- from (\d+)/m.exec(paragraph)?.[1] ?? 0),
          setup: statements.slice(0, start).join('\n'),
          statement: statements.slice(start).join('\n').replace(/;$/, ''),
        },
      ]
})

/** Whether the planner decides how such a statement reads: then only what we claim to be read whole must be. */
const isPlanned = (statement: string) => /^(?:SELECT|WITH|INSERT|UPDATE|DELETE)\b|\bDETACH\b/.test(statement)

/** CREATE TABLE builds indexes of no rows, TRUNCATE and WITH NO DATA empty ones. */
const buildsOfNothing = (statement: string) => /^(?:CREATE TABLE|TRUNCATE)|WITH NO DATA$/.test(statement)

prove('PGlite', 18, pgliteSession)
const major = installedMajor()
if (major !== undefined) {
  let server: ReturnType<typeof startServer> | undefined
  prove(`PostgreSQL ${major}`, major, async () => {
    server = startServer(major)
    const session = await server.session()
    const stop = async () => {
      await session.close()
      server?.stop()
    }
    return { ...session, close: stop }
  })
}

function prove(engine: string, major: number, open: () => Promise<Session>) {
  describe(`effects on ${engine}`, () => {
    let session: Session
    let base: Catalog
    let isDirty = true

    before(async () => {
      await loadInstalledParser()
      session = await open()
      base = afterwards(emptyCatalog(true), schema, major).catalog
    })

    after(() => session?.close())

    for (const { setup, statement } of cases.filter(({ from }) => from <= major)) {
      it(`${setup}\n${statement}`.trim(), async () => {
        if (isDirty) await reset(session)
        isDirty = setup !== ''
        await must(session, setup)
        const measured = await measure(session, statement)
        isDirty ||= measured.refusesTransactionBlock
        assert.equal(measured.error, undefined)
        const { catalog, parameters } = afterwards(base, setup, major)
        const said = effectsOf(commandOf(statement), catalog, { postgres: major }, parameters)
        const locks = said.locks.filter(({ kind, mode }) => mode !== 'ACCESS SHARE' || kind !== 'composite type')
        if (measured.locks)
          assert.deepEqual(
            Object.fromEntries(locks.map(({ relation, mode }) => [relation, mode]).sort()),
            Object.fromEntries(measured.locks),
          )
        assert.equal(said.refusesTransactionBlock, measured.refusesTransactionBlock)
        assert.deepEqual([...said.drops].sort(), measured.drops)
        if (!buildsOfNothing(statement))
          assert.deepEqual(
            [...said.builds].sort(),
            measured.builds.map(name => name.replace(/_ccnew$/, '')),
          )
        if (measured.refusesTransactionBlock) return
        assert.deepEqual([...said.rewrites].sort(), measured.rewrites)
        const scans = measured.scans.filter(table => !isPlanned(statement) || said.scans.includes(table))
        assert.deepEqual([...said.scans].sort(), scans)
      })
    }
  })
}

async function reset(session: Session) {
  await session.run('RESET ALL')
  const leftovers = await session.run(
    "SELECT 'DROP PUBLICATION ' || pubname FROM pg_publication UNION ALL SELECT 'DROP DATABASE ' || datname FROM pg_database WHERE datname = 'other'",
  )
  for (const [drop = ''] of leftovers.rows) await must(session, drop)
  await session.run('DROP SCHEMA IF EXISTS attic CASCADE')
  await must(session, `DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${schema}`)
  for (const role of ['guard_owner', 'guard_reader']) await session.run(`DROP ROLE IF EXISTS ${role}`)
}

async function must(session: Session, sql: string) {
  if (sql === '') return
  const { error } = await session.run(sql)
  assert.equal(error, undefined, `${sql}: ${error?.message}`)
}

const commandOf = (statement: string): Command => {
  const { command } = read(statement)
  assert.ok(command)
  return command
}

/** The catalog after statements, and the parameters they set. */
function afterwards(catalog: Catalog, sql: string, postgres: number) {
  const parameters = new Map<string, string>()
  let result = catalog
  for (const { text } of statementsIn(sql).statements) {
    const command = commandOf(text)
    if (command.tag === 'SET') parameters.set(command.parameter, command.value ?? '')
    result = apply(result, command, { postgres })
  }
  return { catalog: result, parameters }
}
