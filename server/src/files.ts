import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
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
import { Disk, type FileProblem, slashed } from './disk/disk'
import { Repositories } from './disk/elsewhere'
import { findFiles, type Unseen } from './disk/search'

/** A history, and the paths of its migrations that were asked for. */
export interface Loaded {
  readonly history: History
  readonly asked: readonly string[]
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

class Loader {
  private readonly disk = new Disk()
  private readonly folders = new Map<string, { readonly history: History; readonly asked: Set<string> }>()
  private readonly problems = new Map<string, FileProblem>()
  private readonly searches = new Map<string, Promise<readonly MigrationFolder[]>>()
  /** By path: what could not be looked into on the way. */
  private readonly unseen = new Map<string, Unseen>()
  private readonly repositories = new Repositories()

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
    this.tellUnseen(path => isBelow(path) && locationOf(path) !== undefined)
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
    const direct = await this.find(path, 0)
    return direct.some(isSql) ? root : path
  }

  private search(root: string, depth: number | undefined): Promise<readonly MigrationFolder[]> {
    const key = `${depth} ${root}`
    const known = this.searches.get(key) ?? this.searchAnew(root, depth)
    this.searches.set(key, known)
    return known
  }

  private async find(folder: string, depth?: number): Promise<readonly string[]> {
    const { files, unseen } = await findFiles(folder, depth)
    for (const each of unseen) this.unseen.set(joinedPath(folder, each.path), each)
    return files
  }

  /** Tells of what could not be looked into and may be a migration, or hold some. */
  private tellUnseen(isOfMigrations: (path: string) => boolean): readonly string[] {
    const told = [...this.unseen].filter(
      ([path, { isFolder }]) => (isFolder || isSql(path) || isLocation(path)) && !isDump(path) && isOfMigrations(path),
    )
    for (const [path, { reason }] of told) this.problems.set(path, { path, reason })
    return told.map(([path]) => path)
  }

  private async searchAnew(root: string, depth: number | undefined): Promise<readonly MigrationFolder[]> {
    const files = await this.find(root, depth)
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
    const files = await this.find(path === '' ? '.' : path, 0)
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
    const unread = [...this.tellUnseen(path => isWithin(path, folder.path))]
    let count = 0
    for (const relative of folder.files) {
      const path = joinedPath(folder.path, relative)
      // What is written in another language is known to be there, and not read.
      const text = isCodeMigration(path) ? '' : this.disk.read(path)
      if (text !== undefined) files.push({ path, text })
      else if (isSql(path) && !isDump(path)) {
        this.problems.set(path, this.disk.problem(path))
        unread.push(path)
      }
      if (++count % 500 === 0) await new Promise(setImmediate)
    }
    const { read, list } = folder
    const elsewhere = this.repositories.elsewhere(folder.path)
    return historyOf({ ...this.options, path: folder.path, files, unread, read, list, elsewhere })
  }
}

const sqlFiles = ({ path, files }: Pick<MigrationFolder, 'path' | 'files'>) =>
  files.filter(isSql).map(file => joinedPath(path, file))

const isWithin = (path: string, folder: string) => folder === '' || path.startsWith(`${folder}/`)

const isLocation = (folder: string) => locationOf(folder) === folder

/** Whether a folder of migrations is for another database by its own name, or by that of the one it is the migrations of. */
const isForeignHome = (folder: string) =>
  isForeignSegment(nameOf(folder)) ||
  (isForeignSegment(nameOf(folderOf(folder))) && /migrat|^(?:db|sql|schema|database|files)$/i.test(nameOf(folder)))

/** SQL by its name, or without a name that says what else it is. */
const isReadable = (path: string) => isSql(path) || /(?:^|\/)[^./]+$|\.(?:psql|pgsql|ddl|dml|txt)$/i.test(path)
