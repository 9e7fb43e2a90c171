import { type Dirent, readdir, realpath, realpathSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { type GlobOptions, glob } from 'tinyglobby'
import { isCodeMigration } from '../core/history/completeness'
import { joinedPath } from '../core/history/folders'
import { isSql } from '../core/history/frameworks/recognise'
import { folderOf, nameOf } from '../core/text'
import { said, slashed } from './disk'

/** What stands in a folder, by paths relative to it. */
export interface Found {
  /** The files that may matter to migrations, each once whatever links lead to it. */
  readonly files: readonly string[]
  /** What could not be looked into: folders, and links to files or folders. */
  readonly unseen: readonly Unseen[]
}

export interface Unseen {
  readonly path: string
  readonly isFolder: boolean
  readonly reason: string
}

/** Returns what stands in a folder and so many folders below it; links are followed. */
export async function findFiles(folder: string, depth = Number.POSITIVE_INFINITY): Promise<Found> {
  const unseen: Unseen[] = []
  const files = await glob(patterns, {
    cwd: folder,
    deep: depth,
    ignore: ignored,
    caseSensitiveMatch: false,
    expandDirectories: false,
    fs: watching((path, isFolder, error) => {
      const below = slashed(relative(resolve(folder), path))
      unseen.push({ path: below, isFolder, reason: isFolder ? said(error) : saidOfLink(error) })
    }),
  })
  const kept = files.filter(file => isSql(file) || !isCode.test(file) || isCodeMigration(file))
  const each = onceEach(folder, kept, file => file)
  return { files: each.toSorted(), unseen: onceEach(folder, unseen, ({ path }) => path) }
}

type Failed = NodeJS.ErrnoException | null

/** Searches the disk as ever, with time for others between, and tells of what it refuses, which a search passes over. */
function watching(tell: (path: string, isFolder: boolean, error: Failed) => void): GlobOptions['fs'] {
  const inTurn = turns()
  const reads = (path: string, _: object, done: (error: Failed, entries: Dirent[]) => void) =>
    readdir(path, { withFileTypes: true }, (error, entries) => {
      // A folder that is gone by now is as if it had never been there.
      if (error && error.code !== 'ENOENT') tell(path, true, error)
      inTurn(() => done(error, entries))
    })
  const follows = (path: string, done: (error: Failed, target: string) => void) =>
    realpath(path, (error, target) => {
      if (error) tell(path, false, error)
      done(error, target)
    })
  // They are called in this one of the ways that Node's own can be.
  return { readdir: reads as unknown as typeof readdir, realpath: follows as unknown as typeof realpath }
}

/** Returns what runs tasks one after the other: Node runs all that the disk has answered meanwhile at one go. */
function turns(): (task: () => void) => void {
  const tasks: (() => void)[] = []
  const run = () => {
    const end = performance.now() + 4
    while (tasks.length > 0 && performance.now() < end) tasks.shift()?.()
    if (tasks.length > 0) setImmediate(run)
  }
  return task => {
    if (tasks.push(task) === 1) setImmediate(run)
  }
}

const saidOfLink = (error: Failed): string =>
  error?.code === 'ENOENT' ? 'is a symbolic link that leads nowhere' : said(error)

const patterns = [
  '**/*.sql',
  '**/*.sql.{postgres,postgresql,pgsql}',
  '**/*.sql.conf',
  '**/flyway.{conf,toml}',
  '**/application.{yml,yaml,properties}',
  '**/{migration_lock,metadata,diesel}.toml',
  '**/atlas.sum',
  '**/sqitch.plan',
  '**/meta/_journal.json',
  '**/*.fizz',
  '**/*changelog*.{xml,yaml,yml,json}',
  '**/[0-9v]*.{go,java,kt,groovy,scala,js,cjs,mjs,ts,py,rb,cs,php,exs}',
]

const isCode = /\.(?:go|java|kt|groovy|scala|js|cjs|mjs|ts|py|rb|cs|php|exs)$/

/** What is fetched or built from what is elsewhere. */
const ignored = [
  '**/node_modules/**',
  '**/.*/**',
  // Java keeps no libraries there: it is a module that is called so.
  '**/vendor/!(src)/**',
  '**/dist/**',
  '**/target/classes/**',
  '**/target/test-classes/**',
  '**/build/resources/**',
]

/** Shorter paths first: of two ways to one folder the one without links is shorter, or as good. */
function onceEach<T>(root: string, all: readonly T[], pathOf: (one: T) => string): T[] {
  const real = new Map<string, string>()
  const seen = new Set<string>()
  const byLength = all.toSorted((a, b) => pathOf(a).length - pathOf(b).length || (pathOf(a) < pathOf(b) ? -1 : 1))
  return byLength.filter(one => {
    const path = pathOf(one)
    const folder = folderOf(path)
    const known = real.get(folder) ?? realFolder(joinedPath(root, folder))
    real.set(folder, known)
    const identity = `${known}/${nameOf(path)}`
    if (seen.has(identity)) return false
    seen.add(identity)
    return true
  })
}

function realFolder(path: string): string {
  try {
    return realpathSync(path || '.')
  } catch {
    return path
  }
}
