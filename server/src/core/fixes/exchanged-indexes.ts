import type { Edit, Fix } from '../finding'
import { onceForEach } from '../history/numbering'
import type { Step } from '../history/steps'
import { laterSteps } from '../judgement/around'
import { type RuleContext, StepContext } from '../judgement/context'
import { existingTable, isNew } from '../judgement/target'
import { keyOf, type RelationKey } from '../postgres/catalog'
import { together } from './behind'
import { cutStatement, removedStatement } from './edits'
import { concurrently, indexNamed, isThere, moveOfCreate, moveOfDrop } from './indexes'
import {
  blockAroundAll,
  type Marker,
  type Move,
  newMigrations,
  safetyOfConcurrently,
  undoneBy,
  withoutTransaction,
} from './placement'

/** Each index has a migration of its own: nobody reads through more. */
const most = 24

/**
 * Returns the fix for a transaction of the tool that drops indexes of a table and builds others: all of them move, and the new
 * ones are built before the old ones go. Moved one by one, the first to go would keep the others from following. Undefined
 * where it is not so, or one of them cannot move.
 */
export function exchangedIndexes(table: RelationKey, context: RuleContext): Fix | undefined {
  const { steps, direction, inside, transaction } = context
  if (direction === 'down' || inside || !transaction.isBlock) return undefined
  const places = placesOf(steps).get(context.catalog.relations.get(table)?.name ?? '') ?? []
  if (places.length < 2 || places.length > most) return undefined
  const members = places.flatMap(place => memberOf(place, table, context) ?? [])
  const creates = members.filter(({ name }) => name.isMade)
  const drops = members.filter(({ name }) => !name.isMade)
  const last = members.at(-1)
  if (!last || creates.length === 0 || drops.length === 0) return undefined
  if (creates.some(({ name }) => drops.some(drop => drop.name.text === name.text))) return undefined

  const moving = new Set(members.map(({ step }) => step))
  const isHeld = ({ move, context: own }: Member) =>
    laterSteps(own).some(step => !moving.has(step) && move.neededBy?.(step))
  if (members.some(isHeld)) return undefined
  const moved = [...creates, ...drops].map(member => ({
    ...member,
    cut: cutStatement(member.context, [member.change]),
    down: undoneBy(member.context, member.move.undo),
  }))
  const undone = moved.flatMap(({ down }) => down.edits)
  // One statement of the down may undo several.
  if (undone.some((edit, place) => undone.findIndex(other => other.span.start === edit.span.start) !== place))
    return undefined
  const first = stayed(creates[0] as Member, members.length, undone)
  const rest = moved.slice(first ? 1 : 0)
  const parts = rest.map(({ move, cut, down }) => ({ title: move.title, up: [cut.text], down, transaction: false }))
  const edits = [...(first?.edits ?? []), ...rest.map(({ cut }) => cut.edit)]
  const about = together(moved.map(({ move }) => move.about))
  const placed = newMigrations(last.context, parts, edits, about)
  const what = creates.length > 1 ? 'indexes' : 'index'
  const old = drops.length > 1 ? 'ones' : 'one'
  return (
    placed && {
      title: `Build the new ${what} concurrently, then drop the old ${old},${placed.where}`,
      safety: safetyOfConcurrently(context),
      ...placed,
      creates: [...(first?.creates ?? []), ...(placed.creates ?? [])],
    }
  )
}

/** Where nothing else stands in the file the first of `count` is built there: an empty one would be left. */
function stayed({ context, change }: Member, count: number, undone: readonly Edit[]): Marker | undefined {
  const { transaction, migration, steps } = context
  const block = blockAroundAll(count, context)
  if (block) return { edits: [...block.map(removedStatement), change] }
  if (count < steps.length) return undefined
  const marker = transaction.kind === 'implicit' ? { edits: [] } : withoutTransaction(context, migration.text, undone)
  return marker && { ...marker, edits: [...marker.edits, change] }
}

interface Member {
  readonly step: Step
  readonly context: RuleContext
  readonly move: Move
  readonly change: ReturnType<typeof concurrently>
  readonly name: { readonly text: string; readonly isMade: boolean }
}

/** Where indexes are made and dropped, by the name of their table: a file may have thousands, and each asks. Empty where none is dropped. */
const placesOf = onceForEach((steps: readonly Step[]): ReadonlyMap<string, readonly number[]> => {
  const places = new Map<string, number[]>()
  if (!steps.some(({ command }) => command?.tag === 'DROP INDEX')) return places
  for (const [place, step] of steps.entries()) {
    const table = tableOfIndex(step)
    if (table === undefined) continue
    const known = places.get(table)
    if (known) known.push(place)
    else places.set(table, [place])
  }
  return places
})

function tableOfIndex(step: Step): string | undefined {
  const { command } = step
  if (command?.tag === 'CREATE INDEX') return command.table.name
  const [name] = command?.tag === 'DROP INDEX' ? command.names : []
  const index = name && indexNamed(name, { catalog: step.before })
  return index && step.before.relations.get(index.table)?.name
}

/** A plain CREATE INDEX or DROP INDEX of one index of a table in use. */
function memberOf(index: number, table: RelationKey, place: RuleContext): Member | undefined {
  const step = place.steps[index]
  const command = step?.command
  if (!step || (command?.tag !== 'CREATE INDEX' && command?.tag !== 'DROP INDEX')) return undefined
  if (command.concurrently) return undefined
  const context = new StepContext(step, command, place.steps, index, place.history, place.settings)
  const change = concurrently(context, command)
  if (command.tag === 'CREATE INDEX') {
    if (!command.name || keyOf(step.before, command.table) !== table || isThere(command, context)) return undefined
    if (existingTable(command.table, context)?.table?.kind !== 'table') return undefined
    const name = { text: command.name.name, isMade: true }
    return { step, context, change, name, move: moveOfCreate(command, context) }
  }
  const [name] = command.names
  if (!name || command.names.length > 1 || command.cascade || isNew(name, context)) return undefined
  const dropped = indexNamed(name, context)
  if (dropped?.table !== table || dropped.kind !== 'index') return undefined
  return { step, context, change, name: { text: name.name, isMade: false }, move: moveOfDrop(name, context) }
}
