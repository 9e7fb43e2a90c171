import { downloadedServer, installedServer, startServer } from '../../scripts/postgres/servers'
import { pgliteSession, type Session } from '../../scripts/postgres/session'
import { catalogAfter } from '../../server/src/core/history/fold'
import { type History, historyOf } from '../../server/src/core/history/history'
import type { Direction, Migration } from '../../server/src/core/history/migration'
import { stepsOf } from '../../server/src/core/history/steps'
import { inverseOf } from '../../server/src/core/inverse/inverse'
import { lint } from '../../server/src/core/lint'
import type { Catalog } from '../../server/src/core/postgres/catalog'
import { failureOf } from '../../server/src/core/postgres/failures'
import { statementsIn } from '../../server/src/core/sql/split'
import type { Statement } from '../../server/src/core/sql/statements'
import { load } from '../../server/src/files'
import { loadInstalledParser } from '../parser'
import { type Description, describedCatalog, realCatalog, unknownColumns } from './real-catalog'

/**
 * `npm run prove:histories -- FOLDER... [--on 17]`: runs the migrations of projects on a PostgreSQL, and prints where
 *
 * - PostgreSQL's catalog after a migration is not ours, or a statement runs that we say fails;
 * - a down fails, or leaves another catalog than the one before its up, and nothing is said of it, or the other way round;
 * - the down that `Write the down` writes does so, and has no comment.
 *
 * What PostgreSQL refuses (extensions that are not here, rows that are not there) is taken out of the files first, and counted.
 */
async function prove() {
  const words = process.argv.slice(2)
  const on = words.includes('--on') ? words.splice(words.indexOf('--on'), 2)[1] : undefined
  await loadInstalledParser()
  const { histories } = await load(words)
  for (const { history } of histories) await proveHistory(history, on)
}

async function proveHistory(original: History, on: string | undefined) {
  const refused = await withSession(on, session => refusedIn(session, original))
  const history = without(original, refused)
  const said: string[] = []
  await withSession(on, async session => {
    for (const up of upsOf(history)) {
      const before = await realCatalog(session)
      await run(session, up)
      const after = await realCatalog(session)
      const catalog = catalogAfter(up, 'up', history.before(up.path, 'up'))
      if (history.complete) said.push(...ofUp(history, up, session.major), ...ofCatalog(up, catalog, after))
      said.push(...(await ofDown(session, history, up, before)), ...(await ofWrittenDown(session, history, up, before)))
    }
  })
  const count = [...refused.values()].flat().length
  console.log(
    `${original.source.path}: ${upsOf(history).length} migrations, ${count} statements refused, ${said.length} disagree`,
  )
  for (const line of new Set(said)) console.log(`  ${line}`)
}

async function withSession<T>(on: string | undefined, use: (session: Session) => Promise<T>): Promise<T> {
  const installation = on ? downloadedServer(Number(on)) : installedServer()
  if (!installation) return use(await pgliteSession())
  const server = await startServer(installation)
  try {
    const session = await server.session()
    return await use(session).finally(session.close)
  } finally {
    await server.stop()
  }
}

const upsOf = ({ migrations }: History): readonly Migration[] =>
  migrations.filter(({ direction, baseline }, place) => direction !== 'down' && !(baseline && place > 0))

const statementsOf = ({ sections }: Migration, wanted: Direction): readonly Statement[] =>
  sections.flatMap(({ direction, statements }) => (direction === wanted ? statements : []))

/** The statements of each file that PostgreSQL refuses here, for whichever reason. */
async function refusedIn(session: Session, history: History): Promise<Map<string, readonly Statement[]>> {
  const found = new Map<string, readonly Statement[]>()
  for (const up of upsOf(history)) found.set(up.path, await run(session, up))
  return found
}

/** Runs an up statement by statement, and returns what is refused. */
async function run(session: Session, up: Migration): Promise<readonly Statement[]> {
  await session.run('RESET search_path')
  const refused: Statement[] = []
  for (const statement of statementsOf(up, 'up')) {
    if (isControl.test(statement.command?.tag ?? '')) continue
    const outcome = await session.run(statement.text)
    const isMended = outcome.error && (await mended(session, outcome.error.message))
    if (outcome.error && (!isMended || (await session.run(statement.text)).error)) refused.push(statement)
  }
  return refused
}

const isControl = /^(?:BEGIN|START TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)$/

/** Roles and schemas that somebody else makes. */
async function mended(session: Session, message: string): Promise<boolean> {
  const [, what, name] = /^(role|schema) ("[^"]+") does not exist/.exec(message) ?? []
  return what !== undefined && !(await session.run(`CREATE ${what} ${name}`)).error
}

function without({ source, framework }: History, refused: ReadonlyMap<string, readonly Statement[]>): History {
  const files = [...source.files].map(([path, text]) => ({ path, text: blanked(text, refused.get(path) ?? []) }))
  return historyOf({ ...source, framework: framework.id, files })
}

const blanked = (text: string, statements: readonly Statement[]): string =>
  statements.reduce((rest, { span }) => {
    const end = span.end + (/^\s*;/.exec(rest.slice(span.end))?.[0].length ?? 0)
    return rest.slice(0, span.start) + rest.slice(span.start, end).replace(/[^\n\r]/g, ' ') + rest.slice(end)
  }, text)

const ofUp = (history: History, up: Migration, postgres: number): string[] =>
  stepsOf(history, up, { postgres, rules: {} }).flatMap(({ direction, command, before, statement }) => {
    const failure = direction === 'up' && command ? failureOf(command, before, { postgres }) : undefined
    return failure ? [`${up.path}: runs, though we say ${failure.message}: ${statement.text.slice(0, 80)}`] : []
  })

function ofCatalog(up: Migration, catalog: Catalog, real: Description): string[] {
  const unknown = new Set(unknownColumns(catalog))
  return [...differing(describedCatalog(catalog), real)]
    .filter(([key, fact]) => !(unknown.has(key) && fact.startsWith('column ')))
    .map(([key, fact, who]) => `${up.path}: ${key}: ${fact}, says ${who ? 'PostgreSQL' : 'our catalog'} alone`)
}

/** Each fact that only one of two descriptions has; true where that is the second. */
function* differing(a: Description, b: Description): Iterable<readonly [key: string, fact: string, isSecond: boolean]> {
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [one = [], other = []] = [a[key], b[key]]
    for (const fact of one) if (!other.includes(fact)) yield [key, fact, false]
    for (const fact of other) if (!one.includes(fact)) yield [key, fact, true]
  }
}

async function ofDown(session: Session, history: History, up: Migration, before: Description): Promise<string[]> {
  const down = history.downOf(up.path)
  if (!down || statementsOf(down, 'down').length === 0) return []
  const result = await undone(session, statementsOf(down, 'down'), before)
  const found = [...new Set([up.path, down.path])]
    .flatMap(path => lint(history, path, { postgres: session.major, rules: {} }))
    .filter(({ rule }) => rollbackRules.has(rule))
  if (result !== undefined && found.length === 0) return [`${down.path}: nothing is said: ${result}`]
  const told = found.find(({ rule }) => rule !== 'rollback-loses-data')
  return result === undefined && told ? [`${down.path}: leads back, though we say ${told.message}`] : []
}

const rollbackRules = new Set(['down-does-not-mirror-up', 'down-cannot-run', 'empty-down', 'rollback-loses-data'])

async function ofWrittenDown(
  session: Session,
  history: History,
  up: Migration,
  before: Description,
): Promise<string[]> {
  const text = inverseOf(up, history, { postgres: session.major, rules: {} })
  const result = text.includes('--') ? undefined : await undone(session, statementsIn(text).statements, before)
  return result === undefined ? [] : [`${up.path}: the written down: ${result}`]
}

/** Runs a down, takes that back, and says why it failed, or what it left otherwise than it was before the up. */
async function undone(
  session: Session,
  statements: readonly Statement[],
  before: Description,
): Promise<string | undefined> {
  await session.run('BEGIN')
  try {
    for (const { text, command } of statements) {
      if (isControl.test(command?.tag ?? '')) continue
      const { error } = await session.run(text.replace(/\bconcurrently\b/i, ''))
      if (error) return error.message
    }
    const [first] = differing(before, await realCatalog(session))
    return first && `${first[0]}: ${first[1]} ${first[2] ? 'was not' : 'was'} there before`
  } finally {
    await session.run('ROLLBACK')
  }
}

void prove()
