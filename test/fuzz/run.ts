import { parseArgs } from 'node:util'
import { type History, historyOf } from '../../server/src/core/history/history'
import { load } from '../../server/src/files'
import { loadInstalledParser } from '../parser'
import type { Beginning } from './histories'
import { editAtRandom } from './session'

/**
 * `npm run fuzz`: many random edits. `-- --edits 20000 --seed 7` says how many and which; `--session 12` does one again that a
 * failure named; paths of files or folders edit the histories there (in memory) and not our own.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      edits: { type: 'string', default: '5000' },
      seed: { type: 'string', default: String(Date.now() % 100_000) },
      session: { type: 'string' },
    },
  })
  await loadInstalledParser()
  const beginnings = positionals.length > 0 ? await beginningsAt(positionals) : undefined
  const seed = Number(values.seed)
  const first = Number(values.session ?? 0)
  const sessions = values.session === undefined ? Math.ceil(Number(values.edits) / editsInSession) : 1
  let failures = 0
  for (let number = first; number < first + sessions; number++) {
    try {
      editAtRandom(seed, number, editsInSession, beginnings)
    } catch (error) {
      failures++
      console.error(`\n${error instanceof Error ? error.message : String(error)}`)
    }
  }
  console.log(`${sessions * editsInSession} edits with seed ${seed}, ${failures} of ${sessions} sessions broke a law`)
  process.exitCode = failures > 0 ? 1 : 0
}

const editsInSession = 25

/** Each edit is compared with a fresh reading of all: so many migrations are enough. */
const mostMigrations = 40

async function beginningsAt(paths: readonly string[]): Promise<Beginning[]> {
  const { histories } = await load(paths)
  return histories.map(({ history }) => ({ name: history.source.path, history: () => beginningOf(history) }))
}

function beginningOf({ source, migrations, framework, migrationAt }: History): History {
  const kept = new Set(migrations.slice(0, mostMigrations).map(({ path }) => path))
  const files = [...source.files].filter(([path]) => kept.has(path) || !migrationAt(path))
  return historyOf({
    ...source,
    files: files.map(([path, text]) => ({ path, text })),
    framework: framework.id,
  })
}

void main()
