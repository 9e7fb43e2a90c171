import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { type GlobOptions, glob, globSync } from 'tinyglobby'
import { isCodeMigration } from './core/history/completeness'
import {
  classpathOf,
  homeOf,
  isForOtherDatabase,
  joinedPath,
  locationOf,
  type MigrationFolder,
  migrationFolders,
  textsOf,
  treeAbove,
} from './core/history/folders'
import { areForeign, isForeignSegment } from './core/history/frameworks/dialects'
import { isDump } from './core/history/frameworks/dumps'
import { isPattern, locationsIn } from './core/history/frameworks/flyway-locations'
import type { RunnerTransaction } from './core/history/frameworks/framework'
import { isSql } from './core/history/frameworks/recognise'
import { type History, historyOf } from './core/history/history'
import { folderOf, nameOf } from './core/text'

/** A history, and the paths of its migrations that were asked for. */
export interface Loaded {
  readonly history: History
  readonly asked: readonly string[]
}

/** Why a path could not be read, as the end of a sentence that begins with the path. */
export interface FileProblem {
  readonly path: string
  readonly reason: string
}

export interface LoadOptions {
  /** The id of the migration tool, for projects whose files do not tell. */
  readonly framework?: string
  /** Whether the project's own runner of plain files opens a transaction around each. */
  readonly transaction?: RunnerTransaction
}

/**
 * Reads the histories that `paths` belong to: a file's whole migration folder, every migration folder in a folder. All paths
 * come back as they were given, with `/` between names; those of found files are below the one that led to them. What cannot
 * be read is a problem of its own and stops nothing else.
 */
export async function load(
  paths: readonly string[],
  options: LoadOptions = {},
): Promise<{ histories: Loaded[]; problems: FileProblem[] }> {
  const loader = new Loader(options)
  for (const path of paths) await loader.add(slashed(path))
  return loader.result()
}

/** Returns the text of one file, or why it cannot be read. */
export function fileText(path: string): { readonly text: string } | { readonly reason: string } {
  const disk = new Disk()
  const text = disk.read(path)
  return text === undefined ? { reason: disk.problem(path).reason } : { text }
}

/** Returns PostgreSQL's parser: beside the bundle, else from the installed package. */
export function parserBinary(): Promise<Uint8Array> {
  return readFile(join(__dirname, 'libpg-query.wasm')).catch(() => {
    const script = createRequire(__filename).resolve('libpg-query/wasm/libpg-query.js')
    return readFile(script.replace(/\.js$/, '.wasm'))
  })
}

/** Returns the path with `/` between names, as all of the program but the disk knows it. */
export const slashed = (path: string, platform: string = process.platform): string =>
  joinedPath('', platform === 'win32' ? path.replaceAll('\\', '/') : path) || '.'

class Loader {
  private readonly disk = new Disk()
  private readonly folders = new Map<string, { readonly history: History; readonly asked: Set<string> }>()
  private readonly problems = new Map<string, FileProblem>()
  private readonly searches = new Map<string, Promise<readonly MigrationFolder[]>>()

  constructor(private readonly options: LoadOptions) {}

  async add(path: string) {
    const kind = this.disk.kindOf(path)
    if (kind === 'folder') await this.addFolder(path)
    else if (kind === 'file') await this.addFile(path)
    else this.problems.set(path, { path, reason: kind.reason })
  }

  result(): { histories: Loaded[]; problems: FileProblem[] } {
    const histories = [...this.folders.values()].map(({ history, asked }) => ({ history, asked: [...asked] }))
    for (const { history } of histories) this.disk.forget(history.source.files.keys())
    return { histories, problems: [...this.problems.values()] }
  }

  private async addFolder(path: string) {
    const isBelow = (file: string) => path === '.' || file.startsWith(path === '/' ? path : `${path}/`)
    const root = await this.rootAbove(path)
    const folders = await this.search(root, root === path || root === classpathOf(`${path}/`) ? undefined : 3)
    const found = folders.filter(folder => sqlFiles(folder).some(isBelow))
    const isIt = ({ path: folder }: MigrationFolder) => folder === path
    for (const folder of found) if (!isIt(folder) || !isForeignHome(path)) await this.ask(folder, isBelow)
    if (found.length > 0 || [...this.problems.keys()].some(isBelow)) return
    const direct = await this.flatFolder(path)
    const isOurs = direct.files.some(isSql) && !isForeignHome(path) && !isForOtherDatabase(direct)
    if (isOurs && !areForeign(textsOf(direct))) await this.ask(direct, isBelow)
    else this.problems.set(path, { path, reason: 'no PostgreSQL migrations found in it' })
  }

  private async addFile(path: string) {
    if (!isReadable(path)) {
      this.problems.set(path, { path, reason: 'is not an SQL file' })
      return
    }
    if (this.disk.read(path) === undefined) {
      this.problems.set(path, this.disk.problem(path))
      return
    }
    if (isForeignHome(folderOf(path))) return
    const tree = this.treeOf(path)
    const shared = this.classpathOf(path)
    const root = tree ?? shared ?? locationOf(homeOf(path)) ?? homeOf(path)
    const isIt = (file: string) => file === path
    const depth = root === folderOf(path) && !isLocation(root) ? 1 : 3
    const folders = await this.search(root, shared === undefined ? depth : undefined)
    const folder = folders.find(candidate => sqlFiles(candidate).some(isIt))
    // What stands in the tool's own folders and is not run by it, it has put there for something else.
    if (folder && ((await this.ask(folder, isIt)) || tree !== undefined)) return
    const flat = await this.flatFolder(folderOf(path))
    if (isForOtherDatabase(flat) || isForOtherDatabase({ read: file => flat.read(`../${file}`) })) return
    const isLone = isDump(path) || !flat.files.includes(nameOf(path))
    const asked = isLone ? { ...flat, files: [nameOf(path)] } : flat
    if (!areForeign(textsOf(asked))) await this.ask(asked, isIt, `${flat.path}#${isLone ? path : ''}`)
  }

  /** Returns the folder of sqitch's plan or graphile-migrate's `committed/` above a file, where its path looks like theirs. */
  private treeOf(path: string): string | undefined {
    const above = treeAbove(path)
    if (above === undefined) return undefined
    const isThere = ['sqitch.plan', 'revert', 'committed'].some(
      name => typeof this.disk.kindOf(joinedPath(above, name)) === 'string',
    )
    return isThere ? above : undefined
  }

  /** Returns the folder of resources above a file where settings in it name several folders that Flyway reads as one. */
  private classpathOf(path: string): string | undefined {
    const root = classpathOf(path)
    const isShared = ['yml', 'yaml', 'properties'].some(ending => {
      const settings = root === undefined ? undefined : joinedPath(root, `application.${ending}`)
      if (settings === undefined || typeof this.disk.kindOf(settings) !== 'string') return false
      return locationsIn(this.disk.read(settings) ?? '').some(list => list.length > 1 || list.some(isPattern))
    })
    return isShared ? root : undefined
  }

  /** A folder inside a migration folder (one release, one migration, one direction) is asked with its history. */
  private async rootAbove(path: string): Promise<string> {
    const inside = joinedPath(path, 'x.sql')
    const home = homeOf(inside)
    const root = this.treeOf(inside) ?? this.classpathOf(inside) ?? locationOf(home) ?? home
    if (root === path || path === '.') return path
    const direct = await findFiles(path, 0)
    return direct.some(isSql) ? root : path
  }

  private search(root: string, depth: number | undefined): Promise<readonly MigrationFolder[]> {
    const key = `${depth} ${root}`
    const known = this.searches.get(key) ?? this.searchAnew(root, depth)
    this.searches.set(key, known)
    return known
  }

  private async searchAnew(root: string, depth: number | undefined): Promise<readonly MigrationFolder[]> {
    const files = await findFiles(root, depth)
    // A history keeps this function: it must not know the loader, which knows all histories as they were read.
    const { disk } = this
    const at = (relative: string) => joinedPath(root, relative)
    return migrationFolders(
      root === '.' ? '' : root,
      files,
      relative => disk.read(at(relative)),
      relative => disk.list(at(relative)),
    )
  }

  /** The files right in a folder that no tool recognises, as a history of plain files. */
  private async flatFolder(path: string): Promise<Omit<MigrationFolder, 'framework'>> {
    const files = await findFiles(path === '' ? '.' : path, 0)
    const { disk } = this
    const read = (relative: string) => disk.read(joinedPath(path, relative))
    const list = (relative: string) => disk.list(joinedPath(path, relative))
    return { path: path === '.' ? '' : path, files, read, list }
  }

  /** Asks for the files of a folder that pass; returns whether its tool runs any of them. */
  private async ask(
    folder: Omit<MigrationFolder, 'framework'>,
    passes: (path: string) => boolean,
    key = folder.path,
  ): Promise<boolean> {
    const known = this.folders.get(key) ?? { history: await this.history(folder), asked: new Set<string>() }
    const asked = known.history.migrations.filter(({ path }) => passes(path))
    for (const { path } of asked) known.asked.add(path)
    if (asked.length > 0) this.folders.set(key, known)
    return asked.length > 0
  }

  private async history(folder: Omit<MigrationFolder, 'framework'>): Promise<History> {
    const files: { path: string; text: string }[] = []
    let count = 0
    for (const relative of folder.files) {
      const path = joinedPath(folder.path, relative)
      // What is written in another language is known to be there, and not read.
      const text = isCodeMigration(path) ? '' : this.disk.read(path)
      if (text !== undefined) files.push({ path, text })
      else if (isSql(path)) this.problems.set(path, this.disk.problem(path))
      if (++count % 500 === 0) await new Promise(setImmediate)
    }
    const elsewhere = tablesElsewhere(folder.path)
    return historyOf({ ...this.options, path: folder.path, files, read: folder.read, list: folder.list, elsewhere })
  }
}

const sqlFiles = ({ path, files }: Pick<MigrationFolder, 'path' | 'files'>) =>
  files.filter(isSql).map(file => joinedPath(path, file))

const isLocation = (folder: string) => locationOf(folder) === folder

/** Whether a folder of migrations is for another database by its own name, or by that of the one it is the migrations of. */
const isForeignHome = (folder: string) =>
  isForeignSegment(nameOf(folder)) ||
  (isForeignSegment(nameOf(folderOf(folder))) && /migrat|^(?:db|sql|schema|database|files)$/i.test(nameOf(folder)))

/** SQL by its name, or without a name that says what else it is. */
const isReadable = (path: string) => isSql(path) || /(?:^|\/)[^./]+$|\.(?:psql|pgsql|ddl|dml|txt)$/i.test(path)

/** What is on disk, each file read once. */
class Disk {
  private readonly texts = new Map<string, string | undefined>()
  private readonly problems = new Map<string, string>()
  private readonly names = new Map<string, readonly string[]>()

  kindOf(path: string): 'file' | 'folder' | { readonly reason: string } {
    try {
      const stat = statSync(path)
      return stat.isDirectory() ? 'folder' : 'file'
    } catch (error) {
      return { reason: said(error) }
    }
  }

  /** Returns a file's text with its byte order mark, or undefined where it cannot be read: `problem` then says why. */
  read(path: string): string | undefined {
    if (this.texts.has(path)) return this.texts.get(path)
    let text: string | undefined
    try {
      const read = textOf(readFileSync(path))
      if ('text' in read) text = read.text
      else this.problems.set(path, read.reason)
    } catch (error) {
      this.problems.set(path, said(error))
    }
    this.texts.set(path, text)
    return text
  }

  /** Returns the names in a folder, those of folders with a slash; none where it cannot be read. */
  list(path: string): readonly string[] {
    const known = this.names.get(path)
    if (known) return known
    let names: readonly string[] = []
    try {
      const entries = readdirSync(path || '.', { withFileTypes: true })
      names = entries.map(entry => (entry.isDirectory() ? `${entry.name}/` : entry.name)).toSorted()
    } catch {
      // What nobody may look into tells nothing.
    }
    this.names.set(path, names)
    return names
  }

  /** Lets go of texts that somebody else keeps, and may keep otherwise. */
  forget(paths: Iterable<string>) {
    for (const path of paths) this.texts.delete(path)
  }

  problem(path: string): FileProblem {
    return { path, reason: this.problems.get(path) ?? 'cannot be read' }
  }
}

/**
 * Returns the files of a folder that may matter to migrations, down to so many folders below it, relative to it, each once
 * whatever links lead to it.
 */
async function findFiles(folder: string, depth = Number.POSITIVE_INFINITY): Promise<readonly string[]> {
  const files = await glob(patterns, globbing(folder, depth))
  const kept = files.filter(file => isSql(file) || !isCode.test(file) || isCodeMigration(file))
  // Shorter paths first: of two ways to one folder the one without links is shorter, or as good.
  return onceEach(
    folder,
    kept.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1)),
  ).toSorted()
}

const globbing = (folder: string, depth: number): GlobOptions => ({
  cwd: folder,
  deep: depth,
  ignore: ignored,
  caseSensitiveMatch: false,
  expandDirectories: false,
})

/**
 * Returns a function that reads, when it is called first, which tables the other migration folders of the same git repository
 * make, by their bare names in lower case; none outside of a repository.
 */
function tablesElsewhere(folder: string): () => ReadonlySet<string> {
  let known: ReadonlySet<string> | undefined
  return () => {
    known ??= new Set(madeElsewhere(folder))
    return known
  }
}

function* madeElsewhere(folder: string): Iterable<string> {
  const own = slashed(resolve(folder))
  const root = repositoryOf(own)
  if (root === undefined) return
  const disk = new Disk()
  const files = globSync(patterns, globbing(root, Number.POSITIVE_INFINITY)).toSorted()
  for (const other of migrationFolders(root, files, relative => disk.read(joinedPath(root, relative)))) {
    if (other.path === own) continue
    for (const text of textsOf(other)) {
      for (const [, name = ''] of text.matchAll(madeTable)) yield name.replaceAll('"', '').toLowerCase()
    }
  }
}

const madeTable =
  /\bcreate\s+(?:or\s+replace\s+)?(?:unlogged\s+|foreign\s+|materialized\s+)?(?:table|view)\s+(?:if\s+not\s+exists\s+)?(?:(?:\w+|"[^"]+")\s*\.\s*)?(\w+|"[^"]+")/gi

/** Returns the folder at or above a path that git keeps, or has a link of its own in (a worktree, a submodule); undefined where there is none. */
function repositoryOf(path: string): string | undefined {
  for (let folder = path; ; folder = slashed(dirname(folder))) {
    if (typeof new Disk().kindOf(joinedPath(folder, '.git')) === 'string') return folder
    if (folder === slashed(dirname(folder))) return undefined
  }
}

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

function onceEach(root: string, files: readonly string[]): string[] {
  const real = new Map<string, string>()
  const seen = new Set<string>()
  return files.filter(file => {
    const folder = folderOf(file)
    const known = real.get(folder) ?? realFolder(joinedPath(root, folder))
    real.set(folder, known)
    const identity = `${known}/${nameOf(file)}`
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

function textOf(bytes: Uint8Array): { text: string } | { reason: string } {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return { reason: 'is encoded as UTF-16, not as UTF-8' }
  }
  if (isBinary(bytes)) return { reason: 'is a binary file' }
  try {
    return { text: decoder.decode(bytes) }
  } catch (error) {
    return { reason: error instanceof TypeError ? 'is not valid UTF-8' : said(error) }
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A stray NUL is a slip in a text; many control characters are no text. */
function isBinary(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 8192)
  let controls = 0
  for (const byte of start) if (byte < 7 || (byte > 13 && byte < 27) || (byte > 27 && byte < 32)) controls++
  return controls > start.length / 20
}

function said(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'no such file or folder'
    case 'EACCES':
    case 'EPERM':
      return 'cannot be read: permission denied'
    case 'ELOOP':
      return 'is a symbolic link that leads to itself'
    case 'ERR_STRING_TOO_LONG':
    case 'ERR_FS_FILE_TOO_LARGE':
      return 'is too large to be read'
    default:
      return `cannot be read: ${error instanceof Error ? error.message : String(error)}`
  }
}
