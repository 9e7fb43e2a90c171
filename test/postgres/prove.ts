import { writeFileSync } from 'node:fs'
import {
  downloadable,
  downloadedServer,
  type Installation,
  installedServer,
  startServer,
} from '../../scripts/postgres/servers'
import { pgliteSession, rowsOf } from '../../scripts/postgres/session'
import { loadInstalledParser } from '../parser'
import { type Case, casesIn, runsOn } from './cases'
import { type Aspects, type Claim, differences, proverOn } from './claims'
import { staleFacts } from './facts'
import { folderOn } from './folds'
import { lockReference, referencePath } from './reference'
import { watching } from './watch'

/**
 * `npm run prove:effects`: runs every claim of effects.sql and clinic.sql on PGlite, on the installed PostgreSQL and on a downloaded
 * one of each major version, and prints what was claimed and what each of them did; and whether our catalog after each case,
 * of apply.sql too, is PostgreSQL's. Any difference fails.
 * `-- 12 15 pglite` restricts it to those; `-- --write` then writes docs/locks.md anew.
 */
async function prove() {
  const wanted = process.argv.slice(2).filter(argument => !argument.startsWith('--'))
  await loadInstalledParser()
  const claimed = ['effects.sql', 'clinic.sql'].map(casesIn)
  const cases = claimed.flatMap(file => file.cases)
  const results: Results[] = []
  for (const engine of enginesNamed(wanted)) {
    const result = await resultsOn(engine, claimed)
    if (result) results.push(result)
  }
  console.log(table(cases, results).join('\n'))
  const wrong = results.flatMap(({ name, claims, folds }) =>
    [...claims, ...folds]
      .filter(([, claim]) => differences(claim).length > 0)
      .map(([{ title }, claim]) => ({ name, title, claim })),
  )
  for (const { name, title, claim } of wrong) console.log(`\n${name}: ${title}\n${explained(claim).join('\n')}`)
  const count = results.reduce((sum, { claims, folds }) => sum + claims.size + folds.size, 0)
  console.log(
    `\n${count} claims and catalogs proven on ${results.map(({ name }) => name).join(', ')}: ${wrong.length} differ`,
  )
  const isStale = results.some(({ stale }) => stale.length > 0)
  process.exitCode = wrong.length > 0 || isStale || count === 0 ? 1 : 0
  if (process.argv.includes('--write') && process.exitCode === 0)
    writeFileSync(referencePath, lockReference(claimed[0]?.schema ?? '', claimed[0]?.cases ?? []))
}

interface Engine {
  readonly name: string
  readonly find: () => Installation | undefined
}

/** PGlite has no installation: it runs in this process. */
const pglite: Engine = { name: 'pglite', find: () => undefined }

function enginesNamed(wanted: readonly string[]): Engine[] {
  const installed = installedServer()
  const engines = [
    pglite,
    ...(installed ? [{ name: `installed ${installed.major}`, find: () => installed }] : []),
    ...[...downloadable.keys()].map(major => ({ name: String(major), find: () => downloadedServer(major) })),
  ]
  return engines.filter(({ name }) => wanted.length === 0 || wanted.includes(name.split(' ')[0] ?? ''))
}

interface Results {
  readonly name: string
  readonly claims: ReadonlyMap<Case, Claim>
  /** The catalogs after the cases, ours and PostgreSQL's. */
  readonly folds: ReadonlyMap<Case, Claim>
  /** Volatilities and casts of the generated data that this server contradicts. */
  readonly stale: readonly string[]
}

async function resultsOn(engine: Engine, claimed: readonly ReturnType<typeof casesIn>[]): Promise<Results | undefined> {
  let opened: Awaited<ReturnType<typeof open>>
  try {
    opened = await open(engine)
  } catch (error) {
    console.error(`PostgreSQL ${engine.name} cannot be had, and is left out: ${firstLine(error)}`)
    return undefined
  }
  const { session, watch, close } = opened
  try {
    const [[version = ''] = []] = await rowsOf(session, 'SHOW server_version')
    const name = `${engine === pglite ? 'PGlite' : 'PostgreSQL'} ${version.split(' ')[0]}`
    const runnable = (all: readonly Case[]) => all.filter(tested => runsOn(tested, session.major))
    const [claims, folds] = [new Map<Case, Claim>(), new Map<Case, Claim>()]
    for (const { schema, cases } of claimed) await addClaims(claims, proverOn(session, schema, watch), runnable(cases))
    for (const { schema, cases } of [...claimed, casesIn('apply.sql')])
      await addClaims(folds, folderOn(session, schema), runnable(cases))
    const stale = await staleFacts(session)
    console.error([`${name}: ${claims.size} claims, ${folds.size} catalogs`, ...stale].join('\n'))
    return { name, claims, folds, stale }
  } finally {
    await close()
  }
}

const firstLine = (error: unknown): string =>
  String(error instanceof Error ? error.message : error).split('\n')[0] ?? ''

/** A case whose preparation fails is a difference like any other. */
async function addClaims(claims: Map<Case, Claim>, proof: (tested: Case) => Promise<Claim>, cases: readonly Case[]) {
  for (const tested of cases) {
    const claim = await proof(tested).catch(error => ({ said: {}, measured: { error: [firstLine(error)] } }))
    claims.set(tested, claim)
  }
}

async function open(engine: Engine) {
  const found = engine.find()
  if (!found) {
    const session = await pgliteSession()
    return { session, watch: undefined, close: session.close }
  }
  const server = await startServer(found)
  try {
    return { session: await server.session(), watch: watching(server.session), close: server.stop }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** One line for each statement and claim: where versions differ a statement has several claims. */
function table(cases: readonly Case[], results: readonly Results[]): string[] {
  const lines = ['command | claim | measured']
  for (const tested of cases) {
    const byClaim = new Map<string, string[]>()
    for (const { name, claims } of results) {
      const claim = claims.get(tested)
      if (!claim) continue
      const said = inWords(claim.said)
      const measured = differences(claim).length === 0 ? `${name} =` : `${name} DIFFERS`
      byClaim.set(said, [...(byClaim.get(said) ?? []), measured])
    }
    for (const [said, measured] of byClaim) lines.push([tested.title, said, measured.join(', ')].join(' | '))
  }
  return lines
}

const inWords = (aspects: Aspects): string =>
  Object.entries(aspects)
    .flatMap(([aspect, values]) => (values.length > 0 ? `${aspect} ${values.join(', ')}` : []))
    .join('; ') || 'nothing'

const explained = (claim: Claim): string[] =>
  differences(claim).map(
    aspect =>
      `  ${aspect}: claimed ${claim.said[aspect]?.join(', ') || 'nothing'}, measured ${claim.measured[aspect]?.join(', ') || 'nothing'}`,
  )

void prove()
