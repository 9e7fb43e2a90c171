import type { Migration } from '../history/migration'
import type { RuleContext } from '../judgement/context'
import { earlierStatements, statementsUp } from '../judgement/later'
import { keyOf, keyOfRelation, type Table } from '../postgres/catalog'
import type { Command } from '../sql/commands'
import type { OtherCommand } from '../sql/other-commands'
import { quoted } from '../sql/quote'
import type { Statement } from '../sql/statements'
import { tokensOf } from '../sql/tokens'
import { knownAs } from '../text'
import { withhold } from './withheld'

/**
 * Returns the GRANTs and REVOKEs that the history shows for a table, oldest first, each for the view that bears its old name:
 * the privileges stay with the table, and a new view has none but default ones. Not those on some columns: with security_invoker
 * the view reads all. Undefined, with the reason withheld, where a block does other things too. (Proven in
 * test/rules/left-views.test.ts.)
 */
export function grantsFor(view: string, table: Table, context: RuleContext): string[] | undefined {
  const key = keyOfRelation(table)
  const { migrations } = context.history
  const made = migrations.findIndex(({ path }) => path === table.born?.migration)
  const birth = migrations[made] && statementsUp(migrations[made]).findLast(({ command }) => makes(command, table))
  const isAbout = ({ migration, statement, command, given }: Given) => {
    const age = migrations.indexOf(migration) - made
    const isNamed = age >= 0 && command.relations.some(other => keyOf(context.catalog, other) === key)
    // The tables that a schema had then.
    const isLater = age > 0 || (age === 0 && birth !== undefined && birth.span.start < statement.span.start)
    const isAmongAll = isLater && table.born !== undefined && given.schemas.includes(table.schema)
    return given.on === 'TABLE' && (isNamed || isAmongAll)
  }
  return grants([table.name, table.schema], view, isAbout, context)
}

const makes = (command: Command | undefined, { name }: Table): boolean =>
  command?.tag === 'CREATE TABLE' && command.table.name === name

/** Returns the same of a schema. */
export const grantsForSchema = (schema: string, context: RuleContext): string[] | undefined =>
  grants(
    [schema],
    `SCHEMA ${quoted(schema)}`,
    ({ given }) => given.on === 'SCHEMA' && given.schemas.includes(schema),
    context,
  )

interface Given {
  readonly migration: Migration
  /** Of the file: the block, where it stands in one. */
  readonly statement: Statement
  readonly command: OtherCommand
  readonly given: NonNullable<OtherCommand['grant']>
}

/** Those that `isAbout` picks, for another object. */
function grants(
  names: readonly string[],
  object: string,
  isAbout: (given: Given) => boolean,
  context: RuleContext,
): string[] | undefined {
  const { migration, steps, index } = context
  const here = steps.slice(0, index).map(({ statement }) => ({ migration, statement }))
  const found: string[] = []
  for (const place of [...earlierStatements(context, names), ...here]) {
    const { command, text } = place.statement
    const isGiven = (one: Command | undefined): boolean =>
      one !== undefined &&
      'grant' in one &&
      one.grant !== undefined &&
      isAbout({ ...place, command: one, given: one.grant })
    if (isGiven(command)) found.push(...about(object, text, context).map(grant => `${grant};`))
    if (command?.tag !== 'DO') continue
    const inner = command.statements ?? []
    const mine = inner.filter(one => isGiven(one.command))
    if (mine.length === 0) continue
    if (mine.length < inner.length || mine.some(({ excerpt }) => excerpt))
      return withhold(`A DO block of ${knownAs(place.migration.path)} grants privileges on it and does more.`)
    let block = text
    for (const { span } of mine.toReversed()) {
      const [grant = 'NULL'] = about(object, text.slice(span.start, span.end), context)
      block = block.slice(0, span.start) + grant + block.slice(span.end)
    }
    found.push(`${block};`)
  }
  return found
}

/** The statement with another object between ON and TO or FROM, which are reserved words; none where it is about columns alone. */
function about(object: string, text: string, { settings }: RuleContext): string[] {
  const tokens = tokensOf(text)
  const on = tokens.findIndex(token => token.text === 'ON')
  const to = tokens.slice(on).find(token => token.text === 'TO' || token.text === 'FROM')
  const from = tokens[on]
  if (!from || !to) return []
  const given = settings.postgres >= 15 ? withoutColumns(text.slice(0, from.start)) : text.slice(0, from.start)
  return given === undefined ? [] : [`${given}ON ${object} ${text.slice(to.start)}`]
}

/** `GRANT SELECT (id), UPDATE `: what is left of it for all columns. */
function withoutColumns(head: string): string | undefined {
  if (!head.includes('(')) return head
  const [verb = ''] = /^\w+\s+(?:grant\s+option\s+for\s+)?/i.exec(head) ?? []
  const whole = head
    .slice(verb.length)
    .replace(/[^,()]+\([^()]*\)/g, '')
    .split(',')
    .map(privilege => privilege.trim())
    .filter(privilege => privilege !== '')
  return whole.length > 0 ? `${verb}${whole.join(', ')} ` : undefined
}
