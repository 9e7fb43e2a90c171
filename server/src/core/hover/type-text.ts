import type { TypeName } from '../sql/parts'

/** Returns a type as the manual names it (datatype.html): `bigint`, `numeric(10,2)`, `text[]`. */
export function typeText({ schema, name, modifiers, dimensions }: TypeName): string {
  const known = schema === undefined ? (names[name] ?? name) : `${schema}.${name}`
  // An interval's numbers are a mask of fields, not what stands between brackets.
  const numbers = modifiers.length > 0 && name !== 'interval' ? `(${modifiers.join(',')})` : ''
  return `${known}${numbers}${'[]'.repeat(dimensions)}`
}

const names: Readonly<Record<string, string | undefined>> = {
  bool: 'boolean',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bpchar: 'char',
  varbit: 'bit varying',
}
