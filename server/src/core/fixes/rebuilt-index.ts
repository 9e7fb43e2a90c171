import type { Edit, Fix } from '../finding'
import type { Step } from '../history/steps'
import { downSteps, laterSteps } from '../judgement/around'
import { type RuleContext, StepContext } from '../judgement/context'
import { mentions } from '../judgement/dependence'
import { existingTable } from '../judgement/target'
import { type Index, key } from '../postgres/catalog'
import { indexName } from '../postgres/names'
import type { CreateIndex, Drop } from '../sql/commands'
import type { Name } from '../sql/parts'
import { quoted } from '../sql/quote'
import { cutStatement, removedStatement, replacement, statementsAfter } from './edits'
import { concurrently, indexNamed, inSchema, moveOfCreate, moveOfDrop } from './indexes'
import {
  blockAroundAll,
  commitOf,
  type Down,
  type Marker,
  newMigrations,
  safetyOfConcurrently,
  undoneBy,
  withoutTransaction,
} from './placement'
import { missed } from './rest-behind'
import { unusedName } from './unused-name'
import { none, withhold } from './withheld'

/**
 * Returns the fix for an index that is dropped and built anew under the same name: the new one is built under another, the old one
 * goes, and the new one gets the name; the down goes the same way back. Undefined where it is not so, and where something else
 * of the migration needs one of the two.
 */
export function rebuiltIndex(drop: Drop, index: Index, context: RuleContext): Fix | undefined {
  const { names, cascade } = drop
  const { steps, direction, inside, transaction, catalog, section } = context
  const [name] = names
  if (!name || names.length > 1 || cascade || direction === 'down' || inside || index.kind !== 'index') return undefined
  const step = laterSteps(context).find(other => makes(other, name))
  const create = step?.command
  if (!step || create?.tag !== 'CREATE INDEX' || !create.name || create.concurrently) return undefined
  const there = new StepContext(step, create, steps, steps.indexOf(step), context.history, context.settings)
  const target = existingTable(create.table, there)
  const interim = unusedName([name.name], 'new', context, other => catalog.relations.has(key(index.schema, other)))
  if (target?.relation !== index.table) return undefined
  const moves = [moveOfCreate(create, there), moveOfDrop(name, context)]
  const others = laterSteps(context).filter(other => other !== step && !isRebuilt(other, steps))
  if (others.some(other => moves.some(({ neededBy }) => neededBy?.(other)))) return undefined
  const changes = [concurrently(there, create), replacement(there, create.name.span, quoted(interim))]
  const built = cutStatement(there, changes)
  const dropped = cutStatement(context, [concurrently(context, drop)])
  const named = `ALTER INDEX ${inSchema(create.table.schema, interim)} RENAME TO ${quoted(name.name)};`
  const fix = {
    title: 'Build the new index concurrently under another name, drop the old one, and rename it',
    safety: safetyOfConcurrently(context),
    turn: 'late',
  } as const
  const inPlace = [dropped.edit, ...changes, ...statementsAfter(there, [dropped.text, named])]
  if (!transaction.isBlock) return { ...fix, edits: inPlace }
  const block = blockAroundAll(2, context)
  const unwrapped = block?.map(removedStatement) ?? []
  if (block && section.transaction === 'own')
    return { ...fix, title: `${fix.title}, without BEGIN and COMMIT`, edits: [...unwrapped, ...inPlace] }
  const commit = section.transaction === 'own' ? commitOf(there) : undefined
  if (commit) {
    const edits = [dropped.edit, built.edit, ...statementsAfter(commit, [built.text, dropped.text, named])]
    return { ...fix, title: `${fix.title}, after COMMIT`, edits }
  }
  const back = goingBack(name, interim, context)
  if (!back) return undefined
  const parts = [
    { title: `build_${interim}`, up: [built.text], down: back.built, transaction: false },
    { title: `drop_${name.name}`, up: [dropped.text], down: back.dropped, transaction: false },
    { title: `rename_${interim}`, up: [named], down: back.named, transaction: true },
  ]
  const about = { tables: [create.table.name], names: [name.name], columns: [] }
  if (steps.length > 2 && !block) {
    const placed = newMigrations(there, parts, [dropped.edit, built.edit], about)
    return placed && { ...fix, title: `${fix.title},${placed.where}`, ...placed }
  }
  // Nothing else stands in the file: the new one is built there.
  const marker = transaction.kind === 'tool' ? markerAlone(dropped.edit, back.dropped, context) : { edits: [] }
  const edits = [...(marker?.edits ?? []), ...unwrapped, dropped.edit, ...changes, ...back.renamed]
  const placed = marker && newMigrations(there, parts.slice(1), edits, about)
  const creates = [...(marker?.creates ?? []), ...(placed?.creates ?? [])]
  return placed && { ...fix, title: `${fix.title},${placed.where}`, ...placed, creates }
}

/** What turns the tool's transaction off where the build of the new index stays alone. */
function markerAlone(cut: Edit, undone: Down, context: RuleContext): Marker | undefined {
  const { text } = context.migration
  const alone = text.slice(0, cut.span.start) + text.slice(cut.span.end)
  return withoutTransaction(context, alone, [cut, ...undone.edits])
}

/**
 * Returns what undoes the three steps: what the down says, each in its place, or the edits for where the new index is built in
 * the file that drops it. Nothing for a migration without a down; undefined where its down has more to do with the index.
 */
function goingBack(name: Name, interim: string, context: RuleContext) {
  const downs = downSteps(context)
  const nothing = { edits: [], text: '' }
  if (downs.length === 0) return { built: nothing, dropped: nothing, named: nothing, renamed: [] }
  const [first, ...others] = downs.filter(step => mentions(step, name.name) || makes(step, name))
  const away = first?.command?.tag === 'DROP INDEX' ? first.command : undefined
  const [old] = away?.names ?? []
  const isBuiltAgain = others.length === 1 && others.every(step => makes(step, name))
  const isPlain = old && away?.names.length === 1 && !away.cascade && !away.concurrently
  const undo = moveOfDrop(name, context).undo
  if (first ? !isPlain || !isBuiltAgain : context.steps.length === 2 || !undo?.otherwise)
    return withhold('The down has something else to do with the index than to build it as it was.')
  const schema = (old ?? name).schema
  const renamed = first && old ? [replacement(first, old.span, inSchema(schema, interim))] : []
  return {
    built: undoneBy(context, {
      matches: command => command === away,
      changes: step => (away ? [concurrently(step, away), ...renamed] : []),
      otherwise: `DROP INDEX CONCURRENTLY ${inSchema(schema, interim)};`,
    }),
    dropped: undoneBy(context, undo),
    named: { edits: [], text: `ALTER INDEX ${inSchema(schema, name.name)} RENAME TO ${quoted(interim)};` },
    renamed,
  }
}

/** Whether a statement makes an index of that name. */
const makes = ({ command, before }: Step, { name }: Name): boolean =>
  command?.tag === 'CREATE INDEX' && (command.name?.name ?? indexName(before, command)) === name

/** Whether a statement drops an index that another makes again: it gets the same fix. */
const isRebuilt = (step: Step, steps: readonly Step[]): boolean => {
  const [name, another] = step.command?.tag === 'DROP INDEX' ? step.command.names : []
  return name !== undefined && !another && steps.slice(steps.indexOf(step) + 1).some(other => makes(other, name))
}

/**
 * Returns that fix for the CREATE INDEX that follows the drop. None where it cannot be done: between the one and the other
 * queries would miss the index, and rows would come in that a unique one refuses.
 */
export function rebuiltBy(create: CreateIndex, context: RuleContext): Fix[] | undefined {
  const { steps, index, history, settings } = context
  const place = steps.findLastIndex(
    ({ command }, at) =>
      at < index && command?.tag === 'DROP INDEX' && command.names[0]?.name === (create.name?.name ?? ''),
  )
  const step = steps[place]
  const drop = step?.command
  const [name] = drop?.tag === 'DROP INDEX' ? drop.names : []
  if (!step || drop?.tag !== 'DROP INDEX' || !name) return undefined
  const there = new StepContext(step, drop, steps, place, history, settings)
  const dropped = indexNamed(name, there)
  return dropped && rebuiltOrNone(drop, dropped, there)
}

/** Returns that fix, or none where one transaction does both, so that nobody misses the index now. Undefined for another drop. */
export function rebuiltOrNone(drop: Drop, index: Index, context: RuleContext): Fix[] | undefined {
  const fix = rebuiltIndex(drop, index, context)
  if (fix) return [fix]
  const { steps, transaction, index: place } = context
  const next = laterSteps(context).findIndex(other => drop.names.some(name => makes(other, name)))
  const reason = next < 0 || !transaction.isBlock ? undefined : missed({ steps, index: place + next }, place)
  return reason === undefined ? undefined : none(reason)
}
