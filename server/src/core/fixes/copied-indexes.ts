import type { Step } from '../history/steps'
import { pastOf, wholeStatement } from '../inverse/sources'
import { indexText } from '../inverse/texts'
import type { RuleContext } from '../judgement/context'
import { catalogAtEnd } from '../judgement/target'
import { columnsOfIndex, type Index, indexesOf, key, keyOfRelation, type Table } from '../postgres/catalog'
import type { CreateIndex } from '../sql/commands'
import { quoted } from '../sql/quote'
import { inSchemaOf, partsOfIndex } from './carried'
import { withColumns } from './column-names'
import type { Part } from './placement'
import { unusedName } from './unused-name'
import { withhold } from './withheld'

/** A column that is the same as another one for a while. */
export interface Copy {
  readonly table: Table
  /** As the statement writes it. */
  readonly tableText: string
  readonly column: string
  readonly copy: string
}

/** The indexes of a copy. */
export interface CopiedIndexes {
  /** Builds each of them concurrently; they go with the copy. */
  readonly parts: readonly Part[]
  /** Makes them again in a down, where the copy is made again. */
  readonly again: readonly string[]
}

/**
 * Returns what gives a copy the indexes of its column, under names of their own: code that knows the copy alone finds rows by them, and
 * ON CONFLICT a unique one; `later` statements may build more of them. Undefined, with the reason withheld, where one of them is not known as a whole.
 */
export function indexesOfCopy(of: Copy, later: readonly Step[], context: RuleContext): CopiedIndexes | undefined {
  const parts: Part[] = []
  const again: string[] = []
  const given = new Set<string>()
  const isTaken = (name: string) => given.has(name) || context.catalog.relations.has(key(of.table.schema, name))
  const add = (name: string, text: (how: string) => string) => {
    given.add(name)
    const drop = `DROP INDEX CONCURRENTLY ${inSchemaOf(of, name)};`
    parts.push({
      title: `build_${name}`,
      up: [text(' CONCURRENTLY')],
      down: { edits: [], text: drop },
      transaction: false,
    })
    again.push(text(''))
  }
  for (const index of indexesOf(context.catalog, keyOfRelation(of.table))) {
    if (!columnsOfIndex(index).has(of.column) || !staysTill(index, of, context)) continue
    const name = unusedName([index.name], 'copy', context, isTaken)
    if (textOf(index, name, '', of, context) === undefined)
      return withhold(
        `The migrations here do not show all of ${index.constraint ? 'constraint' : 'index'} "${index.name}".`,
      )
    add(name, how => textOf(index, name, how, of, context) as string)
  }
  for (const step of later) {
    const { command } = step
    if (command?.tag !== 'CREATE INDEX' || command.table.name !== of.table.name || !isOn(command, of.copy)) continue
    const name = unusedName([command.name?.name ?? ''], 'copy', context, isTaken)
    const [head, on, body] = partsOfIndex(wholeStatement(step, [command.concurrently, command.ifNotExists]))
    if (body === undefined) return undefined
    add(name, how => `${head}${how} ${quoted(name)}${on}${body}`)
  }
  return { parts, again }
}

const isOn = ({ columns, include, where }: CreateIndex, name: string): boolean =>
  columns.some(({ column, expression }) => column === name || expression?.columns.includes(name)) ||
  include.includes(name) ||
  where?.columns.includes(name) === true

/** Whether the migration leaves an index: what it drops would refuse in the copy what the column may have. */
function staysTill({ unique, columns }: Index, { table, column, copy }: Copy, context: RuleContext): boolean {
  const renamed = columns.map(one => (one === column ? copy : one)).join()
  return indexesOf(catalogAtEnd(context), keyOfRelation(table)).some(
    other => other.unique === unique && other.columns.join() === renamed,
  )
}

function textOf(index: Index, name: string, how: string, of: Copy, context: RuleContext): string | undefined {
  const { column, copy, tableText } = of
  if (index.constraint === undefined) {
    const { history, migration, index: place, settings, catalog } = context
    const past = pastOf(history, migration, place, settings)
    const [head, on, body] = partsOfIndex(indexText(past, index, catalog.searchPath) ?? '')
    return body === undefined
      ? undefined
      : `${head}${how} ${quoted(name)}${on}${withColumns(body, new Map([[column, copy]]))}`
  }
  if (index.method !== 'btree' || index.columns.includes(undefined)) return undefined
  const listed = (columns: readonly (string | undefined)[]) =>
    `(${columns.map(one => quoted(one === column ? copy : (one as string))).join(', ')})`
  // What may be deferred is not refused at once: the copy must let it pass.
  const unique = index.deferrable ? '' : 'UNIQUE '
  const include = index.include.length > 0 ? ` INCLUDE ${listed(index.include)}` : ''
  const nulls = index.nullsNotDistinct && unique ? ' NULLS NOT DISTINCT' : ''
  return `CREATE ${unique}INDEX${how} ${quoted(name)} ON ${tableText} ${listed(index.columns)}${include}${nulls};`
}
