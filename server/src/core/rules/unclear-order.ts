import plain from '../history/frameworks/plain'
import type { Migration } from '../history/migration'
import { compareNames, onceForEach } from '../history/numbering'
import { headOf } from '../judgement/head'
import { nameOf } from '../text'
import { defineMigrationRule } from './rule'

export default defineMigrationRule({
  id: 'unclear-order',
  risk: 'failure',
  severity: 'information',
  on: 'migration',
  why: `
Where no known tool runs a folder, a shell or a few lines of code do, and many of those go by name: \`10_x.sql\` then runs before
\`9_y.sql\`. Migration Guard reads by number. Where a tool goes by name that is how it is read, and told too. And where the numbers
have had no gap so far, a gap before the newest migration may be a file that was forgotten, or one that is still on another
branch and will then run late or never.

It is said once for a folder, in the newest migration that it is about.`,
  instead: `
Write the numbers with as many digits, zeros in front. Add the migration that is missing, or give this one the next number.`,
  manual: [],

  *check({ migration, history }) {
    const { migrations, framework } = history
    const late = framework.id === plain.id ? outOfOrder(migrations) : undefined
    if (late?.after === migration) {
      yield {
        at: headOf(migration),
        message: `"${nameOf(late.after.path)}" comes after "${nameOf(late.before.path)}" by number, and before it by name`,
        detail: 'It is read by number here. What runs the files may go by name.',
        hint: 'Write the numbers with as many digits, zeros in front.',
      }
    }
    const early = framework.compareVersions === compareNames ? outOfNumber(migrations) : undefined
    if (early?.before === migration) {
      yield {
        at: headOf(migration),
        message: `"${nameOf(early.before.path)}" runs before "${nameOf(early.after.path)}": ${framework.name} goes by name`,
        detail: 'In a new database they run in that order, and where the others have run this one is late.',
        hint: 'Write the numbers with as many digits, zeros in front.',
      }
    }
    const gap = gapIn(migrations)
    if (gap?.migration !== migration) return
    yield {
      at: headOf(migration),
      message: `no migration has number ${gap.missing}: this one comes right after number ${gap.missing - 1}`,
      detail:
        'The numbers before have no gap. A migration that comes later with an earlier number runs late, or never.',
      hint: 'Add the migration that is missing, or give this one the next number.',
    }
  },

  examples: `
-- bad: ten is before nine by name
-- shows: numbers that sort otherwise as names
-- file: 8_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 9_carts.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 10_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
--^^^^^^ information [unclear-order: "10_orders.sql" comes after "9_carts.sql" by number, and before it by name]

-- bad: a tool that goes by name
-- given: dbmate
-- file: 9-users.sql
  -- migrate:up
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 10-orders.sql
  -- migrate:up
  CREATE TABLE orders (id bigint PRIMARY KEY);
--^^^^^^ information [unclear-order: "10-orders.sql" runs before "9-users.sql": dbmate goes by name]

-- bad: a number is missing
-- shows: a gap in the numbers
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000002_carts.up.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 000003_items.up.sql
  CREATE TABLE items (id bigint PRIMARY KEY);
-- file: 000004_shops.up.sql
  CREATE TABLE shops (id bigint PRIMARY KEY);
-- file: 000006_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
--^^^^^^ information [unclear-order: no migration has number 5: this one comes right after number 4]

-- good: numbers as wide as each other
-- file: 0008_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0009_carts.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 0010_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);

-- good: dates are as wide as each other
-- file: 2024-09-30-users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 2024-10-01-carts.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);

-- good: a tool that goes by number
-- given: golang-migrate
-- file: 9_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 10_carts.up.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);

-- good: gaps are nothing new here
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000002_carts.up.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 000004_items.up.sql
  CREATE TABLE items (id bigint PRIMARY KEY);
-- file: 000005_shops.up.sql
  CREATE TABLE shops (id bigint PRIMARY KEY);
-- file: 000007_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
`,
})

const upsOf = (migrations: readonly Migration[]): readonly Migration[] =>
  migrations.filter(({ direction, repeatable, baseline }) => direction !== 'down' && !repeatable && !baseline)

/** The newest two neighbours whose names sort the other way; only where both stand in one folder. */
const outOfOrder = onceForEach((migrations: readonly Migration[]) => {
  const ups = upsOf(migrations)
  const place = ups.findLastIndex((after, index) => {
    const before = ups[index - 1]
    return before !== undefined && isBeside(before, after) && compareNames(nameOf(before.path), nameOf(after.path)) > 0
  })
  const [before, after] = [ups[place - 1], ups[place]]
  return before && after ? { before, after } : undefined
})

/** The newest two neighbours whose numbers go down, for a tool that goes by name. */
const outOfNumber = onceForEach((migrations: readonly Migration[]) => {
  const ups = upsOf(migrations)
  const place = ups.findLastIndex((after, index) => {
    const before = ups[index - 1]
    return before && isBeside(before, after) && (numberOf(before) as number) > (numberOf(after) as number)
  })
  const [before, after] = [ups[place - 1], ups[place]]
  return before && after ? { before, after } : undefined
})

const isBeside = (a: Migration, b: Migration): boolean =>
  a.path.slice(0, -nameOf(a.path).length) === b.path.slice(0, -nameOf(b.path).length) &&
  numberOf(a) !== undefined &&
  numberOf(b) !== undefined

/** The newest migration, where a number is missing right before it and nowhere else. */
const gapIn = onceForEach((migrations: readonly Migration[]) => {
  const ups = upsOf(migrations)
  const numbers = ups.map(numberOf)
  const last = numbers.length - 1
  if (last < 4 || !numbers.every((number, index) => number !== undefined && isNext(numbers, index, last)))
    return undefined
  const [before, own] = [numbers[last - 1] as number, numbers[last] as number]
  return own === before + 2 ? { migration: ups[last] as Migration, missing: before + 1 } : undefined
})

const isNext = (numbers: readonly (number | undefined)[], index: number, last: number): boolean =>
  index === 0 || index === last || numbers[index] === (numbers[index - 1] as number) + 1

/** The number at the start of a name; undefined where it is a time. */
function numberOf({ path }: Migration): number | undefined {
  const digits = /^\d+(?=[^\d.-]|-(?!\d)|\.up\.|\.sql$)/.exec(nameOf(path))?.[0]
  const number = Number(digits)
  return digits !== undefined && number < 100_000 ? number : undefined
}
