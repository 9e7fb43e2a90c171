import { nameOfOwnNotNull, type Past, pastOf, sourceOfColumn, textOfDefault, written } from '../inverse/sources'
import { constraintText, indexText, textOfKey } from '../inverse/texts'
import type { RuleContext } from '../judgement/context'
import {
  type Catalog,
  type Column,
  type Constraint,
  columnsOfIndex,
  foreignKeysTo,
  type IncomingForeignKey,
  type Index,
  indexesOf,
  isIndex,
  key,
  keyOfRelation,
  primaryKeyOf,
  sequencesOwnedBy,
  type Table,
  viewsReadingColumn,
} from '../postgres/catalog'
import { nameOfNotNull } from '../postgres/names'
import type { Name } from '../sql/parts'
import { literal, quoted } from '../sql/quote'
import { tokensOf } from '../sql/tokens'
import { withColumns } from './column-names'
import { keptSettings } from './kept-settings'
import { notNullParts, proofsOfNotNull } from './not-null-steps'
import type { Part } from './placement'
import { unusedName } from './unused-name'
import { withhold } from './withheld'

/** Columns of a table that take the places of others. */
export interface Succession {
  readonly relation: Name
  /** As the statement writes it. */
  readonly tableText: string
  readonly table: Table
  readonly columns: readonly Successor[]
}

export interface Successor {
  /** Whose place it takes, and name. */
  readonly column: Column
  /** What it is called until then. */
  readonly next: string
  /** What the old one is called from then on. */
  readonly left: string
  /** What the new one is to have, where that is not what the old one has. */
  readonly wanted: { readonly default?: string | null; readonly notNull?: boolean }
}

/** What hangs on columns, brought to others. */
export interface Carried {
  /** What the indexes and constraints are called. */
  readonly names: readonly string[]
  /** The tables of foreign keys that refer to the columns. */
  readonly tables: readonly string[]
  /** Builds the indexes and proves the constraints of the new columns, under names of their own. */
  readonly parts: readonly Part[]
  /** When the columns have their names: the names of what they have change over too, and the old ones are asked for nothing more. */
  readonly taken: readonly string[]
  /** Undoes that when the columns have their names back. */
  readonly given: readonly string[]
  /** Makes again what the drop of the old columns took along, under the names that `taken` left it. */
  readonly again: readonly string[]
}

/**
 * Returns what brings all that hangs on columns to those that take their places: indexes are built concurrently, constraints are
 * validated by themselves, and defaults come with the names. Undefined, with the reason withheld, where something cannot come.
 */
export function carriedOver(succession: Succession, context: RuleContext): Carried | undefined {
  const { table, columns } = succession
  const stays = columns.flatMap(({ column }) => whatStays(table, column, context.catalog) ?? [])[0]
  if (stays !== undefined) return withhold(`The new column would need ${stays} as well.`)
  const past = pastOf(context.history, context.migration, context.index, context.settings)
  const named = (of: 'next' | 'left') => new Map(columns.map(one => [one.column.name, one[of]]))
  // A statement that writes the schema may run where the search path is another.
  const searchPath = succession.relation.schema === undefined ? context.catalog.searchPath : []
  const wanting = columns.filter(({ column, wanted }) => wanted.notNull ?? column.notNull).map(({ next }) => next)
  const proofs = proofsOfNotNull(succession.relation, succession.tableText, wanting, context)
  const own = {
    ...succession,
    past,
    context,
    searchPath,
    next: named('next'),
    left: named('left'),
    given: new Set<string>(),
    proven: new Map(wanting.map((name, at) => [name, proofs[at]?.name ?? ''])),
  }
  const isOwn = (name: string) => own.next.has(name)
  const indexes = indexesOf(context.catalog, keyOfRelation(table)).filter(
    index => index.constraint === undefined && [...columnsOfIndex(index)].some(isOwn),
  )
  const constraints = table.constraints.filter(({ kind, columns: of }) => kind !== 'NOT NULL' && of.some(isOwn))
  const references = foreignKeysTo(context.catalog, keyOfRelation(table)).filter(
    ({ constraint: { references: to } }) =>
      to.columns.length === 0 ? constraints.some(({ kind }) => kind === 'PRIMARY KEY') : to.columns.some(isOwn),
  )
  const referring = references.map(one => movedReference(one, own))
  const all = [
    ...referring.map(one => one?.first),
    ...indexes.map(index => movedIndex(index, own)),
    ...constraints.map(one => (one.index === undefined ? movedCondition(one, own) : movedKey(one, own))),
    ...referring.map(one => one?.last),
    ...columns.map(successor => movedDefault(successor, own)),
  ]
  const moves = all.filter(moved => moved !== undefined)
  if (moves.length < all.length) return undefined
  const kept = keptSettings(
    {
      table: table.name,
      tableText: succession.tableText,
      columns: columns.map(({ column }) => column.name),
      indexes: new Map([...indexes, ...constraints].map(({ name }) => [name, inSchemaOf(own, name)])),
      constraints: new Map([
        ...constraints.map(({ name }) => [name, succession.tableText] as const),
        ...references.map(one => [one.constraint.name, textOfKey(keyOfRelation(one.table), searchPath)] as const),
      ]),
    },
    context,
  )
  if (!kept) return undefined
  const nullness = columns.map(successor => movedNotNull(successor, own))
  return {
    names: [...indexes, ...constraints, ...references.map(({ constraint }) => constraint)].map(({ name }) => name),
    tables: references.map(one => one.table.name),
    parts: [...moves.flatMap(({ build }) => build ?? []), ...provenParts(moves, own)],
    // The columns of a replica identity are NOT NULL.
    taken: [...moves.flatMap(({ taken }) => taken), ...kept, ...nullness.flatMap(({ taken }) => taken)],
    given: [...[...moves, ...nullness].toReversed().flatMap(({ given }) => given), ...kept],
    again: moves.flatMap(({ again }) => again ?? []),
  }
}

interface Own extends Succession {
  readonly past: Past
  readonly context: RuleContext
  readonly searchPath: readonly string[]
  /** By the names of the old columns. */
  readonly next: ReadonlyMap<string, string>
  readonly left: ReadonlyMap<string, string>
  /** Names that have been given to what is new. */
  readonly given: Set<string>
  /** The names under which columns are proven NOT NULL. */
  readonly proven: ReadonlyMap<string, string>
}

/** One thing that hangs on the columns. */
interface Moved {
  /** A migration of its own. */
  readonly build?: Part
  /** A constraint that is added NOT VALID, and has this name then. */
  readonly proof?: Proof
  readonly taken: readonly string[]
  readonly given: readonly string[]
  readonly again?: readonly string[]
}

interface Proof {
  /** Where it is not the table itself, as it is written. */
  readonly table?: string
  readonly name: string
  readonly definition: string
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
  if (column.generated) return 'its expression'
  if (view) return `view "${view.name}"`
  if (generated) return `generated column "${generated.name}"`
  if (policy) return `policy "${policy.name}"`
  if (rule) return `rule "${rule.name}"`
  for (const [member, tables] of catalog.memberships) {
    if (member.startsWith('statistics ') && tables.includes(relation)) return 'the extended statistics of the table'
  }
  return undefined
}

/** Goes with the old column: until then it is out of the way. */
function movedIndex(index: Index, own: Own): Moved | undefined {
  const { next, left } = own
  const text = indexText(own.past, index, own.searchPath)
  const names = ownNames(index.name, own)
  // New rows have null in the old column: what is unique must take many of those.
  if (index.unique && (index.partial || index.nullsNotDistinct || index.columns.includes(undefined)))
    return withhold(`Unique index "${index.name}" would refuse new rows, which have no value in the old column.`)
  const [head, on, body] = text === undefined ? [] : partsOfIndex(text)
  if (head === undefined || on === undefined || body === undefined)
    return withhold(`The migrations here do not show the whole of index "${index.name}".`)
  const built = (name: string, columns: ReadonlyMap<string, string>, how = '') =>
    `${head}${how} ${quoted(name)}${on}${withColumns(body, columns)}`
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
  const { past, table, next } = own
  const { name } = constraint
  const isPlain = constraint.validated && constraint.enforced && constraint.kind !== 'EXCLUDE'
  const text = isPlain ? constraintText(past, table, constraint, own.searchPath) : undefined
  const names = ownNames(name, own)
  if (text === undefined || setsColumns.test(text))
    return withhold(`The new column would need constraint "${name}" as well.`)
  const definition = text.slice(`CONSTRAINT ${quoted(name)} `.length)
  // What the other table calls its columns stays.
  const ownEnd = constraint.references ? definition.search(/\breferences\b/i) : definition.length
  return {
    proof: {
      name: names.next,
      definition: withColumns(definition.slice(0, ownEnd), next) + definition.slice(ownEnd),
    },
    taken: [alter(own, `DROP CONSTRAINT ${quoted(name)}`), renameConstraint(own, names.next, name)],
    given: [renameConstraint(own, name, names.next), alter(own, `ADD ${text}`)],
  }
}

/** ON DELETE SET NULL of some columns, behind those of the other table. */
const setsColumns = /\bset\s+(?:null|default)\s*\(/i

/** How the index of a key is stored. */
const hasStorage = /\b(?:with\s*\(|tablespace\b)/i

/** UNIQUE or PRIMARY KEY, which take over an index that is built before. */
function movedKey(constraint: Constraint, own: Own): Moved | undefined {
  const { context, next, tableText } = own
  const { name, kind } = constraint
  const index = context.catalog.relations.get(constraint.index ?? '')
  const names = ownNames(name, own)
  const isPlain = !hasStorage.test(constraintText(own.past, own.table, constraint, own.searchPath) ?? '')
  if (!isPlain || !isIndex(index) || index.deferrable || index.include.length > 0 || index.method !== 'btree')
    return withhold(`The new column would need constraint "${name}" as well.`)
  const nulls = index.nullsNotDistinct ? ' NULLS NOT DISTINCT' : ''
  const columns = constraint.columns.map(quoted).join(', ')
  const nexts = constraint.columns.map(one => quoted(next.get(one) ?? one)).join(', ')
  const built = (how: string) => `CREATE UNIQUE INDEX${how} ${quoted(names.next)} ON ${tableText} (${nexts})${nulls};`
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
      alter(own, `DROP CONSTRAINT ${quoted(name)}, ADD CONSTRAINT ${quoted(name)} ${kind}${nulls} (${columns})`),
      built(''),
    ],
  }
}

/**
 * A foreign key of another table: its other one, to the new column, needs no more there than the unique index. Both are of one
 * primary key, which goes and comes between the `first` and the `last` of what happens to them.
 */
function movedReference(
  { table: other, constraint }: IncomingForeignKey,
  own: Own,
): { readonly first: Moved; readonly last: Moved } | undefined {
  const { past, next } = own
  const { name, references } = constraint
  const isPlain = other.kind === 'table' && !other.partitionOf && constraint.validated && constraint.enforced
  const text = isPlain ? constraintText(past, other, constraint, own.searchPath) : undefined
  const names = ownNames(name, { ...own, table: other })
  const isOwnTable = keyOfRelation(other) === keyOfRelation(own.table)
  if (text === undefined || (isOwnTable && constraint.columns.some(column => next.has(column))))
    return withhold(`The new column would need foreign key "${name}" of table "${other.name}" as well.`)
  const tableText = textOfKey(keyOfRelation(other), own.searchPath)
  const to = references.columns.length > 0 ? references.columns : (primaryKeyOf(own.table)?.columns ?? [])
  const nexts = to.map(column => quoted(next.get(column) ?? column)).join(', ')
  const definition = text
    .slice(`CONSTRAINT ${quoted(name)} `.length)
    .replace(/(\breferences\s+[^\s(]+)(?:\s*\([^)]*\))?/i, `$1 (${nexts})`)
  const there = { ...own, tableText }
  const drop = alter(there, `DROP CONSTRAINT ${quoted(name)}`)
  return {
    first: {
      proof: { table: tableText, name: names.next, definition },
      taken: [drop],
      given: [alter(there, `ADD ${text}`), alter(there, `ADD CONSTRAINT ${quoted(names.next)} ${definition}`)],
    },
    last: { taken: [renameConstraint(there, names.next, name)], given: [drop] },
  }
}

/** The default, and the sequence of a serial column, which would go with the old one. */
function movedDefault(successor: Successor, own: Own): Moved | undefined {
  const { column, next, left, wanted } = successor
  if (column.identity) return movedIdentity(successor, own)
  const { context, past, table, tableText } = own
  const relation = keyOfRelation(table)
  const { name } = column
  const owned = sequencesOwnedBy(context.catalog, relation, name).map(sequence =>
    textOfKey(keyOfRelation(sequence), own.searchPath),
  )
  const [serial] = owned
  const was = column.default ? (textOfDefault(past, relation, name) ?? (serial && `nextval(${literal(serial)})`)) : null
  if (was === undefined) return withhold('The migrations here do not show what the default of the column is.')
  const is = wanted.default === undefined ? was : wanted.default
  const set = (of: string, value: string | null) =>
    value === null ? [] : [`ALTER COLUMN ${quoted(of)} SET DEFAULT ${value}`]
  const drop = (of: string, value: string | null) => (value === null ? [] : [`ALTER COLUMN ${quoted(of)} DROP DEFAULT`])
  const altered = (clauses: readonly string[]) => (clauses.length > 0 ? [alter(own, clauses.join(', '))] : [])
  const ownedBy = owned.map(sequence => `ALTER SEQUENCE ${sequence} OWNED BY ${tableText}.${quoted(name)};`)
  return {
    taken: [...altered([...drop(left, was), ...set(name, is)]), ...ownedBy],
    given: [...altered([...drop(next, is), ...set(name, was)]), ...ownedBy],
  }
}

/** Another sequence, which goes on where that of the old column stood. */
function movedIdentity({ column, next, left }: Successor, own: Own): Moved | undefined {
  const { name } = column
  const source = sourceOfColumn(own.past, keyOfRelation(own.table), name)
  const span = source?.definition.identity
  if (!source || !span)
    return withhold('The migrations here do not show the whole of what makes the column an identity.')
  const sequence = (of: string) => `pg_get_serial_sequence(${literal(own.tableText)}, ${literal(of)})`
  const moved = (from: string, to: string) => [
    [
      'DO $$',
      'DECLARE',
      `  following bigint := nextval(${sequence(from)});`,
      'BEGIN',
      `  ${alter(own, `ALTER COLUMN ${quoted(from)} DROP IDENTITY`)}`,
      `  ${alter(own, `ALTER COLUMN ${quoted(to)} ADD ${written(source.step, span)}`)}`,
      `  PERFORM setval(${sequence(to)}, following, false);`,
      'END',
      '$$;',
    ].join('\n'),
  ]
  return { taken: moved(left, name), given: moved(next, name) }
}

/** The new one is proven by then, since PostgreSQL 18 under a name of its own; the old one gets no values any more. */
function movedNotNull({ column: { name, notNull }, next, left }: Successor, own: Own): Moved {
  const proven = own.context.settings.postgres >= 18 ? own.proven.get(next) : undefined
  const was = nameOfOwnNotNull(own.past, own.table, name)
  const isUsual = proven === undefined || was === nameOfNotNull(own.table, name)
  const set = isUsual
    ? `ALTER COLUMN ${quoted(name)} SET NOT NULL`
    : `ADD CONSTRAINT ${quoted(was)} NOT NULL ${quoted(name)}`
  return {
    taken: [
      ...(notNull ? [alter(own, `ALTER COLUMN ${quoted(left)} DROP NOT NULL`)] : []),
      ...(proven === undefined ? [] : [renameConstraint(own, proven, was)]),
    ],
    given: [
      ...(proven === undefined ? [] : [renameConstraint(own, was, proven)]),
      ...(notNull ? [alter(own, set)] : []),
    ],
  }
}

/** NOT NULL and what is added NOT VALID, in two migrations. */
function provenParts(moves: readonly Moved[], own: Own): Part[] {
  const { relation, tableText, proven, context } = own
  const notNull = proven.size > 0 ? notNullParts(relation, tableText, [...proven.keys()], context) : undefined
  const proofs = moves.flatMap(({ proof }) => proof ?? [])
  const at = ({ table }: Proof) => ({ tableText: table ?? tableText })
  const [first, then] = notNull ?? []
  if (notNull && proofs.length === 0) return notNull
  if (proofs.length === 0) return []
  const [only, ...others] = proofs
  const title = only && others.length === 0 && !notNull ? only.name : `${relation.name}_new_constraints`
  return [
    {
      title: `add_${title}`,
      up: [
        ...proofs.map(one => alter(at(one), `ADD CONSTRAINT ${quoted(one.name)} ${one.definition} NOT VALID`)),
        ...(first?.up ?? []),
      ],
      down: {
        edits: [],
        text: [
          ...proofs.map(one => alter(at(one), `DROP CONSTRAINT ${quoted(one.name)}`)),
          ...(first ? [first.down.text] : []),
        ].join('\n'),
      },
      transaction: true,
    },
    {
      title: `validate_${title}`,
      up: [...proofs.map(one => alter(at(one), `VALIDATE CONSTRAINT ${quoted(one.name)}`)), ...(then?.up ?? [])],
      down: then?.down ?? { edits: [], text: '' },
      transaction: true,
    },
  ]
}

/** The names of what the new column has, and the old, until one of them has the name itself. */
function ownNames(name: string, { table, context, given }: Own): { readonly next: string; readonly old: string } {
  const isTaken = (other: string) =>
    given.has(other) ||
    context.catalog.relations.has(key(table.schema, other)) ||
    table.constraints.some(constraint => constraint.name === other)
  const [next, old] = [unusedName([name], 'new', context, isTaken), unusedName([name], 'old', context, isTaken)]
  given.add(next).add(old)
  return { next, old }
}

const alter = ({ tableText }: Pick<Succession, 'tableText'>, clauses: string): string =>
  `ALTER TABLE ${tableText} ${clauses};`

const renameConstraint = (own: Succession, from: string, to: string): string =>
  alter(own, `RENAME CONSTRAINT ${quoted(from)} TO ${quoted(to)}`)

/** An index lives in the schema of its table. */
export const inSchemaOf = ({ tableText }: Pick<Succession, 'tableText'>, name: string): string =>
  `${tableText.slice(0, tableText.lastIndexOf('.') + 1)}${quoted(name)}`
