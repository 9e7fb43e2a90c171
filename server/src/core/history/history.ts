import { type Catalog, emptyCatalog } from '../postgres/catalog'
import { folderOf, nameOf } from '../text'
import { afterUnseen, afterUnseenUp } from './certainty'
import { isComplete } from './completeness'
import { catalogAfter, foldLike } from './fold'
import { frameworkOf } from './folders'
import type { Folder, Framework, Part, Runner, RunnerTransaction } from './frameworks/framework'
import { frameworks } from './frameworks/index'
import { runnerOf } from './frameworks/own-runner'
import plain from './frameworks/plain'
import { isSql } from './frameworks/recognise'
import type { Migration } from './migration'
import { ofSameVersion, placeOfDown, placeOfUp } from './pairing'
import { isSameSql, type PartsOfFile, partsThatRan, stateOfParts } from './parts'
import { migrationOf } from './reading'

/** A folder of migrations in the order they run, and the catalog between them. */
export interface History {
  readonly framework: Framework
  /** Up migrations and downs, each version's up before its down; those that run again whenever they change come last. */
  readonly migrations: readonly Migration[]
  /** Whether the folder starts with an empty database, so that what it did not make does not exist. */
  readonly complete: boolean
  /** Returns the catalog that a migration's section starts from: all earlier versions up; for a down, its own up too. */
  readonly before: (path: string, direction: 'up' | 'down') => Catalog
  /** Returns the migration that the file at a path is; undefined where it is none. */
  readonly migrationAt: (path: string) => Migration | undefined
  /** Returns the migrations with the version of the one at a path, itself included: mostly an up and what undoes it. */
  readonly ofSameVersion: (path: string) => readonly Migration[]
  /** Returns the migration that undoes the one at a path: itself where its file has both directions; undefined for none. */
  readonly downOf: (path: string) => Migration | undefined
  /** Returns the migration whose up the one at a path undoes: itself where its file has both directions. */
  readonly upOf: (path: string) => Migration | undefined
  /**
   * Returns whether a migration has run in production, and is `edited` where it would do something else by now;
   * `unknown` where nobody said what has run.
   */
  readonly stateOf: (path: string) => 'applied' | 'edited' | 'pending' | 'unknown'
  /** Returns whether what stands at an offset of a pending file has run: its tool records parts of it, and this is one that ran. */
  readonly hasRunAt: (path: string, offset: number) => boolean
  readonly source: Source
}

/** The migrations that have run in production already. */
export interface Applied {
  readonly paths: ReadonlySet<string>
  /** What has run of those that have another text by now. */
  readonly originals: ReadonlyMap<string, string>
  /** Files that this branch has deleted, or renamed, with their texts; absent where nobody knows. */
  readonly deleted?: ReadonlyMap<string, string>
  /** How messages name what says so: `on branch "main"`. */
  readonly by: string
}

/** What a history was read from. */
export interface Source {
  /** The folder, `/`-separated, as the caller gave it. */
  readonly path: string
  /** All files of it by path: migrations, and what their tool keeps beside them. */
  readonly files: ReadonlyMap<string, string>
  /** The tool that was asked for; absent where the files decide. */
  readonly framework?: string
  /** Returns what runs plain files; undefined where nobody told and nothing tells. */
  readonly runner: () => Runner | undefined
  /** Reads a file outside the folder, from the folder's path: `../goose.yaml`. */
  readonly read?: (relative: string) => string | undefined
  /** Returns what stands in a folder near this one, as `Folder.list`. */
  readonly list?: Folder['list']
  /** The paths of migrations that are there and could not be read: what they make is not known. */
  readonly unread?: readonly string[]
  readonly elsewhere?: Elsewhere
  /** Absent where nobody said what has run. */
  readonly applied?: Applied
  /** The paths that fixes have created. */
  readonly created?: ReadonlySet<string>
}

/** The other histories of the project: they may share this one's database. */
export interface Elsewhere {
  /** Returns the bare names of the tables, types, functions and schemas that they make, in lower case; undefined where they are not known yet: asking begins to find out. */
  readonly names: () => ReadonlySet<string> | undefined
  /** Ends when they are known; undefined where nobody has asked, or they are known. */
  readonly pending: Promise<void> | undefined
}

/**
 * Returns the history of a folder. `files` are those in it, with their texts: SQL and what tools keep beside it; `framework`
 * is a tool's id where it is known, an unknown one is as none; `transaction` says what the runner of plain files does; `read`
 * finds files outside the folder and `list` what stands in folders near it.
 */
export function historyOf(input: {
  readonly path: string
  readonly files: readonly { readonly path: string; readonly text: string }[]
  readonly framework?: string
  readonly transaction?: RunnerTransaction
  readonly read?: (relative: string) => string | undefined
  readonly list?: Folder['list']
  readonly unread?: readonly string[]
  readonly elsewhere?: Elsewhere
}): History {
  const { path, framework, transaction, read, list, unread, elsewhere } = input
  const files = new Map(input.files.map(file => [file.path, file.text]))
  let known: Runner | undefined | 'not asked' = transaction ? { transaction } : 'not asked'
  const runner = () => {
    if (known === 'not asked') known = runnerOf(new SourceFolder(source))
    return known
  }
  const source: Source = { path, files, framework, runner, read, list, unread, elsewhere }
  return built(source)
}

/** Returns the history when all is known that it asks of others. Reads its migrations. */
export async function settled(history: History): Promise<History> {
  const { applied, elsewhere } = history.source
  if (history.complete || !elsewhere?.pending) return history
  await elsewhere.pending
  return withApplied(history, applied)
}

/**
 * Returns the history with one file's text changed or, where `text` is undefined, without it. All that the change does not
 * touch is the same object as before: migrations, and the catalogs between those that run earlier.
 */
export function withFile(history: History, path: string, text: string | undefined): History {
  const { source } = history
  const old = source.files.get(path)
  if (old === text) return history
  const files = new Map(source.files)
  if (text === undefined) files.delete(path)
  else files.set(path, text)
  return built({ ...source, files, applied: withOriginal(source.applied, path, old) }, history, path)
}

/**
 * Returns the history as it is when a fix has changed or created files: its tool is what it was, and what was there before the
 * first of them is not worked out again.
 */
export function withFixed(
  history: History,
  changes: readonly { readonly path: string; readonly after: string }[],
): History {
  const { framework } = history
  const files = new Map(history.source.files)
  let { applied } = history.source
  for (const { path, after } of changes) {
    applied = withOriginal(applied, path, files.get(path))
    files.set(path, after)
  }
  const added = changes.map(({ path }) => path).filter(path => !history.source.files.has(path))
  const created = new Set([...(history.source.created ?? []), ...added])
  const source = { ...history.source, files, applied, created }
  const folder = new SourceFolder(source)
  const order = orderOf(framework)
  const migrations = [...history.migrations]
  for (const { path, after } of changes) {
    const place = migrations.findIndex(migration => migration.path === path)
    const previous = place < 0 ? undefined : migrations[place]
    if (previous) migrations.splice(place, 1)
    const next = isSql(path) ? migrationOf(path, after, framework, folder, { previous, isAlone: false }) : undefined
    if (!next) continue
    if (previous) foldLike(next, previous)
    migrations.splice(migrations.findLastIndex(other => order(other, next) <= 0) + 1, 0, next)
    layTwinsOut(migrations, history.ofSameVersion(path), path, folder)
  }
  return new FolderHistory(source, framework, migrations, history)
}

/** Returns the history without what runs after the version of the migration at a path; the same one each time, mostly. */
export function asNewest(history: History, path: string): History {
  const newest = history.ofSameVersion(path).at(-1)
  if (!newest || newest.repeatable) return history
  const known = lastNewest.get(history)
  if (known?.newest === newest) return known.history
  const { migrations, source, framework } = history
  const end = migrations.indexOf(newest) + 1
  const left = [...migrations.slice(0, end), ...migrations.slice(end).filter(({ repeatable }) => repeatable)]
  const made = new FolderHistory(source, framework, left, history)
  lastNewest.set(history, { newest, history: made })
  return made
}

const lastNewest = new WeakMap<History, { readonly newest: Migration; readonly history: History }>()

/** Returns the history with what is known of production. */
export const withApplied = (history: History, applied: Applied | undefined): History =>
  new FolderHistory({ ...history.source, applied }, history.framework, history.migrations)

/**
 * Returns the migrations up to the version that `last` names, as applied: by its path, its file's or folder's name, or its
 * number. Undefined where it is no number, and no migration is called so.
 */
export function appliedUpTo(history: History, last: string): Applied | undefined {
  const { framework, migrations } = history
  const version = versionCalled(last, history)
  if (version === undefined) return undefined
  const paths = migrations.filter(
    migration => !migration.repeatable && framework.compareVersions(migration.version, version) <= 0,
  )
  return { paths: new Set(paths.map(({ path }) => path)), originals: new Map(), by: `up to "${last}"` }
}

/** Returns whether a migration has the version that `last` names. */
export function hasVersion(history: History, last: string): boolean {
  const version = versionCalled(last, history)
  const { framework, migrations } = history
  return version !== undefined && migrations.some(other => framework.compareVersions(other.version, version) === 0)
}

function versionCalled(last: string, { migrations }: History): string | undefined {
  const name = nameOf(last)
  const named = migrations.find(({ path }) =>
    [nameOf(path), nameOf(path).replace(/(?:\.(?:up|down))?\.sql$/, ''), nameOf(folderOf(path))].includes(name),
  )
  if (!named && !/^[a-z]?\d/i.test(name)) return undefined
  const hasLetters = migrations.some(({ version }) => /^[a-z]\d/i.test(version))
  return named?.version ?? (hasLetters ? name : name.replace(/^[a-z]/i, ''))
}

/** What an applied migration was when it was read is what has run, unless more is known. */
function withOriginal(applied: Applied | undefined, path: string, text: string | undefined): Applied | undefined {
  if (text === undefined || !applied?.paths.has(path) || applied.originals.has(path)) return applied
  return { ...applied, originals: new Map([...applied.originals, [path, text]]) }
}

function built(source: Source, previous?: History, changed?: string): History {
  const folder = new SourceFolder(source)
  const framework = chosenFramework(source, folder, previous, changed)
  if (previous?.framework === framework && changed !== undefined && isSql(changed)) {
    const isTextAlone = previous.source.files.has(changed) && source.files.has(changed)
    if (isTextAlone) return withText(source, folder, previous, changed)
  }
  const before = new Map(previous?.migrations.map(migration => [migration.path, migration]))
  const isAlone = source.files.size === 1
  const found = new Map<string, Migration>()
  for (const [path, text] of source.files) {
    // A file that somebody asks about alone is a migration whatever it is called.
    if (!isAlone && !isSql(path)) continue
    const migration = migrationOf(path, text, framework, folder, { previous: before.get(path), isAlone })
    if (migration) found.set(path, migration)
  }
  return new FolderHistory(source, framework, inOrder(found, framework, previous))
}

/** The way of a keystroke: nothing but the one file can have become something else. */
function withText(source: Source, folder: Folder, previous: History, path: string): History {
  const { framework } = previous
  const place = previous.migrations.findIndex(migration => migration.path === path)
  const old = previous.migrations[place]
  const text = source.files.get(path) as string
  const isAlone = source.files.size === 1
  const migration = migrationOf(path, text, framework, folder, { previous: old, isAlone })
  if (old && migration && isPlacedLike(migration, old)) {
    if (migration !== old) foldLike(migration, old)
    const migrations = previous.migrations.with(place, migration)
    layTwinsOut(migrations, previous.ofSameVersion(path), path, folder)
    return new FolderHistory(source, framework, migrations)
  }
  const found = new Map(previous.migrations.map(other => [other.path, other]))
  found.delete(path)
  if (migration) found.set(path, migration)
  return new FolderHistory(source, framework, inOrder(found, framework, undefined))
}

/** What a file says may hold for what undoes it too (yoyo's comment). */
function layTwinsOut(migrations: Migration[], same: readonly Migration[], changed: string, folder: Folder) {
  for (const twin of same) {
    const place = twin.path === changed ? -1 : migrations.indexOf(twin)
    const now = place < 0 ? twin : migrationOf(twin.path, twin.text, twin.framework, folder, { previous: twin })
    if (!now || now === twin) continue
    foldLike(now, twin)
    migrations[place] = now
  }
}

/** Returns the folder of a history as its tool sees it. */
export const folderOfTool = ({ source }: History): Folder => new SourceFolder(source)

class SourceFolder implements Folder {
  readonly path: string
  readonly list: Folder['list']
  private readonly prefix: string
  private names: readonly string[] | undefined

  constructor(private readonly source: Source) {
    this.path = source.path
    this.list = source.list
    this.prefix = source.path === '' ? '' : `${source.path}/`
  }

  get transaction(): RunnerTransaction | undefined {
    return this.source.runner()?.transaction
  }

  get files(): readonly string[] {
    this.names ??= [...this.source.files.keys()].map(path => path.slice(this.prefix.length))
    return this.names
  }

  readonly read = (relative: string): string | undefined =>
    this.source.files.get(this.prefix + relative) ?? this.source.read?.(relative)
}

/**
 * What a folder is does not change with every keystroke: only with its files, or, where nothing was known so far, with the
 * comments of one, for they are what tools put in texts.
 */
function chosenFramework(source: Source, folder: Folder, previous: History | undefined, changed?: string): Framework {
  const asked = frameworks.find(({ id }) => id === source.framework)
  if (asked) return asked
  return (previous && saysTheSame(source, previous, changed) ? previous.framework : frameworkOf(folder)) ?? plain
}

function saysTheSame({ files }: Source, { source, framework }: History, changed: string | undefined): boolean {
  if (source.files.size !== files.size) return false
  if (framework !== plain) return true
  if (changed === undefined || !isSql(changed)) return false
  const [old, now] = [source.files.get(changed), files.get(changed)]
  return old !== undefined && now !== undefined && commentsOf(old) === commentsOf(now)
}

const commentsOf = (text: string): string => text.match(/--.*/g)?.join('\n') ?? ''

function inOrder(
  found: ReadonlyMap<string, Migration>,
  framework: Framework,
  previous: History | undefined,
): readonly Migration[] {
  if (previous?.migrations.length === found.size) {
    const same = previous.migrations.map(migration => found.get(migration.path))
    if (same.every((migration, index) => isPlacedLike(migration, previous.migrations[index])))
      return same as Migration[]
  }
  return [...found.values()].toSorted(orderOf(framework))
}

const orderOf =
  (framework: Framework) =>
  (a: Migration, b: Migration): number =>
    Number(a.repeatable) - Number(b.repeatable) ||
    framework.compareVersions(a.version, b.version) ||
    Number(a.direction === 'down') - Number(b.direction === 'down') ||
    (a.path < b.path ? -1 : 1)

const isPlacedLike = (migration: Migration | undefined, other: Migration | undefined) =>
  migration !== undefined &&
  other !== undefined &&
  migration.framework === other.framework &&
  migration.version === other.version &&
  migration.direction === other.direction &&
  migration.repeatable === other.repeatable

/** The catalogs that histories start from, by what they know: one and the same for all texts of a folder. */
const beginnings = new Map<string, Catalog>()

function beginning(complete: boolean, searchPath: readonly string[] | undefined): Catalog {
  const key = `${complete} ${searchPath}`
  const known = beginnings.get(key)
  if (known) return known
  const catalog = emptyCatalog(complete)
  const made = searchPath ? { ...catalog, searchPath } : catalog
  beginnings.set(key, made)
  return made
}

class FolderHistory implements History {
  private completeness: boolean | undefined
  private origin: Catalog | undefined
  private readonly starts: Catalog[] = []
  private readonly states = new Map<string, ReturnType<History['stateOf']>>()
  private readonly ran = new Map<string, readonly Part[]>()
  private places: ReadonlyMap<string, number> | undefined

  constructor(
    readonly source: Source,
    readonly framework: Framework,
    readonly migrations: readonly Migration[],
    /** What a fix changed: neither does it tell more of the database that a history starts from. */
    fixed?: History,
  ) {
    if (!fixed) return
    this.completeness = fixed.complete
    if (fixed instanceof FolderHistory) {
      const same = migrations.findIndex((migration, place) => migration !== fixed.migrations[place])
      this.starts.push(...fixed.starts.slice(0, (same < 0 ? migrations.length : same) + 1))
    }
  }

  get complete(): boolean {
    this.completeness ??= isComplete(this)
    return this.completeness
  }

  readonly migrationAt = (path: string): Migration | undefined => {
    const place = this.placeOf(path)
    return place === undefined ? undefined : this.migrations[place]
  }

  readonly ofSameVersion = (path: string): readonly Migration[] => {
    const place = this.placeOf(path)
    return place === undefined ? [] : ofSameVersion(this.migrations, place, this.framework.compareVersions)
  }

  readonly downOf = (path: string): Migration | undefined => this.paired(path, placeOfDown)

  readonly upOf = (path: string): Migration | undefined => this.paired(path, placeOfUp)

  private paired(path: string, other: typeof placeOfUp): Migration | undefined {
    const place = this.placeOf(path)
    const found = place === undefined ? undefined : other(this.migrations, place, this.framework.compareVersions)
    return found === undefined ? undefined : this.migrations[found]
  }

  readonly stateOf = (path: string): ReturnType<History['stateOf']> => {
    const state = this.states.get(path) ?? this.stateAnew(path)
    this.states.set(path, state)
    return state
  }

  private stateAnew(path: string): ReturnType<History['stateOf']> {
    const { applied, files } = this.source
    if (!applied) return 'unknown'
    if (!applied.paths.has(path)) return 'pending'
    const [original, text] = [applied.originals.get(path), files.get(path)]
    if (original === undefined || text === undefined || original === text) return 'applied'
    const parts = this.partsOf(path)
    if (parts) return stateOfParts(parts)
    return this.framework.keepsChecksums || !isSameSql(original, text) ? 'edited' : 'applied'
  }

  readonly hasRunAt = (path: string, offset: number): boolean => {
    if (!this.source.applied?.paths.has(path) || this.stateOf(path) !== 'pending') return false
    const ran = this.ran.get(path) ?? partsThatRan(this.partsOf(path))
    this.ran.set(path, ran)
    return ran.some(({ head, body }) => head.start <= offset && offset < body.end)
  }

  /** What a file's tool records of it, in the text that has run and in that of today. */
  private partsOf(path: string): PartsOfFile | undefined {
    const [original, text] = [this.source.applied?.originals.get(path), this.source.files.get(path)]
    if (original === undefined || text === undefined) return undefined
    const [before, now] = [this.framework.parts?.(path, original), this.framework.parts?.(path, text)]
    return before && now && { before: { text: original, parts: before }, now: { text, parts: now } }
  }

  private placeOf(path: string): number | undefined {
    this.places ??= new Map(this.migrations.map((migration, place) => [migration.path, place]))
    return this.places.get(path)
  }

  readonly before = (path: string, direction: 'up' | 'down'): Catalog => {
    const place = this.placeOf(path)
    const migration = place === undefined ? undefined : this.migrations[place]
    if (place === undefined || !migration) return this.empty()
    if (direction === 'up') return migration.baseline ? this.empty() : this.start(place)
    const up = placeOfUp(this.migrations, place, this.framework.compareVersions)
    return up === undefined ? this.start(place) : this.after(up)
  }

  /** The catalog with every up before `place` applied and no down. */
  private start(place: number): Catalog {
    if (this.starts.length === 0) this.starts.push(this.empty())
    for (let next = this.starts.length; next <= place; next++) this.starts.push(this.after(next - 1))
    return this.starts[place] as Catalog
  }

  private after(place: number): Catalog {
    const migration = this.migrations[place] as Migration
    const start = this.start(place)
    // A down whose up nobody sees: what that one made is not known.
    const isAlone =
      migration.direction === 'down' && placeOfUp(this.migrations, place, this.framework.compareVersions) === undefined
    if (isAlone) return afterUnseenUp(start, migration)
    const isSkipped = migration.direction === 'down' || (migration.baseline && place > 0)
    if (isSkipped) return start
    const after = catalogAfter(migration, 'up', start)
    return migration.latest ? afterUnseen(after) : after
  }

  private empty(): Catalog {
    this.origin ??= beginning(this.complete, this.framework.searchPath?.(new SourceFolder(this.source)))
    return this.origin
  }
}
