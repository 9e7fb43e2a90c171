import type { RuleContext } from '../judgement/context'
import { type Catalog, columnNamed, type Table } from '../postgres/catalog'
import { typeOf } from '../postgres/types'
import type { TypeName } from '../sql/parts'
import { tokensOf } from '../sql/tokens'
import { written } from './edits'
import type { TypeChange } from './retyped-column'

/**
 * Returns the settings of a session that decide what the values of a column become: how times, numbers and bytes are written as
 * texts and read from them, and in which zone a time is (runtime-config-client.html). No call of USING depends on any.
 */
export function settingsBehind({ column, type, using }: TypeChange, table: Table, context: RuleContext): string[] {
  const read = [column.name, ...(using?.columns ?? [])].flatMap(name => columnNamed(table, name)?.type ?? [])
  const types = [...read, type].map(one => nameOf(one, context.catalog))
  const tokens = using ? tokensOf(written(context, using.span)) : []
  const named = new Set([...types, ...tokens.map(({ text }) => text.toLowerCase())])
  const isRead = tokens.some(({ kind }) => kind.endsWith('string')) || [...named].some(name => texts.has(name))
  const isMoved = types.some(name => name !== types[0]) || tokens.length > 0
  const settings = [...(isMoved ? asValue : []), ...(isRead ? asText : [])]
  return settings.filter(([, of]) => [...named].some(name => of.test(name))).map(([setting]) => setting)
}

/** PostgreSQL's own name of a type, or of what a domain is over; of a composite type, which may hold anything, `record`. */
function nameOf(type: TypeName, catalog: Catalog): string {
  const made = typeOf(type, catalog)?.type
  if (made?.kind === 'domain') return nameOf(made.base, catalog)
  return made?.kind === 'composite' ? 'record' : type.name
}

const texts: ReadonlySet<string> = new Set(['text', 'varchar', 'char', 'bpchar', 'character', 'name', 'citext'])

type Decided = readonly [setting: string, types: RegExp]

/** By the names of types, and by the first words of those that have several: what another type makes of them. */
const asValue: readonly Decided[] = [
  ['timezone', /^(?:time(?:stamp)?tz|tstz(?:multi)?range|zone|record)$/],
  ['lc_monetary', /^(?:money|record)$/],
]

/** How they are written as texts, and read. */
const asText: readonly Decided[] = [
  ['bytea_output', /^(?:bytea|record)$/],
  ['datestyle', /^(?:date|timestamp(?:tz)?|(?:date|ts|tstz)(?:multi)?range|record)$/],
  ['extra_float_digits', /^(?:float[48]?|real|double|point|line|lseg|box|path|polygon|circle|record)$/],
  ['intervalstyle', /^(?:interval|record)$/],
  ['xmloption', /^(?:xml|record)$/],
]
