import type { TypeName } from '../../sql/parts'
import { serialTypes } from '../apply/columns'
import { key, keyIn, typeNamed } from '../catalog'
import { described, type Scene } from './relations'
import { sureType } from './types'

/**
 * Returns whether ALTER COLUMN TYPE converts one type to the other without USING; undefined where that is not certain.
 * Assignment casts of pg_cast and the casts to and from text decide (sql-createcast.html); proven in
 * test/postgres/failures.test.ts.
 */
export function isAutomatic(scene: Scene, from: TypeName, to: TypeName): boolean | undefined {
  if (scene.catalog.doubts?.casts) return undefined
  // Arrays are converted as their elements are.
  if (from.dimensions > 0 && to.dimensions > 0)
    return isAutomatic(scene, { ...from, dimensions: 0 }, { ...to, dimensions: 0 })
  const [before, after] = [familyOf(scene, from), familyOf(scene, to)]
  if (before === undefined || after === undefined) return undefined
  if (before === after) return true
  if (after === 'text') return !from.dimensions || undefined
  const known = automatic[before]
  return known?.includes(after) ?? false
}

/** Returns whether `=` compares columns of two types, so that one may reference the other; undefined where that is not certain. */
export function areComparable(scene: Scene, a: TypeName, b: TypeName): boolean | undefined {
  if (scene.catalog.doubts?.casts) return undefined
  const [one, other] = [familyOf(scene, a), familyOf(scene, b)]
  if (one === undefined || other === undefined) return undefined
  if (one === other || (moments.has(one) && moments.has(other))) return true
  return doubtfulPairs.has(one) && doubtfulPairs.has(other) ? undefined : false
}

/** Returns whether a column that was compared with constants of type `from` may be, or is not certain not to be, when it has the other type. */
export function isComparedAfter(scene: Scene, from: TypeName, to: TypeName): boolean {
  const [before, after] = [familyOf(scene, from), familyOf(scene, to)]
  const isPlain = (family: string | undefined) =>
    family === 'number' || family === 'text' || family?.startsWith('enum ') === true
  return before === after || !isPlain(before) || !isPlain(after)
}

/**
 * Returns the type, as PostgreSQL prints it, that a constant in a CHECK has when a column of type `from` is compared with it;
 * undefined where the comparison casts the column, or the type depends on more than the constant.
 */
export function typeOfConstant(scene: Scene, from: TypeName, value: string): string | undefined {
  if (from.name === 'text' || familyOf(scene, from)?.startsWith('enum ')) return typeAsPrinted(scene, from)
  return /^int[248]$/.test(serialTypes.get(from.name) ?? from.name) && /^\d{1,9}$/.test(value) ? 'integer' : undefined
}

/** Returns a type as PostgreSQL prints it in messages: `character varying`, `integer[]`. */
export function typeAsPrinted({ catalog }: Scene, type: TypeName): string {
  const plain = serialTypes.get(type.name) ?? type.name
  const found = keyIn(catalog, catalog.types, type)
  const printed = catalog.types.has(found) ? madeType(found) : (spelled.get(plain) ?? plain)
  return type.dimensions > 0 ? `${printed}[]` : printed

  function madeType(typeKey: string): string {
    const schema = typeKey.slice(0, -type.name.length - 1)
    return keyIn(catalog, catalog.types, { name: type.name }) === key(schema, type.name)
      ? described(
          { ...catalog, relations: catalog.relations.with(typeKey, placeholder(schema, type.name)) },
          { schema, name: type.name },
        )
      : described(catalog, { schema, name: type.name })
  }
}

const placeholder = (schema: string, name: string) =>
  ({ kind: 'composite type', schema, name, conditional: false }) as const

/** Types that are converted to one another without being asked stand together; enums each alone. */
function familyOf(scene: Scene, type: TypeName): string | undefined {
  const plain = serialTypes.get(type.name) ?? type.name
  const made = typeNamed(scene.catalog, type)
  if (made) {
    const sure = sureType(scene, type)
    if (sure?.kind !== 'enum') return undefined
    return `${type.dimensions > 0 ? 'array of ' : ''}enum ${keyIn(scene.catalog, scene.catalog.types, type)}`
  }
  if (type.schema !== undefined) return undefined
  const family = families.get(plain)
  return family !== undefined && type.dimensions > 0 ? `array of ${family}` : family
}

const families: ReadonlyMap<string, string> = new Map(
  Object.entries({
    number: 'int2 int4 int8 numeric float4 float8',
    text: 'text varchar bpchar',
    moment: 'timestamp timestamptz',
    date: 'date',
    time: 'time timetz',
    interval: 'interval',
    boolean: 'bool',
    uuid: 'uuid',
    json: 'json jsonb',
    bytes: 'bytea',
    network: 'inet cidr',
  }).flatMap(([family, names]) => names.split(' ').map((name): [string, string] => [name, family])),
)

/** Assignment and implicit casts between families, those to text aside. */
const automatic: Readonly<Record<string, readonly string[]>> = {
  moment: ['date', 'time'],
  date: ['moment'],
  time: ['interval'],
  interval: ['time'],
}

const moments: ReadonlySet<string> = new Set(['moment', 'date'])

/** Where an implicit cast may lead to an operator after all. */
const doubtfulPairs: ReadonlySet<string> = new Set(['time', 'interval', 'text', 'network'])

const spelled: ReadonlyMap<string, string> = new Map([
  ['int2', 'smallint'],
  ['int4', 'integer'],
  ['int8', 'bigint'],
  ['float4', 'real'],
  ['float8', 'double precision'],
  ['bool', 'boolean'],
  ['varchar', 'character varying'],
  ['bpchar', 'character'],
  ['varbit', 'bit varying'],
  ['char', '"char"'],
  ['timestamp', 'timestamp without time zone'],
  ['timestamptz', 'timestamp with time zone'],
  ['time', 'time without time zone'],
  ['timetz', 'time with time zone'],
])
