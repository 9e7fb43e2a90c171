import type { AlterRelation, Command } from '../sql/commands'
import type { Expression } from '../sql/parts'
import type { Statement } from '../sql/statements'
import type { Subcommand } from '../sql/subcommands'
import { type Token, tokensOf } from '../sql/tokens'
import { knownAs } from '../text'
import type { RuleContext } from './context'
import { mentions } from './dependence'
import { earlierStatements } from './later'

/** What a migration drops. */
export interface Dropped {
  readonly table: string
  readonly column?: string
}

/**
 * Returns what an earlier migration did to hand over what is dropped, as a sentence; undefined where the history shows nothing
 * of the kind: it copied the rows or values elsewhere, emptied the table, gave it its present name, or said that it is deprecated.
 */
export function handedOver({ table, column }: Dropped, context: RuleContext): string | undefined {
  for (const { migration, statement } of earlierStatements(context, [column ?? table]).toReversed()) {
    const isPending = context.history.stateOf(migration.path) === 'pending'
    if (isPending && !isDeprecation(statement, { table, column })) continue
    const words = wordsOf(statement, { table, column })
    if (words) return `${knownAs(migration.path)} ${words}.`
  }
  return undefined
}

/** Returns whether an earlier migration says that it is deprecated, one of the same release too. */
export const isAnnounced = (dropped: Dropped, context: RuleContext): boolean =>
  earlierStatements(context, [dropped.column ?? dropped.table]).some(({ statement }) =>
    isDeprecation(statement, dropped),
  )

function wordsOf(statement: Statement, { table, column }: Dropped): string | undefined {
  const { command } = statement
  if (isDeprecation(statement, { table, column })) return 'has declared it deprecated'
  if (column !== undefined) {
    if (takes(statement, table, column)) return 'has copied its values'
    const from = command?.tag === 'ALTER TABLE' && command.relation.name === table && renamedTo(command, column)
    return from ? `has renamed it from "${from}"` : undefined
  }
  if (takes(statement, table)) return 'has copied its rows'
  if (command?.tag === 'TRUNCATE TABLE' && command.tables.some(({ name }) => name === table)) return 'has emptied it'
  if (command?.tag === 'DELETE' && command.table.name === table && !command.where && !command.using)
    return 'has emptied it'
  if (command?.tag !== 'ALTER TABLE') return undefined
  const isRenamed = command.subcommands.some(
    subcommand => subcommand.kind === 'RENAME TO' && subcommand.to.name === table && command.relation.name !== table,
  )
  return isRenamed ? `has renamed it from "${command.relation.name}"` : undefined
}

const renamedTo = ({ subcommands }: AlterRelation, column: string): string | undefined =>
  subcommands.flatMap(other => (other.kind === 'RENAME COLUMN' && other.to.name === column ? [other.from.name] : []))[0]

/** Returns whether a statement puts the rows of a table, or the values of its column, somewhere else. */
export function takes(statement: Statement, table: string, column?: string): boolean {
  const { command } = statement
  const reads = (names: readonly { readonly name: string }[]) => names.some(({ name }) => name === table)
  const isNamed = () =>
    column === undefined || mentions({ statement }, column) || /(?:\bselect|,|\.)\s*\*/i.test(statement.text)
  switch (command?.tag) {
    case 'INSERT':
      return command.table.name !== table && reads(command.reads) && isNamed()
    case 'CREATE TABLE AS':
    case 'SELECT INTO':
      return reads(command.reads) && isNamed()
    case 'UPDATE':
      if (column === undefined || (command.table.name !== table && !reads(command.reads))) return false
      return command.assignments.some(
        ({ column: filled, expression }) =>
          filled !== column && expression.columns.includes(column) && !isLookup(expression, statement, column),
      )
    case 'DO':
      return (command.statements ?? []).some(
        inner => inner.command && takes({ ...statement, command: inner.command }, table, column),
      )
    default:
      return false
  }
}

/** Whether a subquery only looks rows up by the column: `(SELECT id FROM users WHERE login = carts.login)`. */
function isLookup({ hasSubquery, span }: Expression, { text }: Statement, column: string): boolean {
  if (!hasSubquery) return false
  const expression = text.slice(span.start, span.end)
  const lists = [...expression.matchAll(/\bselect\b([\s\S]*?)\bfrom\b/gi)].map(([, list = '']) => list)
  const isColumn = ({ kind, text: word }: Token) =>
    (kind === 'word' ? word.toLowerCase() : word.slice(1, -1)) === column
  const takes = (part: string) => part.includes('*') || tokensOf(part).some(isColumn)
  return !lists.some(takes) && !tokensOf(outsideQueries(expression)).some(isColumn)
}

/** An expression without its subqueries. */
function outsideQueries(expression: string): string {
  const tokens = tokensOf(expression)
  const start = tokens.findIndex(({ text }, at) => text === '(' && tokens[at + 1]?.text === 'SELECT')
  let depth = 0
  const end = tokens.findIndex(({ text }, at) => {
    if (at < start) return false
    depth += text === '(' ? 1 : text === ')' ? -1 : 0
    return depth === 0
  })
  const [first, last] = [tokens[start], tokens[end]]
  if (!first || !last) return expression
  return `${expression.slice(0, first.start)} ${outsideQueries(expression.slice(last.end))}`
}

const isDeprecation = ({ command, text }: Statement, { table, column }: Dropped): boolean =>
  command?.tag === 'COMMENT' &&
  (column === undefined ? relations : columns).has(command.on) &&
  command.relation?.name === table &&
  command.column === column &&
  /deprecat/i.test(text)

const relations: ReadonlySet<string> = new Set(['TABLE', 'VIEW', 'MATERIALIZED VIEW'])

const columns: ReadonlySet<string> = new Set(['COLUMN'])

/**
 * Returns whether the section does nothing but drop: then nothing of the same release takes the place of what is gone, and it
 * comes last, as it should.
 */
export const onlyDrops = ({ steps }: RuleContext): boolean => steps.every(({ command }) => command && isDrop(command))

function isDrop(command: Command): boolean {
  if (command.tag === 'ALTER TABLE') return command.subcommands.every(isDroppingSubcommand)
  return command.tag.startsWith('DROP ') || besides.has(command.tag)
}

const isDroppingSubcommand = ({ kind }: Subcommand): boolean => dropping.has(kind)

/** What is detached is dropped next. */
const dropping: ReadonlySet<string> = new Set<Subcommand['kind']>([
  'DROP COLUMN',
  'DROP CONSTRAINT',
  'DROP DEFAULT',
  'DROP NOT NULL',
  'DETACH PARTITION',
])

/** Views, functions and triggers are made again without what goes; rows may go with it. */
const besides: ReadonlySet<string> = new Set([
  'BEGIN',
  'START TRANSACTION',
  'COMMIT',
  'SET',
  'RESET',
  'COMMENT',
  'CREATE VIEW',
  'CREATE FUNCTION',
  'CREATE TRIGGER',
  'DELETE',
])
