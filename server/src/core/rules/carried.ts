import { type Past, pastOf, textOfDefault } from '../inverse/sources'
import { constraintText, indexText, textOfKey } from '../inverse/texts'
import {
  type Catalog,
  type Column,
  type Constraint,
  columnsOfIndex,
  foreignKeysTo,
  type Index,
  indexesOf,
  isIndex,
  key,
  keyOfRelation,
  sequencesOwnedBy,
  type Table,
  viewsReadingColumn,
} from '../postgres/catalog'
import type { Name } from '../sql/parts'
import { quoted } from '../sql/quote'
import { tokensOf } from '../sql/tokens'
import { notNullParts } from './not-null-steps'
import type { Part } from './placement'
import type { RuleContext } from './rule'
import { withhold } from './withheld'

/** A column that takes the place of another. */
export interface Succession {
  readonly relation: Name
  /** As the statement writes it. */
  readonly tableText: string
  readonly table: Table
  readonly column: Column
  /** What the new column is called until it has the place. */
  readonly next: string
  /** What both are called from then on. */
  readonly place: string
  readonly left: string
}

/** What hangs on a column, brought to another one. */
export interface Carried {
  /** Builds the indexes and proves the constraints of the new column, under names of their own. */
  readonly parts: readonly Part[]
  /** When the columns have their names: the names of what they have change over too, and the old column is asked for nothing more. */
  readonly taken: readonly string[]
  /** Undoes that when the columns have their names back. */
  readonly given: readonly string[]
  /** Makes again what the drop of the old column took along, under the names that `taken` left it. */
  readonly again: readonly string[]
}

/**
 * Returns what brings all that hangs on a column to the one that takes its place: indexes are built concurrently, constraints are
 * validated by themselves, and the default comes with the name. Undefined, with the reason withheld, where something cannot come.
 */
export function carriedOver(succession: Succession, context: RuleContext): Carried | undefined {
  const { table, column } = succession
  const stays = whatStays(table, column, context.catalog)
  if (stays !== undefined) return withhold(`The new column would need ${stays} as well.`)
  const past = pastOf(context.history, context.migration, context.index, context.settings)
  const own = { ...succession, past, context }
  const moves: Moved[] = []
  for (const index of indexesOf(context.catalog, keyOfRelation(table))) {
    if (index.constraint !== undefined || !columnsOfIndex(index).has(column.name)) continue
    const moved = movedIndex(index, own)
    if (!moved) return undefined
    moves.push(moved)
  }
  for (const constraint of table.constraints) {
    if (constraint.kind === 'NOT NULL' || !constraint.columns.includes(column.name)) continue
    const moved = constraint.index === undefined ? movedCondition(constraint, own) : movedKey(constraint, own)
    if (!moved) return undefined
    moves.push(moved)
  }
  const value = movedDefault(own)
  if (!value) return undefined
  const all = [...moves, value, ...(column.notNull ? [movedNotNull(own)] : [])]
  return {
    parts: [...all.flatMap(({ build }) => build ?? []), ...provenParts(all, own)],
    taken: all.flatMap(({ taken }) => taken),
    given: all.toReversed().flatMap(({ given }) => given),
    again: all.flatMap(({ again }) => again ?? []),
  }
}

interface Own extends Succession {
  readonly past: Past
  readonly context: RuleContext
}

/** One thing that hangs on the column. */
interface Moved {
  /** A migration of its own. */
  readonly build?: Part
  /** A constraint that is added NOT VALID, and has this name then. */
  readonly proof?: { readonly name: string; readonly definition: string }
  readonly taken: readonly string[]
  readonly given: readonly string[]
  readonly again?: readonly string[]
}

/** What cannot come along: PostgreSQL does not change the type of a column under most of these either (sql-altertable.html). */
function whatStays(table: Table, column: Column, catalog: Catalog): string | undefined {
  const { name } = column
  const relation = keyOfRelation(table)
  const isNamed = (columns: readonly string[] | undefined) => columns?.includes(name) || columns?.includes('*')
  const [view] = viewsReadingColumn(catalog, relation, name)
  const generated = table.columns.find(other => other.generatedFrom?.includes(name))
  const policy = table.policies?.find(({ uses }) => !uses || isNamed(uses.columns))
  const rule = table.rules?.[0]
  const keys = table.constraints.filter(({ kind, columns }) => kind === 'PRIMARY KEY' && columns.includes(name))
  const reference = foreignKeysTo(catalog, relation).find(({ constraint: { references } }) =>
    references.columns.length === 0 ? keys.length > 0 : references.columns.includes(name),
  )
  if (column.generated) return 'its expression'
  if (column.identity) return 'its identity'
  if (view) return `view "${view.name}"`
  if (generated) return `generated column "${generated.name}"`
  if (policy) return `policy "${policy.name}"`
  if (rule) return `rule "${rule.name}"`
  if (reference) return `foreign key "${reference.constraint.name}" of table "${reference.table.name}"`
  for (const [member, tables] of catalog.memberships) {
    if (member.startsWith('statistics ') && tables.includes(relation)) return 'the extended statistics of the table'
  }
  return undefined
}

/** Goes with the old column: until then it is out of the way. */
function movedIndex(index: Index, own: Own): Moved | undefined {
  const { column, next, left } = own
  const text = indexText(own.past, index, own.context.catalog.searchPath)
  const names = ownNames(index.name, own)
  if (!names) return undefined
  // New rows have null in the old column: what is unique must take many of those.
  if (index.unique && (index.partial || index.nullsNotDistinct || index.columns.includes(undefined)))
    return withhold(`Unique index "${index.name}" would refuse new rows, which have no value in the old column.`)
  const [head, on, body] = text === undefined ? [] : partsOfIndex(text)
  if (head === undefined || on === undefined || body === undefined)
    return withhold(`The migrations here do not show the whole of index "${index.name}".`)
  const built = (name: string, of: string, how = '') =>
    `${head}${how} ${quoted(name)}${on}${withColumn(body, column.name, of)}`
  const rename = (from: string, to: string) => `ALTER INDEX ${inSchemaOf(own, from)} RENAME TO ${quoted(to)};`
  return {
    build: {
      title: `build_${names.next}`,
      up: [built(names.next, next, ' CONCURRENTLY')],
      down: { edits: [], text: `DROP INDEX CONCURRENTLY ${inSchemaOf(own, names.next)};` },
      transaction: false,
    },
    taken: [rename(index.name, names.old), rename(names.next, index.name)],
    given: [rename(index.name, names.next), rename(names.old, index.name)],
    again: [built(names.old, left)],
  }
}

/** `CREATE INDEX`, what stands between the name and the columns, and all from there on. */
export function partsOfIndex(text: string): [string, string, string] | [] {
  const tokens = tokensOf(text)
  const [index, name] = tokens.slice(tokens.findIndex(({ text: word }) => word === 'INDEX'))
  const open = tokens.find(({ text: word }) => word === '(')
  if (!index || !name || !open) return []
  return [text.slice(0, index.end), text.slice(name.end, open.start), text.slice(open.start)]
}

/** A check or a foreign key: rows that have no value in the old column any more need not meet it. */
function movedCondition(constraint: Constraint, own: Own): Moved | undefined {
  const { column, context, past, table, next } = own
  const { name } = constraint
  const isPlain = constraint.validated && constraint.enforced && constraint.kind !== 'EXCLUDE'
  const text = isPlain ? constraintText(past, table, constraint, context.catalog.searchPath) : undefined
  const names = ownNames(name, own)
  if (!names) return undefined
  if (text === undefined) return withhold(`The new column would need constraint "${name}" as well.`)
  const definition = text.slice(`CONSTRAINT ${quoted(name)} `.length)
  // What the other table calls its columns stays.
  const ownEnd = constraint.references ? definition.search(/\breferences\b/i) : definition.length
  return {
    proof: {
      name: names.next,
      definition: withColumn(definition.slice(0, ownEnd), column.name, next) + definition.slice(ownEnd),
    },
    taken: [alter(own, `DROP CONSTRAINT ${quoted(name)}`), renameConstraint(own, names.next, name)],
    given: [renameConstraint(own, name, names.next), alter(own, `ADD ${text}`)],
  }
}

/** UNIQUE or PRIMARY KEY, which take over an index that is built before. */
function movedKey(constraint: Constraint, own: Own): Moved | undefined {
  const { context, column, next, tableText } = own
  const { name, kind } = constraint
  const index = context.catalog.relations.get(constraint.index ?? '')
  const names = ownNames(name, own)
  if (!names) return undefined
  if (!isIndex(index) || index.deferrable || index.include.length > 0 || index.method !== 'btree')
    return withhold(`The new column would need constraint "${name}" as well.`)
  const columns = (of: string) =>
    `(${constraint.columns.map(one => quoted(one === column.name ? of : one)).join(', ')})`
  const nulls = index.nullsNotDistinct ? 'NULLS NOT DISTINCT ' : ''
  const built = (how: string) =>
    `CREATE UNIQUE INDEX${how} ${quoted(names.next)} ON ${tableText} ${columns(next)}${nulls === '' ? '' : ` ${nulls.trim()}`};`
  return {
    build: {
      title: `build_${names.next}`,
      up: [built(' CONCURRENTLY')],
      down: { edits: [], text: `DROP INDEX CONCURRENTLY IF EXISTS ${inSchemaOf(own, names.next)};` },
      transaction: false,
    },
    taken: [
      alter(
        own,
        `DROP CONSTRAINT ${quoted(name)}, ADD CONSTRAINT ${quoted(name)} ${kind} USING INDEX ${quoted(names.next)}`,
      ),
    ],
    given: [
      '-- The constraint takes its index along: writes wait until both are built.',
      alter(
        own,
        `DROP CONSTRAINT ${quoted(name)}, ADD CONSTRAINT ${quoted(name)} ${kind} ${nulls}${columns(column.name)}`,
      ),
      built(''),
    ],
  }
}

/** The default, and the sequence of a serial column, which would go with the old one. */
function movedDefault(own: Own): Moved | undefined {
  const { column, context, past, table, place, left, next } = own
  const relation = keyOfRelation(table)
  const owned = sequencesOwnedBy(context.catalog, relation, column.name).map(sequence =>
    textOfKey(keyOfRelation(sequence), context.catalog.searchPath),
  )
  const ownedBy = (of: string) => owned.map(name => `ALTER SEQUENCE ${name} OWNED BY ${own.tableText}.${quoted(of)};`)
  if (!column.default) return { taken: ownedBy(place), given: ownedBy(column.name) }
  const [serial] = owned
  const value =
    textOfDefault(past, relation, column.name) ??
    (serial === undefined ? undefined : `nextval('${serial.replaceAll("'", "''")}')`)
  if (value === undefined) return withhold('The migrations here do not show what the default of the column is.')
  const moved = (from: string, to: string) =>
    alter(own, `ALTER COLUMN ${quoted(from)} DROP DEFAULT, ALTER COLUMN ${quoted(to)} SET DEFAULT ${value}`)
  return { taken: [moved(left, place), ...ownedBy(place)], given: [moved(next, column.name), ...ownedBy(column.name)] }
}

/** The new one is NOT NULL by then; the old one gets no values any more. */
const movedNotNull = (own: Own): Moved => ({
  taken: [alter(own, `ALTER COLUMN ${quoted(own.left)} DROP NOT NULL`)],
  given: [alter(own, `ALTER COLUMN ${quoted(own.column.name)} SET NOT NULL`)],
})

/** NOT NULL and what is added NOT VALID, in two migrations. */
function provenParts(moves: readonly Moved[], own: Own): Part[] {
  const { relation, tableText, column, next, context } = own
  const notNull = column.notNull ? notNullParts(relation, tableText, [next], context) : undefined
  const proofs = moves.flatMap(({ proof }) => proof ?? [])
  if (proofs.length === 0) return notNull ?? []
  const [first, then] = notNull ?? []
  const title = notNull ? 'constraints' : proofs.map(({ name }) => name).join('_')
  const name = notNull ? `${relation.name}_${next}_${title}` : title
  return [
    {
      title: `add_${name}`,
      up: [
        ...proofs.map(proof => alter(own, `ADD CONSTRAINT ${quoted(proof.name)} ${proof.definition} NOT VALID`)),
        ...(first?.up ?? []),
      ],
      down: {
        edits: [],
        text: [
          ...proofs.map(proof => alter(own, `DROP CONSTRAINT ${quoted(proof.name)}`)),
          ...(first ? [first.down.text] : []),
        ].join('\n'),
      },
      transaction: true,
    },
    {
      title: `validate_${name}`,
      up: [...proofs.map(proof => alter(own, `VALIDATE CONSTRAINT ${quoted(proof.name)}`)), ...(then?.up ?? [])],
      down: then?.down ?? { edits: [], text: '' },
      transaction: true,
    },
  ]
}

/** The names of what the new column has, and the old, until one of them has the name itself. */
function ownNames(name: string, { table, context }: Own): { readonly next: string; readonly old: string } | undefined {
  const [next, old] = [`${name}_new`, `${name}_old`]
  const isFree = (other: string) =>
    other.length <= 63 &&
    !context.catalog.relations.has(key(table.schema, other)) &&
    !table.constraints.some(constraint => constraint.name === other)
  if (isFree(next) && isFree(old)) return { next, old }
  return withhold(`"${next}" cannot be the name of what takes the place of "${name}": it is too long, or taken.`)
}

/** The text with one name in the place of another, but where that is no column: a function, a type, what COLLATE names. */
export function withColumn(text: string, column: string, other: string): string {
  const tokens = tokensOf(text)
  let changed = ''
  let from = 0
  for (const [place, token] of tokens.entries()) {
    const isName =
      (token.kind === 'word' && text.slice(token.start, token.end).toLowerCase() === column) ||
      (token.kind === 'quoted identifier' && token.text.slice(1, -1).replaceAll('""', '"') === column)
    const before = tokens[place - 1]?.text ?? ''
    if (!isName || tokens[place + 1]?.text === '(' || before === '::' || before === 'AS' || before === 'COLLATE')
      continue
    changed += text.slice(from, token.start) + quoted(other)
    from = token.end
  }
  return changed + text.slice(from)
}

const alter = ({ tableText }: Succession, clauses: string): string => `ALTER TABLE ${tableText} ${clauses};`

const renameConstraint = (own: Succession, from: string, to: string): string =>
  alter(own, `RENAME CONSTRAINT ${quoted(from)} TO ${quoted(to)}`)

/** An index lives in the schema of its table. */
export const inSchemaOf = ({ tableText }: Pick<Succession, 'tableText'>, name: string): string =>
  `${tableText.slice(0, tableText.lastIndexOf('.') + 1)}${quoted(name)}`
