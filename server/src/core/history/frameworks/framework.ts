import type { Edit, NewFile } from '../../finding'
import type { Span } from '../../text'
import type { Direction, TransactionMode } from '../migration'

/** What `recognises` may look at: paths relative to the folder, `/`-separated, and the text of the few it asks for. */
export interface Folder {
  /** The folder's own path, as the caller gave it. */
  readonly path: string
  /** Files in it and below, relative. */
  readonly files: readonly string[]
  /** Returns the text of a file of `files`, or of a file above the folder such as `../goose.yaml`; undefined where there is none. */
  readonly read: (relative: string) => string | undefined
  /** Returns the names of what stands right in a folder given relative to this one, `..`; those of folders end in a slash. */
  readonly list?: (relative: string) => readonly string[]
  /** Whether what runs plain files opens a transaction around each, where a person has told it or something near them tells. */
  readonly transaction?: RunnerTransaction
}

/** What a project's own runner of plain files does: a transaction around each file, or none. */
export type RunnerTransaction = 'file' | 'none'

/** What runs plain files. */
export interface Runner {
  readonly transaction: RunnerTransaction
  /** The name of the program's file or library; absent where a person has told it, or the SQL alone. */
  readonly by?: string
}

/** What a framework tells of one file from its path and text. */
export interface FileLayout {
  /** Compared with `compareVersions`; files of one version are the two directions of one migration. */
  readonly version: string
  readonly repeatable: boolean
  /** Makes the whole database anew where nothing was applied before (Flyway's B): skipped by one with earlier versions. */
  readonly baseline?: boolean
  /** Makes at once what all migrations make together, so that those after it have nothing to do where it ran. */
  readonly latest?: boolean
  readonly sections: readonly SectionLayout[]
}

export interface SectionLayout {
  readonly direction: Direction
  /** Where the SQL of this section stands; all else in the file is masked. */
  readonly span: Span
  readonly transaction: TransactionMode
  /** Offsets in the file where a statement ends even without a semicolon. */
  readonly boundaries: readonly number[]
  /** Runs inside the section that are not SQL (markers that are not comments). */
  readonly masked: readonly Span[]
  /** Runs that reach PostgreSQL as one simple query each; statements outside them are sent one by one. */
  readonly queries: readonly Span[]
  /** What begins each line of a section that stands in line comments: `--rollback `. */
  readonly linePrefix?: string
}

/** What a tool records by itself where a file holds several: a changeset. */
export interface Part {
  /** What the tool knows it by, among those of all files. */
  readonly key: string
  /** What that says of its file: the path, mostly. */
  readonly file: string
  /** As its line names it. */
  readonly name: string
  /** The conditions that a person sets at each run, as they are written: of two parts with others, one may run alone. */
  readonly when: string
  /** Whether it runs again when it has changed. */
  readonly repeatable: boolean
  /** The line that begins it. */
  readonly head: Span
  /** What follows it, up to the next. */
  readonly body: Span
}

/** One migration tool. Each file of this folder is one, citing the tool's own documentation for what it says. */
export interface Framework {
  /** `golang-migrate`, `goose`, `plain`: what settings and output say. */
  readonly id: string
  readonly name: string
  /** How sure the files make us that this tool runs them: 0 for not at all; the highest wins. */
  readonly recognises: (folder: Folder) => number
  /** Whether the tool's own settings name another database for a folder that it runs. */
  readonly isForOther?: (folder: Folder) => boolean
  /** The line that says to the tool what to run. */
  readonly mark?: Mark
  /**
   * Returns what the file is, or undefined for one that the tool does not run (schema dumps, its own metadata). `folder`
   * is the migration folder that `path` lies in, for tools that keep settings beside the file.
   */
  readonly layout: (path: string, text: string, folder: Folder) => FileLayout | undefined
  /** Returns the schemas that the tool sets search_path to, where a setting of the project's names them. */
  readonly searchPath?: (folder: Folder) => readonly string[] | undefined
  /** For tools that record parts of files: those that PostgreSQL gets; undefined for a file that is recorded as a whole. */
  readonly parts?: (path: string, text: string) => readonly Part[] | undefined
  /** The file that lists what the tool runs: what is not on it never runs. */
  readonly list?: string
  /** Orders versions: negative where `a` runs first. */
  readonly compareVersions: (a: string, b: string) => number
  /**
   * Returns the edits that make the tool run this section outside a transaction, or undefined where the tool cannot;
   * none where the tool sees by itself that a statement refuses a transaction, or where `markerFile` says it. `at` is where
   * the section starts, for tools with several migrations in a file.
   */
  readonly withoutTransaction?: (
    path: string,
    text: string,
    direction: Direction,
    at: number,
  ) => readonly Edit[] | undefined
  /** For tools whose marker stands in a file beside the migration. */
  readonly markerFile?: MarkerFile
  /** Whether the tool refuses to go on when a migration that has run has another text by now, be it a comment. */
  readonly keepsChecksums?: boolean
  /** Returns what the tool does with a migration below one that has run; undefined, as where it is absent: it runs it, or nobody knows. */
  readonly late?: (path: string, folder: Folder) => Late | undefined
  /** What a project has to look to before CONCURRENTLY works with this tool, as a sentence. */
  readonly concurrentlyNeeds?: string
  /**
   * For tools that can run no SQL file outside a transaction: why, and what they offer instead, as sentences; undefined where
   * the other migrations show that these can. Where they offer nothing, a person has to do it by hand.
   */
  readonly onlyInTransaction?: (
    migrations: readonly { readonly path: string }[],
  ) => { readonly why: string; readonly instead?: string } | undefined
  /** For tools that run all pending migrations in one transaction: how a later migration gets one of its own, as a sentence. */
  readonly sharedTransaction?: string
  /** Whether that marker holds for both directions of a file. */
  readonly marksWholeFile?: boolean
  /** What must stand around a statement with semicolons inside, for tools that cut the text at semicolons. */
  readonly fence?: { readonly before: string; readonly after: string }
  /**
   * For tools that cut there, where no fence can stand in the text: returns the edits that have a section sent as a whole, which then
   * is one of its queries; undefined where there is no way. `at` is where the section starts.
   */
  readonly sentWhole?: (path: string, text: string, direction: Direction, at: number) => readonly Edit[] | undefined
  /**
   * Returns the files of a new migration that runs right after `path`: named and headed as the project does.
   * `taken` are the paths of all migrations in the order they run; `title` is in snake_case; `transaction` false asks for the no-transaction
   * form. Undefined where the tool's files cannot be named without it. A returned file that is there already gets the text
   * returned: the tool's list of migrations with new entries. The first file returned is the new migration.
   */
  readonly followUp?: (request: FollowUp) => readonly NewFile[] | undefined
}

/** It never runs where a later one has; or the tool goes no further, with the end of a sentence that says unless what. */
export type Late = 'skipped' | { readonly refusedUnless: string }

export interface Mark {
  /** As the tool's documentation writes it. */
  readonly line: string
  readonly isIn: (text: string) => boolean
  /** Whether the tool refuses a file without it. */
  readonly isRequired: boolean
}

/** A file that tells the tool to run the migration beside it outside a transaction. */
export interface MarkerFile {
  /** Returns where that file stands for the migration at a path. */
  readonly path: (migration: string) => string
  /** Returns its whole text; `existing` is what stands in it now, undefined where it is not there. */
  readonly text: (existing: string | undefined) => string
}

export interface FollowUp {
  readonly after: string
  readonly taken: readonly string[]
  /** Whether the project has files that undo others. */
  readonly hasDowns: boolean
  readonly title: string
  /** Statements, each ended by a semicolon. */
  readonly up: string
  /** Empty where nothing undoes it. */
  readonly down: string
  readonly transaction: boolean
  /** Whether nobody may see the database between two of its statements: a transaction has to be around them. */
  readonly isAtOnce?: boolean
  /** The text of `after`, for tools whose files are headed as the project heads them. */
  readonly text?: string
  /** Returns the text of a file by its path, as new migrations before this one leave it; undefined where there is none. */
  readonly read?: (path: string) => string | undefined
  /** As in `Folder`. */
  readonly runner?: RunnerTransaction
}
