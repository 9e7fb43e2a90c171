import { productionReader } from '../applied'
import { type Finding, withFixes } from '../core/finding'
import { withFixesThatHold } from '../core/fix-check'
import { type History, historyOf, withApplied, withFile } from '../core/history/history'
import type { Migration } from '../core/history/migration'
import { lint } from '../core/lint'
import { withSums } from '../core/sums'
import { folderOf } from '../core/text'
import { load } from '../files'
import { today } from '../today'
import type { Configuration } from './configuration'
import { holdsMigrations, isMigration } from './membership'

/** A document that the editor has open. `path` is absent for one that is not a file. */
export interface OpenDocument {
  readonly uri: string
  readonly path?: string
  readonly version: number
  readonly text: string
}

/** What is known of one version of a document. */
export interface Judgement {
  readonly document: OpenDocument
  readonly configuration: Configuration
  readonly history: History
  /** What stands for the document in the history: its own path, unless no tool runs it. */
  readonly path: string
  /** Absent where the tool of the folder does not run the document. */
  readonly migration?: Migration
  readonly findings: ReturnType<typeof lint>
}

/** What the workspace needs of those who speak with the editor. */
export interface Surroundings {
  readonly publish: (judgement: Judgement) => void
  readonly withdraw: (document: OpenDocument) => void
  /** Told when statements may do something else than before in a document that was not edited. */
  readonly changed: () => void
  /** Told that migrations are being read, which may take long; what it returns is told how many there are, and of the end. */
  readonly reading: () => Reading
  /** Told what went wrong without stopping anything. */
  readonly log: (message: string) => void
  readonly configurationFor: (path: string | undefined) => Configuration
  /** Paths of the folders that patterns of the configuration are relative to. */
  readonly roots: () => readonly string[]
}

export interface Reading {
  /** Ends when the editor can have shown that there are so many, if they are many. */
  readonly found: (migrations: number) => Promise<void>
  /** Told how many are parsed by now, from time to time. */
  readonly parsed: (migrations: number) => void
  readonly end: () => void
}

/** The history of a folder, with the texts of open documents in the place of what is on disk. */
interface Shelf {
  history: History
}

/**
 * The open documents and the histories they belong to. An edit is judged at once, without reading any disk; what is built
 * on the edited migration is judged after it; the latest edit wins.
 */
export class Workspace {
  private readonly documents = new Map<string, OpenDocument>()
  private readonly judgements = new Map<string, Judgement>()
  /** By path: of every migration of the histories that have an open document. */
  private shelves = new Map<string, Shelf>()
  /** Paths of open files that no tool's history holds. */
  private loners = new Set<string>()
  /** The end of the last reading of the disk that was asked for: one at a time. */
  private reading: Promise<void> = Promise.resolve()
  private isReloading = false
  private isConfigured = false
  private begin: () => void = () => {}
  private readonly begun = new Promise<void>(resolve => {
    this.begin = resolve
  })
  private readonly edited = new Set<string>()
  private readonly dependent = new Set<string>()
  private edits = 0
  private readonly failedRules = new Set<string>()
  /** What was told once already. */
  private readonly reasons = new Set<string>()
  private readonly awaited = new WeakSet<Promise<void>>()

  constructor(private readonly surroundings: Surroundings) {}

  /** Takes a document's new text; a document that was not open is now. */
  put(document: OpenDocument): void {
    this.documents.set(document.uri, document)
    this.edited.add(document.uri)
    this.settle()
  }

  close(uri: string): void {
    const document = this.documents.get(uri)
    if (!document) return
    this.documents.delete(uri)
    this.judgements.delete(uri)
    this.edited.delete(uri)
    this.dependent.delete(uri)
    this.surroundings.withdraw(document)
    // Its unsaved text is gone: what builds on it builds on the disk again.
    const shelf = document.path && this.shelves.get(document.path)
    if (shelf) this.reload()
  }

  /** Judges everything again: configuration has arrived or changed. Nothing is judged before the first call. */
  configured(): void {
    const isFirst = !this.isConfigured
    this.isConfigured = true
    this.begin()
    // What has run in production is part of a history, and a setting says where to ask.
    if (isFirst) this.judgeAll()
    else this.reload()
    this.surroundings.changed()
  }

  /** Reads the histories again that files on disk concern; the text of an open document is the editor's, whatever the disk says. */
  changedOnDisk(changes: readonly { readonly path: string; readonly isNewOrGone: boolean }[]): void {
    const open = new Set([...this.documents.values()].map(document => document.path))
    const matters = ({ path, isNewOrGone }: (typeof changes)[number]) =>
      isOfGit(path) || ((isNewOrGone || !open.has(path)) && this.concerns(path))
    if (changes.some(matters)) this.reload()
  }

  /** Returns the document as last told by the editor. */
  documentAt(path: string): OpenDocument | undefined {
    return [...this.documents.values()].find(document => document.path === path)
  }

  /** Returns what is known of the document's latest text, judged now where it has to be. */
  async judgementOf(uri: string): Promise<Judgement | undefined> {
    await this.begun
    for (;;) {
      const document = this.documents.get(uri)
      if (!document) return undefined
      if (!this.isPlaced(document)) {
        await this.shelved(document)
        continue
      }
      const known = this.judgements.get(uri)
      const isCurrent = known?.document === document && !this.edited.has(uri) && !this.dependent.has(uri)
      return isCurrent ? known : this.judge(document)
    }
  }

  private judgeAll(): void {
    for (const uri of this.documents.keys()) this.edited.add(uri)
    this.settle()
  }

  /** Judges what was edited once the messages that have arrived already are handled: they may hold a later edit. */
  private settle(): void {
    if (!this.isConfigured) return
    const edit = ++this.edits
    setImmediate(() =>
      setImmediate(() => {
        if (edit === this.edits) this.judgeNext()
      }),
    )
  }

  /** Edited documents first, then one by one those that build on them, with time for messages between. */
  private judgeNext(): void {
    const document = this.take(this.edited) ?? this.take(this.dependent)
    if (!document) return
    if (this.isPlaced(document)) this.judge(document)
    else void this.shelved(document).then(() => this.reconsider(document.uri))
    this.settle()
  }

  private reconsider(uri: string): void {
    if (!this.documents.has(uri)) return
    this.edited.add(uri)
    this.settle()
  }

  private take(uris: Set<string>): OpenDocument | undefined {
    for (const uri of uris) {
      uris.delete(uri)
      const document = this.documents.get(uri)
      if (document) return document
    }
    return undefined
  }

  private judge(document: OpenDocument): Judgement | undefined {
    this.edited.delete(document.uri)
    this.dependent.delete(document.uri)
    try {
      const judgement = this.judgementFor(document)
      this.judgements.set(document.uri, judgement)
      this.surroundings.publish(judgement)
      this.awaitOthers(judgement.history)
      return judgement
    } catch (error) {
      this.surroundings.log(`${document.uri} could not be judged: ${said(error)}`)
      return undefined
    }
  }

  private judgementFor(document: OpenDocument): Judgement {
    const configuration = { ...this.surroundings.configurationFor(document.path), today: today() }
    const { history, path } = this.historyWith(document)
    const migration = history.migrationAt(path)
    const isWanted = configuration.findingsIn === 'all' || this.isMigration(document, history, configuration)
    const weight = configuration.appliedMigrations
    const isApplied = history.stateOf(path) === 'applied'
    const hasRun = ({ span }: Finding) => isApplied || history.hasRunAt(path, span.start)
    const found =
      migration && isWanted && !(isApplied && weight === 'ignore')
        ? lint(history, path, configuration, (rule, error) => this.ruleFailed(rule, error))
        : []
    const wanted = weight === 'ignore' ? found.filter(finding => !hasRun(finding)) : found
    const held = withFixesThatHold(history, path, wanted, configuration).map(finding => withSums(history, finding))
    const findings = weight === 'hint' ? held.map(finding => (hasRun(finding) ? asHint(finding) : finding)) : held
    return { document, configuration, history, path, migration, findings }
  }

  /** What other folders make is read beside the typing; once it is known, those that asked are judged again. */
  private awaitOthers({ source: { elsewhere } }: History): void {
    const pending = elsewhere?.pending
    if (!pending || this.awaited.has(pending)) return
    this.awaited.add(pending)
    void pending.then(() => {
      for (const { uri, path } of this.documents.values()) {
        const shelf = path === undefined ? undefined : this.shelves.get(path)
        if (shelf?.history.source.elsewhere !== elsewhere || !shelf) continue
        shelf.history = withApplied(shelf.history, shelf.history.source.applied)
        this.edited.add(uri)
      }
      this.surroundings.changed()
      this.settle()
    })
  }

  private isMigration({ path }: OpenDocument, history: History, configuration: Configuration): boolean {
    return path !== undefined && isMigration(history, path, configuration.migrations, this.surroundings.roots())
  }

  private historyWith(document: OpenDocument): { history: History; path: string } {
    const { path } = document
    const shelf = path === undefined ? undefined : this.shelves.get(path)
    if (!shelf || path === undefined) return { history: historyOfOne(document.text), path: alone }
    if (shelf.history.source.files.get(path) !== document.text) {
      shelf.history = withFile(shelf.history, path, document.text)
      this.judgeOthersOf(shelf, document)
    }
    return { history: shelf.history, path }
  }

  private judgeOthersOf(shelf: Shelf, document: OpenDocument): void {
    for (const other of this.documents.values()) {
      if (other !== document && other.path && this.shelves.get(other.path) === shelf) this.dependent.add(other.uri)
    }
    if (this.dependent.size > 0) this.surroundings.changed()
    this.settle()
  }

  private isPlaced({ path }: OpenDocument): boolean {
    return path === undefined || this.shelves.has(path) || this.loners.has(path)
  }

  /** Reads the history that a document belongs to, unless a reading before it has. */
  private shelved(document: OpenDocument): Promise<void> {
    this.reading = this.reading.then(async () => {
      if (this.isPlaced(document) || !document.path) return
      const reading = this.surroundings.reading()
      await this.read(document.path, this.shelves, this.loners)
      const history = this.shelves.get(document.path)?.history
      if (history) {
        await reading.found(history.migrations.length)
        await parsed(history, reading)
        history.before(document.path, 'up')
        this.awaitOthers(history)
      }
      reading.end()
    })
    return this.reading
  }

  /** Reads all histories again that have an open document, and judges all again. */
  private reload(): void {
    if (this.isReloading) return
    this.isReloading = true
    this.reading = this.reading.then(async () => {
      this.isReloading = false
      const shelves = new Map<string, Shelf>()
      const loners = new Set<string>()
      for (const { path } of this.documents.values()) {
        if (path && !shelves.has(path) && !loners.has(path)) await this.read(path, shelves, loners)
      }
      this.shelves = shelves
      this.loners = loners
      this.judgeAll()
      this.surroundings.changed()
    })
  }

  private async read(path: string, shelves: Map<string, Shelf>, loners: Set<string>): Promise<void> {
    const history = await this.historyAt(path).catch(error => {
      this.surroundings.log(`${path} could not be read: ${said(error)}`)
      return undefined
    })
    if (history) {
      const shelf = { history: await this.withProduction(history, path) }
      for (const migration of history.migrations) shelves.set(migration.path, shelf)
    } else loners.add(path)
    for (const document of this.documents.values()) {
      const shelf = document.path && shelves.get(document.path)
      if (shelf && document.path) shelf.history = withFile(shelf.history, document.path, document.text)
    }
  }

  /** What has run in production is asked anew at each reading: branches move. */
  private async withProduction(history: History, path: string): Promise<History> {
    const known = await productionReader(this.surroundings.configurationFor(path))(history)
    if (known.reason !== undefined) this.logOnce(`what has run in production is not known: ${known.reason}`)
    return known.history
  }

  private logOnce(message: string): void {
    if (this.reasons.has(message)) return
    this.reasons.add(message)
    this.surroundings.log(message)
  }

  /** Returns the history that holds a file; a new one that was never saved is put into the history of its folder. */
  private async historyAt(path: string): Promise<History | undefined> {
    const isIn = (history: History) => history.migrations.some(migration => migration.path === path)
    const { framework, transaction } = this.surroundings.configurationFor(path)
    const options = { framework, transaction }
    const { histories, problems } = await load([path], options)
    for (const problem of problems) if (problem.path !== path) this.logOnce(`${problem.path}: ${problem.reason}`)
    const own = histories.find(({ history }) => isIn(history))?.history
    if (own || !problems.some(problem => problem.path === path) || !holdsMigrations(folderOf(path))) return own
    const around = await load([folderOf(path)], options)
    return around.histories
      .filter(({ history }) => isWithin(folderOf(path), history.source.path))
      .map(({ history }) => withFile(history, path, this.documentAt(path)?.text ?? ''))
      .find(isIn)
  }

  /** Whether a file may be part of a history that is open: it stands in its folder, above it or beside it. */
  private concerns(path: string): boolean {
    const folder = folderOf(path)
    const homes = new Set([...this.shelves.values()].map(shelf => shelf.history.source.path))
    for (const loner of this.loners) homes.add(folderOf(loner))
    return [...homes].some(
      home => isWithin(folder, home) || isWithin(home, folder) || folderOf(home) === folderOf(folder),
    )
  }

  private ruleFailed(rule: string, error: unknown): void {
    if (this.failedRules.has(rule)) return
    this.failedRules.add(rule)
    this.surroundings.log(`rule ${rule} failed and is skipped: ${said(error)}`)
  }
}

/** Parses all migrations once, with time for messages between: a judgement would do it at one go. */
async function parsed({ migrations }: History, reading: Reading): Promise<void> {
  for (const [place, { sections }] of migrations.entries()) {
    for (const section of sections) void section.statements
    if (place % 250 !== 249) continue
    reading.parsed(place + 1)
    await new Promise(setImmediate)
  }
}

/** git notes here what the working tree is of: a branch that is switched to, a commit, a merge. */
const isOfGit = (path: string): boolean => /\/\.git\/(?:HEAD|FETCH_HEAD|logs\/HEAD)$/.test(path)

/** Its fixes are worked out when somebody asks, as before. */
const asHint = (finding: Finding): Finding => withFixes(finding, fix => fix, { severity: 'hint' })

const isWithin = (folder: string, home: string): boolean => folder === home || folder.startsWith(`${home}/`)

/** A document that no tool runs is a history of its own, of which nothing earlier is known. */
const historyOfOne = (text: string): History =>
  historyOf({ path: '', files: [{ path: alone, text }], framework: 'plain' })

const alone = 'document.sql'

const said = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error))
