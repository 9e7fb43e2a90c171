import { binaryCasts } from '../../scripts/generate-casts'
import { differing, type Volatilities, volatilitiesOf } from '../../scripts/generate-volatility'
import { rowsOf, type Session } from '../../scripts/postgres/session'
import { binaryCoercible } from '../../server/src/core/postgres/casts.generated'
import { volatilities } from '../../server/src/core/postgres/volatility.generated'

/**
 * Returns where the generated data is not what the catalogs of a server say, one line each with how to refresh it: the
 * volatility of functions, and the casts that keep the bytes.
 */
export async function staleFacts(session: Session): Promise<string[]> {
  const { major } = session
  const kept = known(major)
  const real = await volatilitiesOf(session)
  const isNewest = major === newest
  const expected = isNewest ? real : differing(real, known(newest))
  const wrong = [...new Set([...kept.keys(), ...expected.keys()])].filter(key => kept.get(key) !== expected.get(key))
  const stale = wrong.map(
    key =>
      `volatility of ${key}: ${kept.get(key)}, on ${major} ${expected.get(key)}; npx tsx scripts/generate-volatility.ts`,
  )
  return [...stale, ...(await staleCasts(session))]
}

const newest = Math.max(...Object.keys(volatilities).map(Number))

function known(major: number): Volatilities {
  const all = volatilities[major] ?? { immutable: '', stable: '', volatile: '' }
  return new Map(
    Object.entries(all).flatMap(([volatility, names]) =>
      names
        .split(' ')
        .filter(name => name !== '')
        .map((name): [string, string] => [name, volatility.charAt(0)]),
    ),
  )
}

/** An older version may lack a cast only for want of one of its types. */
async function staleCasts(session: Session): Promise<string[]> {
  const types = new Set((await rowsOf(session, 'SELECT typname FROM pg_type')).flat())
  const expected = binaryCoercible.split(' ').filter(pair => pair.split('>').every(type => types.has(type)))
  const real = await binaryCasts(session)
  return [...new Set([...expected, ...real])]
    .filter(pair => !expected.includes(pair) || !real.includes(pair))
    .map(pair => `cast ${pair} on ${session.major}; npx tsx scripts/generate-casts.ts`)
}
