import { statementsIn } from '../sql/split'
import type { FileLayout, Folder, Framework, SectionLayout } from './frameworks/framework'
import type { Migration, Section } from './migration'

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
  const sections = layout.sections.map(section => sectionOf(text, section))
  const directions = new Set(sections.map(({ section }) => section.direction))
  let placeholders: ReadonlyMap<string, string> | undefined
  return {
    path,
    text,
    framework,
    version: layout.version,
    direction: directions.size > 1 ? 'both' : directions.has('down') ? 'down' : 'up',
    repeatable: layout.repeatable,
    baseline: layout.baseline ?? false,
    sections: sections.map(({ section }) => section),
    get placeholders() {
      placeholders ??= new Map(sections.flatMap(({ placeholders }) => [...placeholders()]))
      return placeholders
    },
  }
}

function sectionOf(
  text: string,
  layout: SectionLayout,
): { section: Section; placeholders: () => ReadonlyMap<string, string> } {
  const { direction, span, transaction, queries } = layout
  let split: ReturnType<typeof statementsIn> | undefined
  const read = () => {
    split ??= statementsIn(text, layout)
    return split
  }
  const section = {
    direction,
    span,
    transaction,
    queries,
    get statements() {
      return read().statements
    },
  }
  return { section, placeholders: () => read().placeholders }
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
