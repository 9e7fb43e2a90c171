import type { Fix } from '../finding'
import { downSteps, laterSteps } from '../judgement/around'
import { type RuleContext, StepContext } from '../judgement/context'
import { existingTable } from '../judgement/target'
import { type Index, key } from '../postgres/catalog'
import { isKeptWhole } from '../postgres/names'
import type { CreateIndex, Drop } from '../sql/commands'
import { quoted } from '../sql/quote'
import { cutStatement, replacement, statementsAfter } from './edits'
import { concurrently, indexNamed, inSchema, moveOfCreate, moveOfDrop } from './indexes'
import { newMigrations, safetyOfConcurrently, withoutTransaction } from './placement'
import { missed } from './rest-behind'
import { none } from './withheld'

/**
 * Returns the fix for an index that is dropped and built anew under the same name: the new one is built under another, the old one
 * goes, and the new one gets the name. Undefined where it is not so, where something else of the migration needs one of the two,
 * and where a down undoes it.
 */
export function rebuiltIndex(drop: Drop, index: Index, context: RuleContext): Fix | undefined {
  const { names, cascade } = drop
  const { steps, direction, inside, transaction, catalog, migration } = context
  const [name] = names
  if (!name || names.length > 1 || cascade || direction === 'down' || inside || index.kind !== 'index') return undefined
  const step = laterSteps(context).find(
    ({ command }) => command?.tag === 'CREATE INDEX' && command.name?.name === name.name,
  )
  const create = step?.command
  if (!step || create?.tag !== 'CREATE INDEX' || !create.name || create.concurrently) return undefined
  const there = new StepContext(step, create, steps, steps.indexOf(step), context.history, context.settings)
  const target = existingTable(create.table, there)
  const interim = `${name.name}_new`
  const isTaken = !isKeptWhole(interim) || catalog.relations.has(key(index.schema, interim))
  if (target?.relation !== index.table || isTaken || downSteps(context).length > 0) return undefined
  const moves = [moveOfCreate(create, there), moveOfDrop(name, context)]
  const others = laterSteps(context).filter(other => other !== step)
  if (others.some(other => moves.some(({ neededBy }) => neededBy?.(other)))) return undefined
  const changes = [concurrently(there, create), replacement(there, create.name.span, quoted(interim))]
  const built = cutStatement(there, changes)
  const dropped = cutStatement(context, [concurrently(context, drop)])
  const named = `ALTER INDEX ${inSchema(create.table.schema, interim)} RENAME TO ${quoted(name.name)};`
  const title = 'Build the new index concurrently under another name, drop the old one, and rename it'
  const safety = safetyOfConcurrently(context)
  if (!transaction.isBlock) {
    const edits = [dropped.edit, ...changes, ...statementsAfter(there, [dropped.text, named])]
    return { title, safety, turn: 'late', edits }
  }
  const nothing = { edits: [], text: '' }
  const parts = [
    { title: `build_${interim}`, up: [built.text], down: nothing, transaction: false },
    { title: `drop_${name.name}`, up: [dropped.text], down: nothing, transaction: false },
    { title: `rename_${interim}`, up: [named], down: nothing, transaction: true },
  ]
  const about = { tables: [create.table.name], names: [name.name], columns: [] }
  if (steps.length > 2) {
    const placed = newMigrations(there, parts, [dropped.edit, built.edit], about)
    return placed && { title: `${title},${placed.where}`, safety, turn: 'late', ...placed }
  }
  // Nothing else stands in the file: the new one is built there.
  const { start, end } = dropped.edit.span
  const alone = migration.text.slice(0, start) + migration.text.slice(end)
  const marker = transaction.kind === 'tool' ? withoutTransaction(context, alone, [dropped.edit]) : { edits: [] }
  const placed =
    transaction.kind === 'block' || !marker
      ? undefined
      : newMigrations(there, parts.slice(1), [...marker.edits, dropped.edit, ...changes], about)
  const creates = [...(marker?.creates ?? []), ...(placed?.creates ?? [])]
  return placed && { title: `${title},${placed.where}`, safety, turn: 'late', ...placed, creates }
}

/**
 * Returns that fix for the CREATE INDEX that follows the drop. None where it cannot be done and the old one is unique: between
 * the one and the other rows would come in that the new one refuses.
 */
export function rebuiltBy(create: CreateIndex, context: RuleContext): Fix[] | undefined {
  const { steps, index, history, settings, transaction } = context
  for (const [place, step] of steps.slice(0, index).entries()) {
    const { command } = step
    const [name] = command?.tag === 'DROP INDEX' ? command.names : []
    if (command?.tag !== 'DROP INDEX' || !name || name.name !== create.name?.name) continue
    const there = new StepContext(step, command, steps, place, history, settings)
    const dropped = indexNamed(name, there)
    const fix = dropped && rebuiltIndex(command, dropped, there)
    if (fix) return [fix]
    const isAsked = transaction.isBlock && dropped?.unique && create.unique
    const reason = isAsked ? missed({ steps, index: index - 1 }, place) : undefined
    if (reason === undefined) return undefined
    return none(reason)
  }
  return undefined
}
