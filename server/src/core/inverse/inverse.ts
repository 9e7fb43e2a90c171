import { catalogAfter } from '../history/fold'
import type { History } from '../history/history'
import type { Migration } from '../history/migration'
import { type Step, stepsOf } from '../history/steps'
import { apply } from '../postgres/apply'
import {
  type Catalog,
  creationSchema,
  foreignKeysToTree,
  key,
  keyIn,
  keyOf,
  relationNamed,
  tableAt,
} from '../postgres/catalog'
import { type Difference, differences } from '../postgres/differences'
import { words } from '../postgres/differences-in-words'
import { failureOf } from '../postgres/failures'
import { indexName } from '../postgres/names'
import type { Settings } from '../settings'
import type { Command, CreateTable } from '../sql/commands'
import type { Name } from '../sql/parts'
import { quoted } from '../sql/quote'
import type { CreateRoutine } from '../sql/routine-commands'
import { statementsIn } from '../sql/split'
import { undoneAlter } from './alter'
import { undoneDrop } from './drops'
import { undoneOther } from './others'
import { newest, type Past, pastOf, wholeStatement } from './sources'
import { nameText } from './texts'
import { undoneView } from './views'

/**
 * Returns the SQL that undoes an up: what undoes each of its statements, last first, each ended by a semicolon. Where nothing
 * can be undone, or data is gone, a comment says what a person has to decide. Empty where there is nothing to undo.
 */
export function inverseOf(up: Migration, history: History, settings: Settings): string {
  const steps = stepsOf(history, up, settings).filter(({ direction }) => direction === 'up')
  const undone = steps.map((step, index) =>
    undoneStep(step, { past: pastOf(history, up, index, settings), steps, index }),
  )
  const settingsFirst = steps.flatMap(step => (isSearchPath(step.command) ? [wholeStatement(step)] : []))
  const own = viewsLast(undone.reverse())
  const lines = [...own, ...restOf([...settingsFirst, ...own], up, history, settings)]
  if (!lines.some(line => !line.startsWith('--'))) return lines.join('\n')
  const statements = lines.filter(line => !line.startsWith('--'))
  // CONCURRENTLY works alone.
  const text =
    statements.length > 1 ? lines.map(line => line.replace(/^DROP INDEX CONCURRENTLY /, 'DROP INDEX ')) : lines
  return withBlock([...settingsFirst, ...text].join('\n'), steps)
}

/** Returns the inverse of the statements of an up from a place on, last first. */
export function undoneFrom(up: Migration, from: number, history: History, settings: Settings): readonly string[] {
  const steps = stepsOf(history, up, settings).filter(({ direction }) => direction === 'up')
  const undone = steps.map((step, index) =>
    index < from ? [] : undoneStep(step, { past: pastOf(history, up, index, settings), steps, index }),
  )
  return viewsLast(undone.reverse())
}

/**
 * Returns what a down lacks of the inverse of some statements of its up, in the order in which it runs; nothing where the down
 * would still not lead back to the catalog before the up, but for what else than `wrong` is not as before.
 */
export function lackingIn(
  down: Migration,
  up: Migration,
  { undone, wrong }: { undone: (step: Step) => boolean; wrong: readonly Difference[] },
  history: History,
  settings: Settings,
): readonly string[] {
  const before = history.before(up.path, 'up')
  const steps = stepsOf(history, up, settings).filter(({ direction }) => direction === 'up')
  const lines = steps.map((step, index) =>
    undone(step) ? undoneStep(step, { past: pastOf(history, up, index, settings), steps, index }) : [],
  )
  let catalog = catalogAfter(down, 'down', history.before(down.path, 'down'))
  const accepted = differences(before, catalog).filter(one => !wrong.some(other => isSame(one, other)))
  const countIn = (result: Catalog) =>
    differences(before, result).filter(one => !accepted.some(other => isSame(one, other))).length
  let count = countIn(catalog)
  const lacking = lines
    .reverse()
    .flat()
    .filter(line => {
      const [statement, ...more] = line.startsWith('--') ? [] : statementsIn(line).statements
      if (!statement?.command || more.length > 0 || failureOf(statement.command, catalog, settings)) return false
      const next = apply(catalog, statement.command)
      const still = countIn(next)
      if (still >= count) return false
      catalog = next
      count = still
      return true
    })
  return count === 0 ? lacking : []
}

const isSame = (a: Difference, b: Difference): boolean =>
  a.key === b.key && a.name === b.name && a.what === b.what && a.change === b.change && a.aspect === b.aspect

/** A view may read by `*` what other lines take away or change: it comes after them, with what is built on it. */
function viewsLast(undone: readonly (readonly string[])[]): readonly string[] {
  const lines: string[] = []
  const views: string[] = []
  for (const [index, own] of undone.entries()) {
    const names = views.flatMap(line => createsView.exec(line)?.[1] ?? [])
    const first = own.findIndex(line => createsView.test(line) || isBuiltOn(names, line))
    const isFollowed = undone.slice(index + 1).some(later => later.some(line => changesTable.test(line)))
    const place = first >= 0 && (isFollowed || views.length > 0) ? first : own.length
    lines.push(...own.slice(0, place))
    views.push(...own.slice(place))
  }
  return [...lines, ...views]
}

const createsView =
  /^(?:create\s+(?:or\s+replace\s+)?(?:materialized\s+)?view\s+|-- View )(?:if\s+not\s+exists\s+)?(?:(?:"[^"]+"|\w+)\.)?("[^"]+"|\w+)/i

const isBuiltOn = (names: readonly string[], line: string): boolean =>
  !changesTable.test(line) && wordsIn(line).some(word => names.some(name => bare(name) === word))

const changesTable = /^(?:ALTER|DROP) TABLE /

const wordsIn = (line: string): readonly string[] => (line.match(/"[^"]+"|\w+/g) ?? []).map(bare)

/** A name as another statement may have it in other letters, or without quotes. */
const bare = (name: string): string => name.replaceAll('"', '').toLowerCase()

/** What is still not as it was after the lines, and what cannot run as it stands, is left to a person: our catalog tells. */
function restOf(lines: readonly string[], up: Migration, history: History, settings: Settings): readonly string[] {
  const before = history.before(up.path, 'up')
  let catalog = catalogAfter(up, 'up', before)
  const failures: string[] = []
  for (const { command } of statementsIn(lines.join('\n')).statements) {
    const failure = command && failureOf(command, catalog, settings)
    if (failure) failures.push(`-- By hand: as it stands this fails: ${failure.message}`)
    else if (command) catalog = apply(catalog, command)
  }
  const rest = differences(before, catalog).filter(
    ({ what, key, aspect }) => what !== 'label' && aspect !== 'validation' && !isHeardOf(catalog, key),
  )
  return [...failures, ...rest.map(difference => `-- By hand: ${restInWords(difference)}`)]
}

/** A table that no statement made. */
const isHeardOf = (catalog: Catalog, key: string): boolean => {
  const table = tableAt(catalog, key)
  return table !== undefined && !table.columnsKnown
}

function restInWords(difference: Difference): string {
  switch (difference.change) {
    case 'added':
      return `${words(difference)} was not there before.`
    case 'removed':
      return `${words(difference)} was there before.`
    case 'changed':
      return `${words(difference)} had another ${difference.aspect} before.`
  }
}

/** What the inverse of one statement may look at. */
export interface Scene {
  /** The statements before it, newest first. */
  readonly past: Past
  /** All of the up. */
  readonly steps: readonly Step[]
  /** Its place among them. */
  readonly index: number
}

const isSearchPath = (command: Command | undefined): boolean =>
  command?.tag === 'SET' && command.parameter === 'search_path' && !command.isLocal

/** An up in BEGIN and COMMIT has a down in them too. */
function withBlock(text: string, steps: readonly Step[]): string {
  const [first, last] = [steps.at(0)?.command?.tag, steps.at(-1)?.command?.tag]
  const isBlock = (first === 'BEGIN' || first === 'START TRANSACTION') && last === 'COMMIT'
  return isBlock && !text.includes('CONCURRENTLY') ? `BEGIN;\n${text}\nCOMMIT;` : text
}

/** The lines that undo a statement, in the order in which they run. */
function undoneStep(step: Step, scene: Scene): string[] {
  const { command, before } = step
  if (!command) return ['-- A statement that could not be read has to be undone by hand.']
  switch (command.tag) {
    case 'CREATE TABLE':
    case 'CREATE FOREIGN TABLE':
      if (command.persistence === 'temporary' || existed(step, command.table, command.ifNotExists)) return []
      return [...detached(step, command), `DROP ${command.tag.slice('CREATE '.length)} ${nameText(command.table)};`]
    case 'CREATE TABLE AS':
    case 'SELECT INTO':
      if (command.persistence === 'temporary' || existed(step, command.relation, command.ifNotExists)) return []
      return [`DROP TABLE ${nameText(command.relation)};`]
    case 'CREATE MATERIALIZED VIEW':
      if (existed(step, command.relation, command.ifNotExists)) return []
      return [`DROP MATERIALIZED VIEW ${nameText(command.relation)};`]
    case 'CREATE VIEW':
      return command.persistence === 'temporary' ? [] : undoneView(step, command, scene.past)
    case 'CREATE INDEX': {
      const name = { schema: command.table.schema, name: indexName(before, command) }
      if (command.ifNotExists && before.relations.has(key(schemaOf(step, command.table), name.name))) return []
      const concurrently = command.concurrently ? 'CONCURRENTLY ' : ''
      return [`DROP INDEX ${concurrently}${nameText(name)};`]
    }
    case 'CREATE SEQUENCE':
      return existed(step, command.sequence, command.ifNotExists)
        ? []
        : [`DROP SEQUENCE ${nameText(command.sequence)};`]
    case 'CREATE TYPE':
      return [`DROP TYPE ${nameText(command.type)};`]
    case 'CREATE DOMAIN':
      return [`DROP DOMAIN ${nameText(command.domain)};`]
    case 'CREATE SCHEMA':
      if (command.ifNotExists) return [`-- DROP SCHEMA ${quoted(command.schema)}; -- if it was not there before`]
      return [`DROP SCHEMA ${quoted(command.schema)}${command.elements?.length ? ' CASCADE' : ''};`]
    case 'CREATE FUNCTION':
    case 'CREATE PROCEDURE':
      return undoneRoutine(step, command, scene)
    case 'CREATE TRIGGER':
      return [`DROP TRIGGER ${quoted(command.name.name)} ON ${nameText(command.table)};`]
    case 'ALTER TABLE':
    case 'ALTER INDEX':
    case 'ALTER VIEW':
    case 'ALTER MATERIALIZED VIEW':
    case 'ALTER SEQUENCE':
    case 'ALTER FOREIGN TABLE':
      return undoneAlter(step, command, scene)
    default:
      return 'names' in command ? undoneDrop(step, command, scene) : undoneOther(step, command, scene)
  }
}

/** A partition of a table that foreign keys reference is dropped only when it is none (ddl-partitioning.html). */
function detached({ after }: Step, { table, partitionOf }: CreateTable): string[] {
  if (!partitionOf || foreignKeysToTree(after, keyOf(after, table)).length === 0) return []
  return [`ALTER TABLE ${nameText(partitionOf)} DETACH PARTITION ${nameText(table)};`]
}

const schemaOf = ({ before }: Step, table: Name): string =>
  relationNamed(before, table)?.schema ?? creationSchema(before, table)

/** IF NOT EXISTS did nothing. */
const existed = ({ before }: Step, name: Name, ifNotExists: unknown): boolean =>
  ifNotExists !== undefined && before.relations.has(keyOf(before, name))

function undoneRoutine(step: Step, command: CreateRoutine, { past }: Scene): string[] {
  const { before } = step
  const kind = command.tag.slice('CREATE '.length)
  const routine = keyIn(before, before.routines, command.name)
  const signature = command.parameters?.signature
  if (command.orReplace) {
    const earlier = newest(past, (other, otherStep) => {
      if (other.tag !== command.tag) return undefined
      const isSame = keyIn(otherStep.after, otherStep.after.routines, other.name) === routine
      return isSame && other.parameters?.signature === signature ? other : undefined
    })
    if (earlier)
      return [earlier.command.orReplace ? wholeStatement(earlier.step) : replacing(earlier.step, earlier.command)]
    if (!before.complete || before.routines.has(routine)) {
      return [
        `-- If ${kind.toLowerCase()} ${nameText(command.name)} was there before, create it again as it was; else drop it.`,
      ]
    }
  }
  const parameters = signature === undefined ? '' : `(${signature.split(',').filter(Boolean).join(', ')})`
  return [`DROP ${kind} ${nameText(command.name)}${parameters};`]
}

const replacing = (step: Step, { keywords }: CreateRoutine): string =>
  wholeStatement(step, [], [{ at: keywords.start + 'CREATE'.length, text: ' OR REPLACE' }])
