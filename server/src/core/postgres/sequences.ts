import type { Expression } from '../sql/parts'
import { type Catalog, keyOf, type RelationKey } from './catalog'

/** Returns the sequences of which an expression takes the next value, where it names them. */
export const sequencesIn = (catalog: Catalog, expression: Expression | undefined): RelationKey[] =>
  (expression?.calls ?? []).flatMap(({ name, constant }) =>
    name === 'nextval' && constant !== undefined ? [keyOf(catalog, nameIn(constant))] : [],
  )

/** Returns the name that a text holds, as a cast to regclass reads it. */
export const nameIn = (text: string): { schema?: string; name: string } => {
  const [first = '', second] = text.replaceAll('"', '').split('.')
  return second === undefined ? { name: first } : { schema: first, name: second }
}
