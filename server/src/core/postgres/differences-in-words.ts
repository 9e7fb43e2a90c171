import type { Difference } from './differences'

/** Returns what differs as messages name it: `index "carts_idx"`, `column "name" of table "users"`. */
export function words({ what, name, key }: Difference): string {
  const whole = nameIn(key)
  switch (what) {
    case 'column':
    case 'constraint':
    case 'trigger':
    case 'policy':
    case 'rule':
      return `${what} "${name}" of table "${whole}"`
    case 'label':
      return `label "${name}" of type "${whole}"`
    default:
      return `${what} "${whole}"`
  }
}

/** A key as people write the name. */
const nameIn = (key: string): string => (key.startsWith('public.') ? key.slice('public.'.length) : key)
