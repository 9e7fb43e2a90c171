import {
  type Catalog,
  columnNamed,
  constraintNamed,
  isIndex,
  keyOf,
  type RelationKey,
  relationNamed,
  routineNamed,
  tableAt,
  typeNamed,
  type WrittenName,
} from '../postgres/catalog'
import type { Command } from '../sql/commands'
import { quoted } from '../sql/quote'
import { foldedName } from '../sql/source'
import type { Token } from '../sql/tokens'
import type { Words } from '../words'
import { columnWords } from './columns'
import { constraintWords } from './constraints'
import { type Mention, mentionedIn } from './mentions'
import type { Narrow, Place } from './place'
import { relationWords, unknownWords } from './relations'
import { routineWords, typeWords } from './types'

/**
 * Returns what the migrations so far have made of the thing whose name is at the place; undefined for keywords, and for
 * names that the statement itself gives.
 */
export function nameAt(place: Place): Narrow | undefined {
  const { tokens, index } = place
  const token = tokens[index]
  if (!token || !isIdentifier(token)) return undefined
  const scope = new Scope(place)
  const mention = scope.mentions.findLast(({ span }) => span.start <= token.start && token.end <= span.end)
  const words = mention ? scope.wordsOfMention(mention) : scope.wordsOfWord()
  return words && { span: token, words }
}

/** Reserved words are no names unless they are quoted (sql-keywords-appendix.html). */
const isIdentifier = ({ kind, text }: Token): boolean =>
  kind === 'quoted identifier' || (kind === 'word' && quoted(text.toLowerCase()) === text.toLowerCase())

/** What the names in a statement can mean. */
class Scope {
  readonly mentions: readonly Mention[]
  private readonly catalog: Catalog
  private readonly token: Token

  constructor(private readonly place: Place) {
    this.mentions = mentionedIn(place.command)
    this.catalog = place.explanation.step.before
    this.token = place.tokens[place.index] as Token
  }

  /** A name that the parser has placed. */
  wordsOfMention(mention: Mention): Words | undefined {
    switch (mention.role) {
      case 'relation':
        if (!this.isLastPart(mention)) return undefined
        return this.columnOfComment(mention) ?? this.wordsOfRelation(mention as WrittenName)
      case 'column':
        return this.column(this.parts())
      case 'constraint':
        return this.constraint(mention.name ?? '')
      case 'type':
        return this.wordsOfType(mention as WrittenName)
      case 'routine':
        return this.routine(this.parts())
      case 'expression':
        return this.wordsOfParts()
      case 'constraint definition':
        return this.isInBrackets() ? this.column(this.parts()) : this.index()
      case 'new':
        return undefined
    }
  }

  /** A name whose place only the tokens tell: in queries every word that is no keyword may be a column. */
  wordsOfWord(): Words | undefined {
    const { tag } = this.place.command
    if (queries.has(tag)) return this.wordsOfParts()
    if (tag === 'CREATE INDEX' && this.isInBrackets()) return this.column(this.parts())
    return this.index()
  }

  private wordsOfParts(): Words | undefined {
    const parts = this.parts()
    const next = this.place.tokens[this.place.index + 1]
    if (next?.text === '(') return this.routine(parts)
    return this.column(parts) ?? this.qualifier(parts)
  }

  private wordsOfRelation(name: WrittenName): Words | undefined {
    const relation = relationNamed(this.catalog, name)
    if (relation) return relationWords(relation, this.place)
    return creates(this.place.command, name) ? undefined : unknownWords(keyOf(this.catalog, name), this.catalog)
  }

  /** COMMENT ON COLUMN names the column behind its table. */
  private columnOfComment(mention: Mention): Words | undefined {
    const { command } = this.place
    return command.tag === 'COMMENT' && command.column !== undefined && command.relation?.span === mention.span
      ? this.column(this.parts())
      : undefined
  }

  private wordsOfType(name: WrittenName): Words | undefined {
    const type = typeNamed(this.catalog, name)
    return type && typeWords(name, type)
  }

  private routine(parts: readonly string[]): Words | undefined {
    const name = asName(parts)
    const routine = name && routineNamed(this.catalog, name)
    return routine && name && routineWords(name, routine, this.catalog)
  }

  private index(): Words | undefined {
    const name = asName(this.parts())
    const relation = name && relationNamed(this.catalog, name)
    return isIndex(relation) ? relationWords(relation, this.place) : undefined
  }

  private constraint(name: string): Words | undefined {
    for (const key of this.relationsNearest()) {
      const table = tableAt(this.catalog, key)
      const constraint = constraintNamed(table, name)
      if (table && constraint) return constraintWords(constraint, table, this.place)
    }
    return undefined
  }

  /** The column that the parts name: of the table or alias before the dot, else of the nearest table that has one. */
  private column(parts: readonly string[]): Words | undefined {
    const name = parts.at(-1)
    if (name === undefined) return undefined
    const tables = parts.length > 1 ? [this.named(parts.slice(0, -1))] : this.relationsNearest()
    for (const key of tables) {
      const table = key === undefined ? undefined : tableAt(this.catalog, key)
      const column = columnNamed(table, name)
      if (table && column) return columnWords(column, table, this.place)
    }
    return undefined
  }

  /** The relation that stands before a dot, by its name or alias. */
  private qualifier(parts: readonly string[]): Words | undefined {
    const { tokens, index } = this.place
    const isQualifier = tokens[index + 1]?.text === '.'
    const key = this.aliased(parts.at(-1) ?? '') ?? (isQualifier ? this.named(parts) : undefined)
    const relation = key === undefined ? undefined : this.catalog.relations.get(key)
    return relation && relationWords(relation, this.place)
  }

  private named(parts: readonly string[]): RelationKey | undefined {
    const alias = parts.length === 1 ? (this.aliased(parts[0] ?? '') ?? this.proposed(parts[0])) : undefined
    const name = asName(parts)
    return alias ?? (name && keyOf(this.catalog, name))
  }

  /** The relation whose mention the alias follows: `users u`, `users AS u`. */
  private aliased(alias: string): RelationKey | undefined {
    const { tokens, text } = this.place
    const mention = this.relations().find(({ span }) => {
      const after = tokens.findIndex(({ start }) => start >= span.end)
      const token = tokens[after]?.text === 'AS' ? tokens[after + 1] : tokens[after]
      return token && isIdentifier(token) && foldedName(text, token) === alias
    })
    return mention && keyOf(this.catalog, mention as WrittenName)
  }

  /** ON CONFLICT DO UPDATE names the row that was to be inserted `excluded` (sql-insert.html#SQL-ON-CONFLICT). */
  private proposed(name: string | undefined): RelationKey | undefined {
    const { command } = this.place
    return command.tag === 'INSERT' && name === 'excluded' ? keyOf(this.catalog, command.table) : undefined
  }

  /** The statement's relations, those that stand nearest before the place first, then those after it. */
  private relationsNearest(): RelationKey[] {
    const relations = this.relations()
    const { start } = this.token
    const before = relations.filter(({ span }) => span.end <= start).sort((a, b) => b.span.end - a.span.end)
    const after = relations.filter(({ span }) => span.end > start)
    return [...before, ...after].map(mention => keyOf(this.catalog, mention as WrittenName))
  }

  private relations(): Mention[] {
    return this.mentions.filter(({ role }) => role === 'relation')
  }

  /** The identifiers from the first before a dot up to the place: `public`, `users`, `email`. */
  private parts(): string[] {
    const { tokens, index, text } = this.place
    let first = index
    while (tokens[first - 1]?.text === '.' && tokens[first - 2]) first -= 2
    return tokens
      .slice(first, index + 1)
      .filter(({ text }) => text !== '.')
      .map(token => foldedName(text, token))
  }

  private isLastPart({ span }: Mention): boolean {
    return this.token.end === span.end
  }

  private isInBrackets(): boolean {
    const before = this.place.tokens.slice(0, this.place.index)
    return before.filter(({ text }) => text === '(').length > before.filter(({ text }) => text === ')').length
  }
}

const asName = (parts: readonly string[]): WrittenName | undefined => {
  const name = parts.at(-1)
  const schema = parts.at(-2)
  return name === undefined ? undefined : { name, ...(schema === undefined ? {} : { schema }) }
}

const queries: ReadonlySet<string> = new Set([
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'MERGE',
  'CREATE VIEW',
  'CREATE TABLE AS',
  'SELECT INTO',
  'CREATE MATERIALIZED VIEW',
  'COPY',
  'CREATE POLICY',
  'CREATE RULE',
])

/** Whether the name is that of the relation which the command makes. */
function creates(command: Command, { name }: WrittenName): boolean {
  switch (command.tag) {
    case 'CREATE TABLE':
    case 'CREATE FOREIGN TABLE':
      return command.table.name === name
    case 'CREATE TABLE AS':
    case 'SELECT INTO':
    case 'CREATE MATERIALIZED VIEW':
      return command.relation.name === name
    case 'CREATE VIEW':
      return command.view.name === name
    case 'CREATE SEQUENCE':
      return command.sequence.name === name
    default:
      return false
  }
}
