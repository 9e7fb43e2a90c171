import { folderOf, nameOf } from '../text'
import { areForeign, isForeign, isForeignSegment, isForeignText, isPostgresSegment } from './frameworks/dialects'
import { dialectOf } from './frameworks/drizzle'
import { isVersionSegment } from './frameworks/dumps'
import { type Location, locationsIn } from './frameworks/flyway-locations'
import type { Folder, Framework } from './frameworks/framework'
import { frameworks } from './frameworks/index'
import { projectAbove } from './frameworks/own-runner'
import plain from './frameworks/plain'
import { isPostgres, providerOf } from './frameworks/prisma'
import { isSql, share, shareOfTexts } from './frameworks/recognise'
import { isForOtherThanPostgres } from './frameworks/sqlx'

/** A folder that a migration tool runs as one history. */
export interface MigrationFolder extends Folder {
  readonly framework: Framework
}

/**
 * Returns the migration folders among `files`, which are `/`-separated paths relative to `root`, in the order of their
 * paths. `read` returns the text of a file relative to `root`, also above it (`../package.json`), `list` the names in a folder. Files for other databases
 * and folders that no tool recognises are left out.
 */
export function migrationFolders(...search: Parameters<typeof eachMigrationFolder>): readonly MigrationFolder[] {
  const found = [...eachMigrationFolder(...search)]
  const run = found.filter(({ framework }) => framework !== plain)
  const isBesideTool = (folder: Folder) => {
    const project = projectOf(folder)
    return run.some(({ path }) => project === undefined || path === project || isBelow(path, project))
  }
  return found
    .filter(folder => folder.framework !== plain || run.length === 0 || !isAside(folder) || !isBesideTool(folder))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/** Returns the folder of the project that a folder is part of, one of several in a repository maybe; undefined where nothing tells. */
function projectOf({ path, list }: Folder): string | undefined {
  const level = list && projectAbove(list)
  if (level === undefined) return undefined
  let project = path
  for (let above = 0; above < level; above++) project = folderOf(project)
  return project
}

/** Yields them one by one, in any order: there may be hundreds. Those that hold something else where a tool runs others are among them. */
export function* eachMigrationFolder(
  root: string,
  files: readonly string[],
  read: (relative: string) => string | undefined,
  list?: (relative: string) => readonly string[],
): Iterable<MigrationFolder> {
  const groups = new Map<string, string[]>()
  const trees = treesIn(files)
  for (const file of files) {
    if (!isSql(file) || isForeign(file) || isTwinForOther(file, files)) continue
    const home = trees.get(folderOf(file)) ?? homeOf(file)
    const group = groups.get(home)
    if (group) group.push(file)
    else groups.set(home, [file])
  }
  const others = files.filter(file => !isSql(file))
  for (const [home, members] of joined(sharing(root, groups, others, read))) {
    const folder = folderAt(root, home, members, others, read, list)
    const framework = frameworkOf(folder)
    if (!framework || (framework === plain && isForTests(home)) || areForeign(textsOf(folder))) continue
    yield { ...folder, framework }
  }
}

/** Where a tool runs the project's migrations, a folder called for the schema, and one called for migrations without any number, hold something else. */
const isAside = (folder: Folder): boolean =>
  /^schemas?$/i.test(nameOf(folder.path)) ||
  (plain.recognises(folder) < 0.25 && share(folder.files, name => /\d/.test(name)) === 0)

/** The SQL files of a folder, read one by one as they are asked for. */
export function* textsOf({ files, read }: Pick<Folder, 'files' | 'read'>): Iterable<string> {
  for (const file of files) if (isSql(file)) yield read(file) ?? ''
}

/** Returns the tool that is surest of the folder; undefined where none is, or where it is written for another database. */
export function frameworkOf(folder: Folder): Framework | undefined {
  if (isForOtherDatabase(folder) || isWrittenForOther(folder)) return undefined
  let best: Framework | undefined
  let sureness = 0
  for (const framework of frameworks) {
    const own = framework.recognises(folder)
    if (own <= sureness) continue
    best = framework
    sureness = own
  }
  return best?.isForOther?.(folder) ? undefined : best
}

/** Whether a file of the tool's own names another database (Prisma's lock file, Drizzle's journal, the features of SQLx and Diesel). */
export function isForOtherDatabase({ read }: Pick<Folder, 'read'>): boolean {
  const named = providerOf(read) ?? dialectOf(read)
  return named === undefined ? isForOtherThanPostgres(read) : !isPostgres(named)
}

/** Whether a folder's files are written in another database's SQL, where nothing else tells: some are as PostgreSQL has it all the same. */
const isWrittenForOther = (folder: Folder) => shareOfTexts(folder, isForeignText) > 0.4

/**
 * Returns the folder whose history a file belongs to, by names alone: its own, or the one above folders that stand for one
 * migration (`20240101_users/migration.sql`), one release (`2.31/`) or one direction (`down/`).
 */
export function homeOf(file: string): string {
  let home = folderOf(file)
  if (/^(?:migration|up|down)\.sql$/i.test(nameOf(file)) && !isRoot(home)) home = folderOf(home)
  while (!isRoot(home) && (isVersionSegment(nameOf(home)) || directions.test(nameOf(home)))) home = folderOf(home)
  return home
}

/**
 * Returns the home of each folder that is one part of a migration's: sqitch keeps `deploy/`, `revert/` and `verify/` beside
 * its plan, graphile-migrate `committed/` and `current`. One of those names alone says nothing.
 */
function treesIn(files: readonly string[]): ReadonlyMap<string, string> {
  const all = new Set(files)
  const folders = new Set(files.map(folderOf))
  const homes = new Map<string, string>()
  for (const folder of folders) {
    const [, above = '', name] = treeName.exec(folder) ?? []
    if (name === undefined) continue
    const at = (other: string) => (above === '' ? other : `${above}/${other}`)
    const isTree = /committed|current/.test(name)
      ? folders.has(at('committed')) && (folders.has(at('current')) || all.has(at('current.sql')))
      : all.has(at('sqitch.plan')) || (folders.has(at('deploy')) && folders.has(at('revert')))
    if (isTree) homes.set(folder, above)
  }
  return homes
}

/** Returns the folder above one of those names in a file's path, by names alone; undefined where there is none. */
export const treeAbove = (file: string): string | undefined => {
  const [match, above = ''] = treeName.exec(folderOf(file)) ?? []
  return match === undefined ? undefined : above
}

/** The first such name in a path: sqitch's changes may stand in folders below. */
const treeName = /^(?:(.*?)\/)??(deploy|revert|verify|committed|current)(?:\/.*)?$/

/** Whether a file is for another database as its name ends, and another of that name for PostgreSQL: `04-portal-sqlite.sql`. */
function isTwinForOther(file: string, files: readonly string[]): boolean {
  const [, title, word = ''] = twinName.exec(file) ?? []
  if (title === undefined || !isForeignSegment(word)) return false
  return files.some(other => {
    const [, otherTitle, otherWord = ''] = twinName.exec(other) ?? []
    return otherTitle === title && isPostgresSegment(otherWord)
  })
}

/** The name without its number, and its last word. */
const twinName = /(?:^|\/)(?:[vV]?\d+[-_])?([^/]*?)[-_]([a-zA-Z0-9]+)\.sql$/

const isRoot = (folder: string) => folder === '' || folder === '.'

/** Numbered files there are what tests run, or rows for them, or make an empty database or rows for a developer. */
const isForTests = (home: string) =>
  /(?:^|\/)data\/(?:dev|test|e2e|demo)(?:\/|$)/i.test(home) ||
  home
    .split('/')
    .some(segment =>
      /^(?:tests?|.*test[-_]?data|__tests__|fixtures|seeds?|docker[-_]?init|initdb|docker-entrypoint-initdb\.d)$/i.test(
        segment,
      ),
    )

const directions = /^(?:up|down|undo|rollbacks?|revert|downgrades?|repeatables?|callbacks?|baselines?)$/i

/**
 * Folders of one classpath, or below the settings, that Flyway's settings name together are one history, unless a version stands
 * in two of them. Settings in the classpath itself are surer than those of another module.
 */
function sharing(
  searched: string,
  groups: ReadonlyMap<string, string[]>,
  others: readonly string[],
  read: (relative: string) => string | undefined,
): ReadonlyMap<string, string[]> {
  const homes = [...groups].flatMap(([home, members]) => (members.some(isVersioned) ? [home] : []))
  if (homes.length < 2) return groups
  const result = new Map(groups)
  const settings = others.filter(isFlywaySettings).map(path => ({ path, lists: locationsIn(read(path) ?? '') }))
  const around = classpathOf(`${searched}/`) === searched ? '' : undefined
  for (const root of new Set(homes.map(home => classpathOf(home) ?? around))) {
    const own = settings.filter(({ path, lists }) => lists.length > 0 && root !== undefined && isBelow(path, root))
    for (const { path, lists } of own.length > 0 ? own : settings) {
      for (const list of lists) {
        const shared = homes.filter(home => {
          const isNamed = ({ isOnDisk, pattern }: Location) => {
            const from = isOnDisk ? folderOf(path) : root
            return from !== undefined && isBelow(home, from) && pattern.test(pathFrom(home, from))
          }
          return result.has(home) && list.some(isNamed)
        })
        join(result, shared, commonFolder(shared))
      }
    }
  }
  return result
}

const isBelow = (path: string, folder: string) => isRoot(folder) || path.startsWith(`${folder}/`)

const pathFrom = (path: string, folder: string) => `${isRoot(folder) ? path : path.slice(folder.length + 1)}/.sql`

/** The folder that is packed into the classpath as it is. */
export const classpathOf = (home: string): string | undefined => /^(?:.*\/)?resources(?=\/)/.exec(home)?.[0]

const isFlywaySettings = (file: string) =>
  /^(?:application\.(?:ya?ml|properties)|flyway\.(?:conf|toml))$/.test(nameOf(file))

function commonFolder(folders: readonly string[]): string {
  let common = folders[0] ?? ''
  while (!isRoot(common) && !folders.every(folder => folder === common || folder.startsWith(`${common}/`)))
    common = folderOf(common)
  return common
}

/** Makes one group of several, unless a version stands in two of them. */
function join(groups: Map<string, string[]>, homes: readonly string[], into: string) {
  const members = homes.flatMap(home => groups.get(home) ?? [])
  const versions = members.map(versionIn).filter(version => version !== undefined)
  if (homes.length < 2 || new Set(versions).size < versions.length) return
  for (const home of homes) groups.delete(home)
  groups.set(into, [...(groups.get(into) ?? []), ...members])
}

/**
 * Flyway reads the folders below its location too: folders side by side below one called for migrations are one history,
 * unless a version stands in two of them (a location each) or they are named for databases.
 */
function joined(groups: ReadonlyMap<string, string[]>): ReadonlyMap<string, string[]> {
  const byLocation = new Map<string, string[]>()
  for (const [home, members] of groups) {
    const location = members.some(isVersioned) ? locationOf(home) : undefined
    if (location === undefined) continue
    byLocation.set(location, [...(byLocation.get(location) ?? []), home])
  }
  const result = new Map(groups)
  for (const [location, homes] of byLocation) join(result, homes, location)
  return result
}

const isVersioned = (file: string) => versionIn(file) !== undefined

const versionIn = (file: string) => /^([VUB]?\d[\d._]*)__/.exec(nameOf(file))?.[1]

/** Returns the nearest folder called for migrations, itself included, without a database's folder between. */
export function locationOf(home: string): string | undefined {
  for (let folder = home; !isRoot(folder); folder = folderOf(folder)) {
    const name = nameOf(folder)
    if (/^migrations?$/i.test(name)) return folder
    if (isPostgresSegment(name) || isForeignSegment(name)) return undefined
  }
  return undefined
}

function folderAt(
  root: string,
  home: string,
  members: readonly string[],
  others: readonly string[],
  read: (relative: string) => string | undefined,
  list: ((relative: string) => readonly string[]) | undefined,
): Folder {
  const prefix = isRoot(home) ? '' : `${home}/`
  const besides = others.filter(file => file.startsWith(prefix))
  return {
    path: joinedPath(root, home),
    files: [...members, ...besides].map(file => file.slice(prefix.length)),
    read: relative => read(normalised(`${prefix}${relative}`)),
    list: list && (relative => list(normalised(`${prefix}${relative}`))),
  }
}

/** Returns `folder/relative` with `.` and inner `..` resolved; a leading `..` stays. */
export const joinedPath = (folder: string, relative: string): string =>
  normalised(folder === '' ? relative : folder.endsWith('/') ? folder + relative : `${folder}/${relative}`)

function normalised(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '.' || (part === '' && parts.length > 0)) continue
    const last = parts.at(-1)
    if (part === '..' && last !== undefined && last !== '..' && last !== '') parts.pop()
    else parts.push(part)
  }
  return parts.join('/') || (path.startsWith('/') ? '/' : '')
}
