import type { ColumnDefinition, Expression, TypeName } from '../sql/parts'
import { serialTypes } from './apply/columns'
import { binaryCoercible } from './casts.generated'
import { type Catalog, keyIn, type Type } from './catalog'

/** What ALTER COLUMN TYPE does to the rows and to the indexes of the column. */
export interface TypeChange {
  /**
   * `none`: nothing is read or written; `rebuilds indexes`: the table stays, indexes on the column are built anew;
   * `rewrite`: table and indexes are written anew; `unknown`: not decided by what the history knows.
   */
  readonly effect: 'none' | 'rebuilds indexes' | 'rewrite' | 'unknown'
  /** Why, as a whole sentence. */
  readonly why: string
}

export interface TypeChangeRequest {
  readonly column: string
  /** The column's type so far; undefined where the history does not know it. */
  readonly from: TypeName | undefined
  readonly to: TypeName
  readonly using?: Expression
  /** Whether the column's collation changes. */
  readonly recollated?: boolean
}

/**
 * Returns what changing a column's type takes: a rewrite unless the new value is always the old one's bytes
 * (sql-altertable.html, notes on rewriting). The rules are those of `ATColumnChangeRequiresRewrite`,
 * `CheckIndexCompatible` and the support functions of PostgreSQL's length coercions; proven in
 * test/postgres/types.test.ts.
 */
export function typeChange(
  request: TypeChangeRequest,
  catalog: Catalog,
  parameters: ReadonlyMap<string, string>,
): TypeChange {
  const { from, to, using, column } = request
  if (using && using.cast?.column !== column) return { effect: 'rewrite', why: 'USING computes every value anew.' }
  if (!from) return { effect: 'unknown', why: 'It depends on the current type, which the history does not know.' }
  const steps = [from, ...(using?.cast?.types ?? []), to]
  for (let n = 1; n < steps.length; n++) {
    const step = cast(described(steps[n - 1] ?? from, catalog), described(steps[n] ?? to, catalog), parameters)
    if (step.effect !== 'none') return step
  }
  const [before, after] = [described(from, catalog), described(to, catalog)]
  if (before.indexedAs !== after.indexedAs)
    return { effect: 'rebuilds indexes', why: `The two types sort by different operators.` }
  if (request.recollated) return { effect: 'rebuilds indexes', why: 'The collation changes the order of values.' }
  return { effect: 'none', why: 'Every value keeps its bytes.' }
}

/** A type as the rules see it: a domain stands for its base type. */
interface Described {
  /** Equal for equal types: internal name, with schema where it is not PostgreSQL's own. */
  readonly name: string
  /** The domain's name, where it is one. */
  readonly domain?: string
  /** Whether the domain, or one below it, has constraints. */
  readonly constrained: boolean
  /** What certainly refuses null; a NOT NULL does so before any CHECK. */
  readonly refusesNull?: 'NOT NULL' | 'CHECK'
  /** What the domain gives a column that has no default of its own. */
  readonly default?: Expression | undefined
  readonly modifiers: readonly number[]
  readonly isArray: boolean
  /** Whether PostgreSQL, an extension we know or the history made it. */
  readonly known: boolean
  /** What decides whether an index can stay: the operator class. */
  readonly indexedAs: string
}

function described(type: TypeName, catalog: Catalog, depth = 0): Described {
  const made = typeOf(type, catalog)
  if (made?.type.kind === 'domain' && type.dimensions === 0 && depth < 16) {
    const base = described(made.type.base, catalog, depth + 1)
    return {
      ...base,
      domain: made.key,
      constrained: base.constrained || made.type.constraints.length > 0,
      ...refusalIn([
        base.refusesNull,
        ...made.type.constraints.map(({ kind, refusesNull }) => (refusesNull ? kind : undefined)),
      ]),
      default: made.type.default,
    }
  }
  const plain = serialTypes.get(type.name) ?? type.name
  const name = made ? made.key : plain
  const isArray = type.dimensions > 0
  return {
    name,
    constrained: false,
    modifiers: type.modifiers,
    isArray,
    known: made !== undefined || builtIn.has(plain) || plain === 'citext',
    indexedAs: isArray ? `${name}[]` : (operatorClasses.get(name) ?? name),
  }
}

function refusalIn(kinds: readonly Described['refusesNull'][]): Pick<Described, 'refusesNull'> {
  const refusesNull = kinds.includes('NOT NULL') ? 'NOT NULL' : kinds.includes('CHECK') ? 'CHECK' : undefined
  return refusesNull ? { refusesNull } : {}
}

/** Returns what the history made of a type's name, and its key; undefined for PostgreSQL's own. */
export function typeOf(type: TypeName, catalog: Catalog): { key: string; type: Type } | undefined {
  const typeKey = keyIn(catalog, catalog.types, type)
  const made = catalog.types.get(typeKey)
  return made && { key: typeKey, type: made }
}

/** The cast of a value of one type to the other: `none` where PostgreSQL simplifies it away. */
function cast(from: Described, to: Described, parameters: ReadonlyMap<string, string>): TypeChange {
  const same = from.name === to.name && from.isArray === to.isArray
  if (to.constrained && from.domain !== to.domain)
    return { effect: 'rewrite', why: 'Every value is checked against the constraints of the domain.' }
  if (same && from.domain === to.domain && equal(from.modifiers, to.modifiers)) return sameBytes
  if (!from.known || !to.known) {
    if (same) return lengthChange(from, to)
    return { effect: 'unknown', why: 'It depends on a cast between types that the history does not know.' }
  }
  if (same) return lengthChange(from, to)
  if (from.isArray || to.isArray) return { effect: 'rewrite', why: 'Every element is converted.' }
  if (isTimestamp(from.name) && isTimestamp(to.name)) return zoneChange(to, parameters)
  if (!sameBytesTypes.has(`${from.name}>${to.name}`)) return { effect: 'rewrite', why: 'Every value is converted.' }
  if (to.modifiers.length > 0) return { effect: 'rewrite', why: 'Every value is fitted to the length.' }
  return sameBytes
}

const sameBytes: TypeChange = { effect: 'none', why: 'Every value keeps its bytes.' }

/** A domain's own length counts nothing when a value leaves it: PostgreSQL sees the bare base type. */
function lengthChange(from: Described, to: Described): TypeChange {
  if (to.modifiers.length === 0) return sameBytes
  const before = from.domain === undefined || from.domain === to.domain ? from.modifiers : []
  if (!from.isArray && widens[to.name]?.(before, to.modifiers)) return sameBytes
  return { effect: 'rewrite', why: 'Every value is fitted to the length or precision.' }
}

type Widening = (from: readonly number[], to: readonly number[]) => boolean

const atLeast: Widening = ([from], [to = 0]) => from !== undefined && to >= from

/** The largest precision of seconds; it holds whatever was there (datatype-datetime.html). */
const finestSecond = 6

const finerSecond: Widening = ([from], [to = 0]) => to >= finestSecond || (from !== undefined && to >= from)

/** The length coercions that PostgreSQL simplifies away where nothing can be cut: their support functions say so. */
const widens: Readonly<Record<string, Widening>> = {
  varchar: atLeast,
  varbit: atLeast,
  bpchar: equal,
  bit: equal,
  numeric: (from, to) => from.length > 0 && (from[1] ?? 0) === (to[1] ?? 0) && (to[0] ?? 0) >= (from[0] ?? 0),
  timestamp: finerSecond,
  timestamptz: finerSecond,
  time: finerSecond,
  timetz: finerSecond,
  interval: (from, to) => {
    const [before, after] = [intervalOf(from), intervalOf(to)]
    return (
      after.leastField <= before.leastField &&
      (before.leastField > 0 || after.precision >= finestSecond || after.precision >= before.precision)
    )
  },
}

/** The mask of interval fields as the grammar writes it; all of them where only a precision is given. */
const allFields = 0x7fff
const fieldBits = { second: 12, minute: 11, hour: 10, day: 3, month: 1, year: 2 }

function intervalOf([mask = allFields, precision = finestSecond]: readonly number[]) {
  const least = Object.values(fieldBits).findIndex(bit => mask & (1 << bit))
  return { leastField: Math.max(least, 0), precision }
}

const isTimestamp = (name: string): boolean => name === 'timestamp' || name === 'timestamptz'

/** Without a shift of hours the two hold the same number (release-12.html). */
function zoneChange(to: Described, parameters: ReadonlyMap<string, string>): TypeChange {
  if (to.modifiers.length > 0 && !finerSecond([], to.modifiers))
    return { effect: 'rewrite', why: 'Every value is fitted to the precision.' }
  const zone = parameters.get('timezone')
  if (zone === undefined)
    return {
      effect: 'unknown',
      why: "Only where the session's TimeZone is UTC does every value keep its bytes.",
    }
  if (isUtc(zone)) return sameBytes
  return { effect: 'rewrite', why: `Every value is shifted by the session's TimeZone, ${zone}.` }
}

const isUtc = (zone: string): boolean =>
  /^(?:(?:etc\/)?(?:utc|uct|gmt|zulu|universal|greenwich)|(?:etc\/)?gmt[+-]?0|[+-]?0{1,2}(?::?00)?)$/i.test(zone)

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index])
}

/** citext declares its casts in its own script as binary coercible (citext.html). */
const citext = ['citext>text', 'citext>varchar', 'citext>bpchar', 'text>citext', 'varchar>citext']

const sameBytesTypes: ReadonlySet<string> = new Set([...binaryCoercible.split(' '), ...citext])

/** Types without a btree operator class of their own take that of another (indexes-opclass.html); xml has no index. */
const operatorClasses: ReadonlyMap<string, string> = new Map([
  ['varchar', 'text'],
  ['xml', 'text'],
  ['cidr', 'inet'],
  ...[
    'class',
    'type',
    'proc',
    'procedure',
    'oper',
    'operator',
    'config',
    'dictionary',
    'namespace',
    'role',
    'collation',
  ].map((name): [string, string] => [`reg${name}`, 'oid']),
])

/** PostgreSQL's own types that columns have (datatype.html), by internal name. */
const builtIn: ReadonlySet<string> = new Set(
  (
    'bool bytea char name int8 int2 int4 text oid json jsonb xml point lseg path box polygon line float4 float8 ' +
    'circle money macaddr macaddr8 inet cidr bpchar varchar date time timestamp timestamptz interval timetz bit ' +
    'varbit numeric uuid tsvector tsquery pg_lsn xid xid8 tid cid txid_snapshot pg_snapshot jsonpath int2vector ' +
    'oidvector refcursor int4range int8range numrange tsrange tstzrange daterange int4multirange int8multirange ' +
    'nummultirange tsmultirange tstzmultirange datemultirange regclass regtype regproc regprocedure regoper ' +
    'regoperator regconfig regdictionary regnamespace regrole regcollation'
  ).split(' '),
)

/** Returns whether a type without schema is one of PostgreSQL's own, serial and its like included. */
export const isBuiltIn = (name: string): boolean => builtIn.has(name) || serialTypes.has(name) || otherTypes.has(name)

/** Those that no column has but in odd cases: pseudo-types (datatype-pseudo.html) and types of the system catalogs. */
const otherTypes: ReadonlySet<string> = new Set(
  (
    'void trigger event_trigger record any anyelement anyarray anynonarray anyenum anyrange anymultirange anycompatible ' +
    'anycompatiblearray anycompatiblenonarray anycompatiblerange anycompatiblemultirange cstring internal ' +
    'language_handler fdw_handler table_am_handler index_am_handler tsm_handler unknown pg_ddl_command aclitem ' +
    'gtsvector pg_node_tree pg_ndistinct pg_dependencies pg_mcv_list'
  ).split(' '),
)

/** What a column has from its type. */
export type Inherited = Pick<Described, 'constrained' | 'refusesNull' | 'default'>

/** Returns the constraints and the default of a domain and of those below it (sql-createdomain.html). */
export const ofDomain = (type: TypeName, catalog: Catalog): Inherited => described(type, catalog)

/** Returns whether a column of this type checks every value: a domain with constraints, or over one that has some. */
export const isConstrainedDomain = (type: TypeName, catalog: Catalog): boolean => described(type, catalog).constrained

/**
 * Returns the value that a new column gives the rows that are there, null where it gives none. Before PostgreSQL 13 the default
 * of a domain was for rows to come alone (proven on 12 to 18).
 */
export function fillingDefault(
  column: Pick<ColumnDefinition, 'default' | 'type'>,
  catalog: Catalog,
  postgres: number,
): Expression | undefined {
  if (column.default) return column.default.expression.kind === 'null' ? undefined : column.default.expression
  return postgres < 13 ? undefined : ofDomain(column.type, catalog).default
}

/** Returns whether a new column gives the rows that are there a value: a default other than null, serial, identity, generated. */
export const fillsItself = (column: ColumnDefinition, catalog: Catalog, postgres: number): boolean =>
  column.generated !== undefined ||
  column.identity !== undefined ||
  serialTypes.has(column.type.name) ||
  fillingDefault(column, catalog, postgres) !== undefined
