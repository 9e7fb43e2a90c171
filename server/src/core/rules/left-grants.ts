import type { Migration } from '../history/migration'
import { keyOf, keyOfRelation, type Table } from '../postgres/catalog'
import type { Command } from '../sql/commands'
import type { OtherCommand } from '../sql/other-commands'
import { quoted } from '../sql/quote'
import type { Statement } from '../sql/statements'
import { tokensOf } from '../sql/tokens'
import { earlierStatements, statementsUp } from './later'
import type { RuleContext } from './rule'

/**
 * Returns the GRANTs and REVOKEs that the history shows for a table, oldest first, each for the view that bears its old name:
 * the privileges stay with the table, and a new view has none but default ones. Not those on some columns: with security_invoker
 * the view reads all. (Proven in test/rules/left-views.test.ts.)
 */
export function grantsFor(view: string, table: Table, context: RuleContext): string[] {
  const key = keyOfRelation(table)
  const { migrations } = context.history
  const made = migrations.findIndex(({ path }) => path === table.born?.migration)
  const birth = migrations[made] && statementsUp(migrations[made]).findLast(({ command }) => makes(command, table))
  return grants([table.name, table.schema], context).flatMap(({ migration, statement, command, given }) => {
    const age = migrations.indexOf(migration) - made
    const isNamed = age >= 0 && command.relations.some(other => keyOf(context.catalog, other) === key)
    // The tables that a schema had then.
    const isLater = age > 0 || (age === 0 && birth !== undefined && birth.span.start < statement.span.start)
    const isAmongAll = isLater && table.born !== undefined && given.schemas.includes(table.schema)
    if (given.ofColumns && context.settings.postgres >= 15) return []
    return given.on === 'TABLE' && (isNamed || isAmongAll) ? about(view, statement) : []
  })
}

const makes = (command: Command | undefined, { name }: Table): boolean =>
  command?.tag === 'CREATE TABLE' && command.table.name === name

/** Returns the same of a schema. */
export const grantsForSchema = (schema: string, context: RuleContext): string[] =>
  grants([schema], context).flatMap(({ statement, given }) =>
    given.on === 'SCHEMA' && given.schemas.includes(schema) ? about(`SCHEMA ${quoted(schema)}`, statement) : [],
  )

interface Found {
  readonly migration: Migration
  readonly statement: Statement
  readonly command: OtherCommand
  readonly given: NonNullable<OtherCommand['grant']>
}

function grants(names: readonly string[], context: RuleContext): Found[] {
  const { migration, steps, index } = context
  const here = steps.slice(0, index).map(({ statement }) => ({ migration, statement }))
  return [...earlierStatements(context, names), ...here].flatMap(({ migration, statement }) => {
    const { command } = statement
    return command && 'grant' in command && command.grant
      ? [{ migration, statement, command, given: command.grant }]
      : []
  })
}

/** The statement with another object between ON and TO or FROM, which are reserved words. */
function about(object: string, { text }: Statement): string[] {
  const words = tokensOf(text).filter(({ kind }) => kind === 'word')
  const on = words.findIndex(word => word.text === 'ON')
  const to = words.slice(on).find(word => word.text === 'TO' || word.text === 'FROM')
  const from = words[on]
  return from && to ? [`${text.slice(0, from.end)} ${object} ${text.slice(to.start)};`] : []
}
