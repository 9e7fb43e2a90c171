import type { Command } from '../../sql/commands'
import type { Call } from '../../sql/parts'
import type { Body } from '../../sql/routine-commands'
import { apply } from '../apply'
import { withInner } from '../apply/bodies'
import { type Catalog, columnNamed, constraintNamed, keyOf, tableAt } from '../catalog'
import type { Effects } from '../effects'
import { type Callee, calleeOf, calleeOfTrigger, callsIn, callsOf } from '../routines'
import type { Circumstances } from './context'
import { type Fired, Gathering, isSystem, readBy } from './gathering'

/** Returns the effects of one statement. */
type EffectsWithin = (command: Command, circumstances: Circumstances) => Effects

/**
 * A statement does what the bodies do that it runs: of a DO block, of the functions that it calls and of the triggers that it
 * fires. Each body runs once for a statement, so that recursion ends.
 */
export function runInside(
  gathering: Gathering,
  command: Command,
  circumstances: Circumstances,
  effectsWithin: EffectsWithin,
) {
  if (circumstances.plansOnly) return
  const within = { ...circumstances, ran: circumstances.ran ?? new Set() }
  if (command.tag === 'DO') runBlock(gathering, command, within, effectsWithin)
  const calls = callsOf(command, within.catalog)
  for (const call of calls) runCall(gathering, call, within, effectsWithin)
  if (command.tag === 'CALL' && !calls.some(call => calleeOf(within.catalog, call)))
    gathering.doesNotKnow('What CALL runs is not known.')
  for (const fired of gathering.fired) runTrigger(gathering, fired, within, effectsWithin)
}

function runTrigger(
  gathering: Gathering,
  { trigger, routine }: Fired,
  circumstances: Circumstances,
  effectsWithin: EffectsWithin,
) {
  const known = gathering.firings.find(firing => firing.routine === routine.name)
  if (known) return known.triggers.add(trigger)
  const callee = calleeOfTrigger(circumstances.catalog, routine)
  if (!callee) {
    const name = routine.schema === undefined ? routine.name : `${routine.schema}.${routine.name}`
    return gathering.doesNotKnow(`What function "${name}" does, which trigger "${trigger}" runs, is not known.`)
  }
  const own = new Gathering(gathering.before)
  runCallee(own, callee, circumstances, effectsWithin)
  const { effects } = own
  gathering.firings.push({ triggers: new Set([trigger]), routine: routine.name, effects })
  take(gathering, circumstances.catalog, effects)
}

function runBlock(
  gathering: Gathering,
  command: Extract<Command, { tag: 'DO' }>,
  circumstances: Circumstances,
  effectsWithin: EffectsWithin,
) {
  const { statements, reads = [], calls = [], hasDynamicSql = false, ends = false } = command
  if (!statements) return gathering.doesNotKnow(`What a DO block in language ${command.language} does is not known.`)
  runBody(gathering, { statements, reads, calls, hasDynamicSql, ends }, circumstances, effectsWithin)
  if (hasDynamicSql) gathering.doesNotKnow('It also runs SQL that it puts together itself, which is not known.')
}

function runCall(gathering: Gathering, call: Call, circumstances: Circumstances, effectsWithin: EffectsWithin) {
  const callee = calleeOf(circumstances.catalog, call)
  if (callee) runCallee(gathering, callee, circumstances, effectsWithin)
}

function runCallee(
  gathering: Gathering,
  callee: NonNullable<Callee>,
  circumstances: Circumstances,
  effectsWithin: EffectsWithin,
) {
  if ('unknown' in callee) return gathering.doesNotKnow(callee.unknown)
  const { routine, body } = callee
  if (circumstances.ran?.has(routine)) return
  circumstances.ran?.add(routine)
  runBody(gathering, body, circumstances, effectsWithin)
  if (body.hasDynamicSql)
    gathering.doesNotKnow(`"${routine.name.name}" also runs SQL that it puts together itself, which is not known.`)
}

/** A body does what its statements do, one after the other; what stands in a conditional counts as run. */
function runBody(gathering: Gathering, body: Body, circumstances: Circumstances, effectsWithin: EffectsWithin) {
  let { catalog } = circumstances
  for (const { command: inner, guard } of body.statements) {
    if (guard === 'absence' && isThere(catalog, inner)) continue
    const effects = effectsWithin(inner, { ...circumstances, catalog })
    take(gathering, catalog, effects)
    catalog = withInner(catalog, inner, { postgres: circumstances.postgres }, guard, apply)
  }
  const reads = body.reads.map(name => keyOf(circumstances.catalog, name)).filter(key => !isSystem(key))
  gathering.lockAll(readBy(circumstances.catalog, reads), 'ACCESS SHARE')
  for (const call of body.calls) runCall(gathering, call, circumstances, effectsWithin)
  // COMMIT and ROLLBACK in a body fail where it runs inside a transaction (plpgsql-transactions.html).
  if (!body.ends || asksForTransaction(body)) return
  gathering.refusesTransactionBlock = true
  gathering.endsTransactions = true
}

/** Whether a body looks whether it runs inside a transaction: then it ends none there (functions-info.html). */
const asksForTransaction = ({ calls, statements }: Body): boolean =>
  [...calls, ...statements.flatMap(({ command }) => callsIn(command))].some(
    ({ name }) => name === 'pg_current_xact_id_if_assigned' || name === 'txid_current_if_assigned',
  )

/** Whether all that a statement adds is there: then a guard keeps it from running, or what it does is undone. */
function isThere(catalog: Catalog, command: Command): boolean {
  if (command.tag !== 'ALTER TABLE') return false
  const table = tableAt(catalog, keyOf(catalog, command.relation))
  return command.subcommands.every(subcommand => {
    if (subcommand.kind === 'ADD COLUMN') return columnNamed(table, subcommand.column.name.name) !== undefined
    if (subcommand.kind !== 'ADD CONSTRAINT' || !subcommand.constraint.name) return false
    return constraintNamed(table, subcommand.constraint.name.name) !== undefined
  })
}

/** Takes over what concerns relations that were there before the outer statement. */
function take(gathering: Gathering, now: Catalog, effects: Effects) {
  const isOld = (key: string) => gathering.before.relations.has(key) || !now.relations.has(key)
  for (const { relation, mode, kind } of effects.locks) if (isOld(relation)) gathering.lock(relation, mode, kind)
  for (const key of effects.rewrites) if (isOld(key)) gathering.rewrite(key)
  for (const key of effects.scans) if (isOld(key)) gathering.scan(key)
  for (const key of effects.drops) if (isOld(key)) gathering.drop(key)
  for (const name of effects.builds) gathering.build(name)
  for (const sentence of effects.unknown) gathering.doesNotKnow(sentence)
  for (const firing of effects.fires ?? [])
    if (!gathering.firings.some(({ routine }) => routine === firing.routine)) gathering.firings.push(firing)
  gathering.refusesTransactionBlock ||= effects.refusesTransactionBlock
  gathering.endsTransactions ||= effects.endsTransactions === true
  gathering.waitsForTransactions ||= effects.waitsForTransactions
}
