import type { Edit, Fix } from '../finding'
import type { RuleContext } from '../judgement/context'
import { mentions, reshapes } from '../judgement/dependence'
import { type Index, isIndex, key, keyOfRelation, partitionIndexesOf, relationNamed } from '../postgres/catalog'
import { indexName } from '../postgres/names'
import type { CreateIndex } from '../sql/commands'
import { quoted } from '../sql/quote'
import { insertion, written } from './edits'
import { inSteps, isNeeded, type Part } from './placement'

/** Each partition has a migration of its own: nobody reads through more. */
const most = 24

/**
 * Returns the fix that makes the index ON ONLY the partitioned table, builds one on each partition that the history knows with
 * CONCURRENTLY, and attaches them: with the last the index is valid (ddl-partitioning.html). For a person to look at, because a
 * partition that the history does not know would be left out. Not where partitions are partitioned
 * themselves, or have such an index.
 */
export function builtOnPartitions(index: CreateIndex, context: RuleContext): Fix[] {
  const { catalog, after } = context
  const name = indexName(catalog, index)
  const parent = after.relations.get(key(relationNamed(catalog, index.table)?.schema ?? 'public', name))
  if (!isIndex(parent) || index.ifNotExists || context.direction === 'down' || context.inside) return []
  const parts = partitionIndexesOf(after, keyOfRelation(parent))
  // One that is there already would go with the index of the whole table when that is undone.
  const isPlain = parts.every(part => part.kind === 'index' && !catalog.relations.has(keyOfRelation(part)))
  if (!isPlain || parts.length === 0 || parts.length > most || isMissed(index, name, context)) return []

  const onOnly = `${createOn(written(context, index.table.span), 'ONLY', name, index, context)};`
  const builds = parts.map((part): Part => {
    const table = inScope(catalog.relations.get(part.table), index, context)
    return {
      title: `create_${part.name}`,
      up: [`${createOn(table, 'CONCURRENTLY', part.name, index, context)};`],
      down: { edits: [], text: `DROP INDEX CONCURRENTLY IF EXISTS ${inScope(part, index, context)};` },
      transaction: false,
    }
  })
  const whole = inScope(parent, index, context)
  const attach: Part = {
    title: `attach_${name}`,
    up: parts.map(part => `ALTER INDEX ${whole} ATTACH PARTITION ${inScope(part, index, context)};`),
    // Nothing detaches an index: the one of the whole table takes its parts with it, and is made anew without them.
    down: {
      edits: [],
      text: `-- The parts go with it: the migrations that built them have to be undone too.\nDROP INDEX ${whole};\n${onOnly}`,
    },
    transaction: true,
  }
  const tables = [index.table.name, ...parts.map(({ table }) => table.slice(table.indexOf('.') + 1))]
  const about = { tables, names: [name, ...parts.map(part => part.name)] }
  const placed = inSteps(context, [...builds, attach], onlyHere(index, name, context), about)
  if (!placed) return []
  return [
    { title: `Build it on each partition concurrently, and attach them${placed.where}`, safety: 'review', ...placed },
  ]
}

/** Whether a later statement of the section needs the index to be there. */
const isMissed = (index: CreateIndex, name: string, context: RuleContext): boolean =>
  isNeeded(
    context,
    step =>
      mentions(step, name) ||
      step.command?.tag === 'DROP INDEX' ||
      reshapes(step, index.table.name) ||
      (index.unique && mentions(step, index.table.name)),
  )

/** ON ONLY, with a name, which ATTACH PARTITION has to say. */
function onlyHere(index: CreateIndex, name: string, context: RuleContext): Edit[] {
  const only = insertion(context, index.table.span.start, 'ONLY ')
  return index.name ? [only] : [insertion(context, index.keywords.end, ` ${quoted(name)}`), only]
}

/** The same index on another table. */
function createOn(
  table: string,
  how: 'ONLY' | 'CONCURRENTLY',
  name: string,
  index: CreateIndex,
  context: RuleContext,
): string {
  const rest = written(context, { start: index.table.span.end, end: context.statement.text.length })
  const keywords = index.unique ? 'CREATE UNIQUE INDEX' : 'CREATE INDEX'
  const [before, behind] = how === 'ONLY' ? ['', 'ONLY '] : ['CONCURRENTLY ', '']
  return `${keywords} ${before}${quoted(name)} ON ${behind}${table}${rest}`
}

/** A table or an index, with its schema where the statement says that of its table or search_path would not find it. */
function inScope(
  relation: Pick<Index, 'schema' | 'name'> | undefined,
  index: CreateIndex,
  { catalog }: RuleContext,
): string {
  if (!relation) return ''
  const isFound = index.table.schema === undefined && relation.schema === catalog.searchPath[0]
  return isFound ? quoted(relation.name) : `${quoted(relation.schema)}.${quoted(relation.name)}`
}
