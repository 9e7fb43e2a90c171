import { type Split, statementsIn } from '../sql/split'
import type { Statement } from '../sql/statements'
import type { Span } from '../text'
import type { FileLayout, Folder, Framework, SectionLayout } from './frameworks/framework'
import type { Direction, Migration, Section, TransactionMode } from './migration'

/**
 * Returns the migration that a file is to a framework, or undefined where the framework does not run it. The same object as
 * `previous` where nothing changed. `isAlone` makes a file a migration that its name would exclude. Statements are read when
 * first asked for.
 */
export function migrationOf(
  path: string,
  text: string,
  framework: Framework,
  folder: Folder,
  { previous, isAlone = false }: { readonly previous?: Migration; readonly isAlone?: boolean } = {},
): Migration | undefined {
  const layout = framework.layout(path, text, folder) ?? (isAlone ? lone(path, text) : undefined)
  if (!layout) return undefined
  if (previous && previous.text === text && previous.framework === framework && isLaidOut(previous, layout)) {
    return previous
  }
  const sections = layout.sections.map((section, index) => new LazySection(text, section, previous?.sections[index]))
  return new FileMigration(path, text, framework, layout, sections)
}

/**
 * A class and no object literal with a getter: V8 makes a hidden class for each such object, which keeps the getter and all
 * that it can see, in every text that there was, for several garbage collections.
 */
class FileMigration implements Migration {
  readonly version: string
  readonly direction: Migration['direction']
  readonly repeatable: boolean
  readonly baseline: boolean
  readonly latest: boolean
  private masked: ReadonlyMap<string, string> | undefined

  constructor(
    readonly path: string,
    readonly text: string,
    readonly framework: Framework,
    layout: FileLayout,
    readonly sections: readonly LazySection[],
  ) {
    const directions = new Set(sections.map(({ direction }) => direction))
    this.version = layout.version
    this.direction = directions.size > 1 ? 'both' : directions.has('down') ? 'down' : 'up'
    this.repeatable = layout.repeatable
    this.baseline = layout.baseline ?? false
    this.latest = layout.latest ?? false
  }

  get placeholders(): ReadonlyMap<string, string> {
    this.masked ??= new Map(this.sections.flatMap(section => [...section.placeholders]))
    return this.masked
  }
}

/** A section that is read when somebody asks, from what was read of the text before it. */
class LazySection implements Section {
  readonly direction: Direction
  readonly span: Span
  readonly transaction: TransactionMode
  readonly queries: readonly Span[]
  readonly linePrefix?: string
  private split: Split | undefined
  private earlier: Split | undefined

  constructor(
    private readonly text: string,
    private readonly layout: SectionLayout,
    previous: Section | undefined,
  ) {
    this.direction = layout.direction
    this.span = layout.span
    this.transaction = layout.transaction
    this.queries = layout.queries
    this.linePrefix = layout.linePrefix
    if (previous instanceof LazySection) this.earlier = previous.split ?? previous.earlier
  }

  get statements(): readonly Statement[] {
    return this.read().statements
  }

  get placeholders(): ReadonlyMap<string, string> {
    return this.read().placeholders
  }

  private read(): Split {
    this.split ??= statementsIn(this.text, this.layout, this.earlier)
    this.earlier = undefined
    return this.split
  }
}

function lone(path: string, text: string): FileLayout {
  const span = { start: 0, end: text.length }
  const section: SectionLayout = { direction: 'up', span, transaction: 'own', boundaries: [], masked: [], queries: [] }
  return { version: path, repeatable: false, sections: [section] }
}

/** With the same text only what stands beside the file can change how the tool runs it. */
const isLaidOut = (migration: Migration, layout: FileLayout) =>
  migration.version === layout.version &&
  migration.sections.length === layout.sections.length &&
  migration.sections.every((section, index) => section.transaction === layout.sections[index]?.transaction)
