import type { Step } from '../history/steps'
import { undoneDrop } from '../inverse/drops'
import { pastOf } from '../inverse/sources'
import { downSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import { asTable, type Catalog, columnNamed, relationNamed } from '../postgres/catalog'
import type { AlterRelation } from '../sql/commands'
import { quoted } from '../sql/quote'
import type { Subcommand } from '../sql/subcommands'
import type { Span } from '../text'
import { written } from './edits'

/** What other statements of the migration do for a type change: it comes along when that comes later. */
export interface Company {
  readonly steps: readonly Step[]
  /** How they say the columns are to be. */
  readonly clauses: readonly Clause[]
  /** By these a new type takes the name of the old one. */
  readonly renames: Moved
  readonly nameOfType: (name: string) => string
  /** By these types go that only the old columns have. */
  readonly drops: Moved
}

/** A subcommand, and where it is written. */
export interface Clause {
  readonly step: Step
  readonly subcommand: Subcommand
}

interface Moved {
  readonly up: readonly string[]
  readonly down: readonly string[]
}

/** Returns the company of a change of columns; `isOwn` says whether a clause is about them alone. */
export function companyOf(
  { relation }: AlterRelation,
  columns: readonly string[],
  isOwn: (subcommand: Subcommand) => boolean,
  context: RuleContext,
): Company {
  const { steps, index } = context
  const clausesOf = (step: Step): readonly Clause[] => {
    const { command } = step
    if (command?.tag !== 'ALTER TABLE' || command.relation.name !== relation.name) return []
    const isCompany = command.subcommands.every(other => isOwn(other) && other.kind !== 'ALTER COLUMN TYPE')
    return isCompany ? command.subcommands.map(subcommand => ({ step, subcommand })) : []
  }
  const before = steps.slice(0, index).flatMap(clausesOf)
  const clauses = [
    ...before.filter(({ subcommand }) => subcommand.kind === 'DROP DEFAULT'),
    ...steps.slice(index + 1).flatMap(clausesOf),
  ]
  const types = typesBehind(relation, columns, context)
  const nameOfType = (name: string) => types.names.get(name) ?? name
  const renamed = (schema: string, from: string, to: string) =>
    `ALTER TYPE ${schema}${quoted(from)} RENAME TO ${quoted(to)};`
  return {
    steps: [...new Set(clauses.map(({ step }) => step)), ...types.steps],
    clauses,
    nameOfType,
    renames: {
      up: types.renames.map(({ schema, from, to }) => renamed(schema, from, to)),
      down: types.renames.toReversed().map(({ schema, from, to }) => renamed(schema, to, from)),
    },
    drops: {
      up: types.drops.map(({ schema, name }) => `DROP TYPE ${schema}${quoted(nameOfType(name))};`),
      down: types.drops.flatMap(({ step, schema, name }) => {
        const again = `CREATE TYPE ${schema}${quoted(nameOfType(name))}`
        return undone(step, context).map(line => line.replace(/^CREATE TYPE \S+/i, again))
      }),
    },
  }
}

interface Types {
  readonly steps: Step[]
  /** In order, with the schema as it is written before the name. */
  readonly renames: { readonly schema: string; readonly from: string; readonly to: string }[]
  /** Under the names that they have before all that. */
  readonly drops: { readonly step: Step; readonly schema: string; readonly name: string }[]
  /** What types are called after the renames. */
  readonly names: Map<string, string>
}

/**
 * The statements behind that rename and drop the types which the columns have before and then, as far as no other column has them:
 * that would have one of another name until the swap. Not where a down does the same the other way round.
 */
function typesBehind(relation: AlterRelation['relation'], columns: readonly string[], context: RuleContext): Types {
  const { steps, index, catalog, after } = context
  const found: Types = { steps: [], renames: [], drops: [], names: new Map() }
  const typesIn = (state: Catalog) =>
    columns.flatMap(name => columnNamed(asTable(relationNamed(state, relation)), name)?.type.name ?? [])
  const old = typesIn(catalog)
  const own = new Set([...old, ...typesIn(after)])
  const isTheirs = (name: string) => own.has(name) && !isOfOthers(name, relation.name, columns, after)
  const first = (name: string) => [...found.names].find(([, now]) => now === name)?.[0] ?? name
  const isRenamedBefore = steps
    .slice(0, index)
    .some(({ command }) => command?.tag === 'ALTER TYPE' && own.has(command.renameTo?.name ?? ''))
  if (isRenamedBefore || downSteps(context).length > 0) return found
  for (const step of steps.slice(index + 1)) {
    const { command } = step
    if (command?.tag === 'ALTER TYPE' && command.renameTo && isTheirs(first(command.type.name))) {
      const { name: to } = command.renameTo
      const dropped = found.drops.find(({ name }) => name === to)
      if (dropped) rename(found, dropped.schema, to, `${to}_old`, first)
      rename(found, schemaOf(step, command.type.span), command.type.name, to, first)
      found.steps.push(step)
    } else if (command?.tag === 'DROP TYPE' && !command.cascade) {
      const [type, ...others] = command.names
      const name = type && first(type.name)
      if (name === undefined || others.length > 0 || !old.includes(name) || !isTheirs(name)) continue
      found.drops.push({ step, schema: schemaOf(step, type?.span), name })
      found.steps.push(step)
    }
  }
  return found
}

function rename({ renames, names }: Types, schema: string, from: string, to: string, first: (name: string) => string) {
  names.set(first(from), to)
  renames.push({ schema, from, to })
}

/** As it is written, with its dot. */
function schemaOf(step: Step, span: Span | undefined): string {
  const text = span ? written(step, span) : ''
  return text.slice(0, text.lastIndexOf('.') + 1)
}

/** Whether another column than these has the type. */
function isOfOthers(type: string, table: string, columns: readonly string[], { relations }: Catalog): boolean {
  for (const relation of relations.values()) {
    const others = asTable(relation)?.columns.filter(({ name }) => relation.name !== table || !columns.includes(name))
    if (others?.some(column => column.type.name === type)) return true
  }
  return false
}

function undone(step: Step, { history, migration, settings, steps }: RuleContext): string[] {
  const { command } = step
  if (command?.tag !== 'DROP TYPE') return []
  return undoneDrop(step, command, { past: pastOf(history, migration, steps.indexOf(step), settings) })
}
