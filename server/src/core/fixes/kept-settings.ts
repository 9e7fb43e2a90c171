import type { Migration } from '../history/migration'
import type { RuleContext } from '../judgement/context'
import { mentions } from '../judgement/dependence'
import { earlierStatements } from '../judgement/later'
import type { AlterRelation, Comment } from '../sql/commands'
import { quoted } from '../sql/quote'
import type { Statement } from '../sql/statements'
import type { Subcommand } from '../sql/subcommands'
import { tokensOf } from '../sql/tokens'
import { withhold } from './withheld'

/** Columns, and what hangs on them: others take the names of all. */
export interface Named {
  readonly table: string
  /** As the statement writes it. */
  readonly tableText: string
  readonly columns: readonly string[]
  /** Indexes by their names, those of constraints too, as they are written. */
  readonly indexes: ReadonlyMap<string, string>
  /** Constraints by their names, with the tables that have them. */
  readonly constraints: ReadonlyMap<string, string>
}

/**
 * Returns statements that say of what has the names then what earlier ones said of what had them: ALTER COLUMN TYPE keeps statistics
 * targets, options, comments, the replica identity and the index of CLUSTER, and storage and compression not (proven in
 * test/rules/retyped-in-steps.test.ts). Undefined, with the reason withheld, where one names a column for good.
 */
export function keptSettings(named: Named, context: RuleContext): readonly string[] | undefined {
  const names = [named.table, ...named.indexes.keys(), ...named.constraints.keys()]
  const own = context.steps.slice(0, context.index)
  const said = new Map<string, string>()
  for (const { migration, statement } of [...earlierStatements(context, names), ...own]) {
    const { command } = statement
    if (!command) continue
    const isOfColumn = mentions({ statement }, named.table) && named.columns.some(one => mentions({ statement }, one))
    if (naming.has(command.tag) && isOfColumn)
      return withhold(`${command.tag} names the column, and keeps the one it finds from going.`)
    if (command.tag === 'ALTER INDEX' && named.indexes.has(command.relation.name) && changesIndex(command))
      return withhold(`Index "${command.relation.name}" is not as it was made.`)
    if (command.tag === 'COMMENT') remember(said, ...commented(command, statement, named))
    if (command.tag === 'CLUSTER' && command.tables.some(({ name }) => name === named.table)) {
      const index = tokensOf(statement.text).some(({ text }) => text === 'USING')
        ? [...named.indexes.keys()].find(name => mentions({ statement }, name))
        : undefined
      if (index !== undefined) remember(said, 'CLUSTER', clusteredOn(index, named))
    }
    if (command.tag !== 'ALTER TABLE' || command.relation.name !== named.table) continue
    for (const subcommand of command.subcommands) remember(said, ...set(subcommand, { migration, statement }, named))
  }
  return [...said.values()]
}

const changesIndex = ({ subcommands }: AlterRelation): boolean => subcommands.some(({ kind }) => kind !== 'RENAME TO')

/** They name columns, and cannot do without them. */
const naming: ReadonlySet<string> = new Set(['CREATE PUBLICATION', 'ALTER PUBLICATION', 'SECURITY LABEL'])

/** What a statement is about, and what says it again: nothing where that is to be forgotten. */
type Said = readonly [about?: string, text?: string]

/** The last word counts. */
function remember(said: Map<string, string>, about?: string, text?: string) {
  if (about === undefined) return
  said.delete(about)
  if (text !== undefined) said.set(about, text)
}

function commented({ on, relation, constraint = '' }: Comment, { text }: Statement, named: Named): Said {
  const { indexes, constraints } = named
  const tokens = tokensOf(text)
  const is = tokens.find(token => token.text === 'IS')
  const value = text.slice(is?.end).trim()
  const name = relation?.name ?? ''
  const remark = (what: string) => (/^null$/i.test(value) ? undefined : `COMMENT ON ${what} IS ${value};`)
  if (on === 'INDEX' && indexes.has(name)) return [`INDEX ${name}`, remark(`INDEX ${indexes.get(name)}`)]
  const table = constraints.get(constraint)
  if (table === undefined || !mentions({ statement: { text: table } }, name)) return []
  return [`CONSTRAINT ${constraint}`, remark(`CONSTRAINT ${quoted(constraint)} ON ${table}`)]
}

function set(
  subcommand: Subcommand,
  { migration, statement }: { readonly migration: Migration; readonly statement: Statement },
  named: Named,
): Said {
  const { tableText, columns, indexes } = named
  const { start, end } = subcommand.span
  const alter = (clause: string) => `ALTER TABLE ${tableText} ${clause};`
  switch (subcommand.kind) {
    case 'REPLICA IDENTITY':
      return [
        subcommand.kind,
        subcommand.index !== undefined && indexes.has(subcommand.index)
          ? alter(`REPLICA IDENTITY USING INDEX ${quoted(subcommand.index)}`)
          : undefined,
      ]
    case 'CLUSTER ON':
      return ['CLUSTER', indexes.has(subcommand.to) ? clusteredOn(subcommand.to, named) : undefined]
    case 'SET WITHOUT CLUSTER':
      return ['CLUSTER']
    case 'SET STATISTICS':
    case 'SET COLUMN OPTIONS': {
      if (!columns.includes(subcommand.column.name)) return []
      const clause = migration.text.slice(statement.span.start + start, statement.span.start + end)
      const about = subcommand.kind === 'SET STATISTICS' ? `${subcommand.kind} ${subcommand.column.name}` : clause
      return [about, alter(clause)]
    }
    default:
      return []
  }
}

const clusteredOn = (index: string, { tableText }: Named): string =>
  `ALTER TABLE ${tableText} CLUSTER ON ${quoted(index)};`
