import type { Edit, Fix } from '../finding'
import type { Step } from '../history/steps'
import { downSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import { mentions } from '../judgement/dependence'
import { earlierStatements, repeatedStatements } from '../judgement/later'
import type { Table } from '../postgres/catalog'
import type { AlterRelation } from '../sql/commands'
import { literal, quoted } from '../sql/quote'
import type { Subcommand } from '../sql/subcommands'
import { tokensOf } from '../sql/tokens'
import type { Span } from '../text'
import { inBatches, withoutKey } from './batches'
import { needsColumns } from './behind'
import { cutSubcommand, inFence, removedStatement, replacement, statementsAfter, statementsBefore } from './edits'
import { isFenced, isNeeded, newMigrations, type Part, sentWhole } from './placement'
import { unusedName } from './unused-name'
import { withhold } from './withheld'
import { intoEmptyDown } from './write-down'

export const remarking = (table: string, column: string, remark: string): string =>
  `COMMENT ON COLUMN ${table}.${column} IS ${remark};`

/** What the last COMMENT says of a column, as it is written there; NULL for nothing. */
export function remarkOn({ relation }: AlterRelation, column: string, context: RuleContext): string {
  const earlier = earlierStatements(context, [column]).map(({ statement }) => statement)
  const own = context.steps.slice(0, context.index).map(({ statement }) => statement)
  const last = [...earlier, ...own].findLast(
    ({ command }) =>
      command?.tag === 'COMMENT' && command.column === column && command.relation?.name === relation.name,
  )
  const is = last && tokensOf(last.text).find(({ kind, text }) => kind === 'word' && text.toUpperCase() === 'IS')
  return is ? last.text.slice(is.end).trim() : 'NULL'
}

/** Whether a role has been given privileges on the column alone: another one has none. */
export const isGranted = (table: Table, column: string, context: RuleContext): boolean =>
  earlierStatements(context, [column]).some(
    ({ statement: { command, text } }) =>
      command &&
      'grant' in command &&
      command.grant?.ofColumns &&
      command.relations.some(({ name }) => name === table.name) &&
      mentions({ statement: { text } }, column),
  )

/**
 * Returns the edits that let the down undo what the statement becomes in the place of what it was; none where it has no down,
 * undefined where that has more to do with the columns. A down that leaves them as they are gets what undoes the fix.
 */
export function undoneHere(
  { relation }: AlterRelation,
  isInverse: (subcommand: Subcommand) => boolean,
  undo: readonly string[],
  context: RuleContext,
  columns: readonly string[],
): readonly Edit[] | undefined {
  const matches = ({ command }: Step) =>
    command?.tag === 'ALTER TABLE' && command.relation.name === relation.name && command.subcommands.every(isInverse)
  const downs = downSteps(context)
  const { steps, migration, history } = context
  // Where the up does more, it could not be made again after such a down in any case.
  if (downs.length === 0) return steps.length === 1 ? intoEmptyDown(migration, history, undo) : []
  const isAbout = (step: Step) => mentions(step, relation.name) && columns.some(column => mentions(step, column))
  const about = downs.filter(isAbout)
  // What comes behind finds the columns as it always did.
  const inverse = about.slice(0, about.findLastIndex(matches) + 1)
  const [first, ...others] = inverse
  // By another name of the table.
  const isElsewhere = downs.some(step => columns.every(column => mentions(step, column)))
  const isMixed = about.some(
    step => step.command?.tag === 'ALTER TABLE' && step.command.subcommands.some(isInverse) && !matches(step),
  )
  const reason = isMixed
    ? 'The statement of the down that undoes this does something else too: give it one of its own.'
    : 'The down does something else with the column than undoing this.'
  if (!first && (isElsewhere || about.length > 0)) return withhold(reason)
  if (!first) return statementsBefore(downs[0] as Step, undo)
  if (!inverse.every(matches)) return withhold(reason)
  const whole = { start: 0, end: first.statement.text.length }
  return [replacement(first, whole, undo.join('\n').replace(/;$/, '')), ...others.map(removedStatement)]
}

interface Filling {
  /** As the statement writes it. */
  readonly table: string
  readonly fills: readonly {
    /** `total_new = total` */
    readonly assignment: string
    /** What holds where that has not been done. */
    readonly missing: string
  }[]
  readonly title: string
  /** For triggers that let alone rows that are only filled. */
  readonly mark?: string
}

/** The rows that are there, in batches. */
export function filling(
  { relation }: AlterRelation,
  { table: tableText, fills, title, mark }: Filling,
  table: Table | undefined,
  context: RuleContext,
): Part | undefined {
  const set = fills.map(({ assignment }) => assignment).join(', ')
  const tests = fills.map(({ missing }) => missing)
  const missing = tests.length > 1 ? `(${tests.join(' OR ')})` : tests.join()
  const first = mark ? `PERFORM set_config(${mark}, true);\n` : ''
  const update = (condition: string) => `${first}UPDATE ${tableText} SET ${set} WHERE ${condition} AND ${missing}`
  const block = inBatches(tableText, table, context, update)
  if (block === undefined) {
    withoutKey(relation)
    return undefined
  }
  return { ...partOf(`backfill_${relation.name}_${title}`, [block]), transaction: false }
}

interface InPlace {
  /** The columns and their copies. */
  readonly columns: readonly string[]
  /** Of indexes and constraints that change their names. */
  readonly names?: readonly string[]
  /** Other tables that it needs as they are. */
  readonly reads?: readonly string[]
  /** Statements in the place of those subcommands, or of the whole statement. */
  readonly here: readonly string[]
  readonly taken?: readonly Subcommand[]
  /** Those that go with it. */
  readonly edits: readonly Edit[]
}

export function inPlaceOf(
  alter: AlterRelation,
  { columns, names, reads, here, taken = alter.subcommands, edits }: InPlace,
  parts: readonly Part[],
  title: string,
  context: RuleContext,
): Fix[] {
  const whole = sentWhole(context)
  if (!whole) return []
  const isWhole = taken.length === alter.subcommands.length
  const fenced = isWhole && isFenced(context) ? here : here.map(text => inFence(text, context.migration))
  const all = [...whole, ...inPlace(alter, fenced, taken, context), ...edits]
  const moved = parts.flatMap(({ up }) => up.filter(line => !line.startsWith('--'))).join('\n')
  if (isNeeded(context, step => renamesIn(step, alter.relation.name, moved))) return []
  if (isViewedAgain(alter, columns, context)) return []
  const placed = newMigrations(context, parts, all, { tables: [alter.relation.name], names, reads, copied: columns })
  return placed ? [{ title: `${title},${placed.where}`, safety: 'review', turn: 'inSteps', ...placed }] : []
}

/** A view that a repeatable migration makes would read one of two columns, and keep it from going. */
function isViewedAgain({ relation }: AlterRelation, columns: readonly string[], context: RuleContext): boolean {
  const view = repeatedStatements(context, [relation.name]).find(
    ({ command, text }) =>
      (command?.tag === 'CREATE VIEW' || command?.tag === 'CREATE MATERIALIZED VIEW') &&
      needsColumns({ statement: { text }, command }, relation.name, columns) !== false,
  )
  if (view) withhold('A view of a repeatable migration reads the column, and would keep the one it finds from going.')
  return view !== undefined
}

/** What a later statement renames of what the new migrations name: their keywords are in upper case. */
function renamesIn({ command }: Step, table: string, moved: string): string | false {
  if (command?.tag !== 'ALTER TABLE' || command.relation.name !== table) return false
  const words = new Set(moved.split(/[^\w$]+/))
  const isNamed = (name: string) => (name === quoted(name) ? words.has(name) : moved.includes(quoted(name)))
  const renamed = command.subcommands.find(other => other.kind === 'RENAME COLUMN' && isNamed(other.from.name))
  return renamed ? 'renames what the new migrations need' : false
}

/** Subcommands that do other things are not touched, and run first; comments between those that go stay. */
function inPlace(
  alter: AlterRelation,
  here: readonly string[],
  taken: readonly Subcommand[],
  context: RuleContext,
): readonly Edit[] {
  const { subcommands } = alter
  const { text } = context.statement
  const comments = tokensOf(text).filter(({ kind }) => kind === 'comment')
  const within = ({ start, end }: Span) =>
    comments.filter(one => start < one.start && one.end < end).map(one => one.text)
  const whole = { start: 0, end: text.length }
  if (taken.length === subcommands.length)
    return [replacement(context, whole, [...within(whole), ...here].join('\n').replace(/;$/, ''))]
  const runs = subcommands.flatMap((first, at) => {
    if (!taken.includes(first) || (at > 0 && taken.includes(subcommands[at - 1] as Subcommand))) return []
    const behind = subcommands.findIndex((other, place) => place > at && !taken.includes(other))
    return { at, to: (behind < 0 ? subcommands.length : behind) - 1 }
  })
  const kept = runs.flatMap(({ at, to }) =>
    within({ start: subcommands[at]?.span.start ?? 0, end: subcommands[to]?.span.end ?? 0 }),
  )
  return [
    ...runs.flatMap(({ at, to }) => cutSubcommand(context, alter, at, to)),
    ...statementsAfter(context, [...kept, ...here]),
  ]
}

export interface Sync {
  /** Of the trigger. */
  readonly name: string
  /** Of the function, in the table's schema. */
  readonly function: string
}

/** Triggers run in the order of their names: this one comes after those of `before`. */
export function nameOfSync(
  { relation }: AlterRelation,
  column: string,
  table: string,
  context: RuleContext,
  before: readonly string[] = [],
): Sync {
  const own = unusedName([relation.name, column], 'sync', context)
  const isLast = before.every(other => other < own)
  const name = quoted(isLast ? own : unusedName([`zz_${relation.name}`, column], 'sync', context))
  const schema = table.includes('.') ? table.slice(0, table.lastIndexOf('.') + 1) : ''
  return { name, function: `${schema}${name}` }
}

/** Returns what the session is told while it fills rows that other triggers would change: the arguments of set_config(). */
export const markOf = (overruled: readonly string[], filled: string): string | undefined =>
  overruled.length > 0 ? `'guard.filling', ${literal(filled)}` : undefined

/**
 * Returns lines for the trigger by which a row that is only filled stays as it was: other triggers have taken it for changed.
 * `fills` are assignments to OLD.
 */
export const onlyFilled = (fills: readonly string[], mark: string | undefined): string[] =>
  mark === undefined
    ? []
    : [
        `IF current_setting(${mark.replace(', ', ', true) = ')} THEN`,
        '  -- Nothing else of the row has changed, whatever other triggers have set.',
        ...fills.map(fill => `  ${fill}`),
        '  RETURN OLD;',
        'END IF;',
      ]

/**
 * Returns statements of a down that fill rows, and between which triggers of the table stand still: it has been locked by then, for
 * a column comes or gets its name back.
 */
export function untouched(
  table: string,
  triggers: readonly string[],
  statements: readonly string[],
): readonly string[] {
  if (triggers.length === 0 || statements.every(text => text.startsWith('--'))) return statements
  const all = (verb: string) => triggers.map(name => `${verb} TRIGGER ${quoted(name)}`).join(', ')
  return [`ALTER TABLE ${table} ${all('DISABLE')};`, ...statements, `ALTER TABLE ${table} ${all('ENABLE')};`]
}

/** `pinned` are settings of the session that the values depend on: they are for all what they are for the migration. */
export const syncTrigger = (
  table: string,
  sync: Sync,
  body: readonly string[],
  pinned: readonly string[] = [],
): string[] => [
  [
    `CREATE FUNCTION ${sync.function}() RETURNS trigger LANGUAGE plpgsql${pinned.map(one => ` SET ${one} FROM CURRENT`).join('')} AS $$`,
    'BEGIN',
    ...body.map(line => `  ${line}`),
    '  RETURN NEW;',
    'END',
    '$$;',
  ].join('\n'),
  `CREATE TRIGGER ${sync.name} BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${sync.function}();`,
]

export const withoutSync = (table: string, sync: Sync): string[] => [
  `DROP TRIGGER ${sync.name} ON ${table};`,
  `DROP FUNCTION ${sync.function}();`,
]

export const partOf = (title: string, up: readonly string[], down: readonly string[] = []): Part => ({
  title,
  up,
  down: { edits: [], text: down.join('\n') },
  transaction: true,
})

/** Nobody may find the table without the column. */
export const atOnce = (title: string, up: readonly string[], down: readonly string[]): Part => ({
  ...partOf(title, up, down),
  isAtOnce: true,
})
