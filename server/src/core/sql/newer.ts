import type { Span } from '../text'
import type { AlterRelation, Command, NewerSyntax } from './commands'
import type { ColumnDefinition, ConstraintDefinition } from './parts'
import { indexAt, isWord, type Source } from './source'
import type { Token } from './tokens'

/**
 * Returns what a statement says that older grammars than the parser's do not know, in the order of the text: for each the first
 * word at which they stop (proven on 12 to 18 with test/postgres/failures.sql).
 */
export function newerSyntax(command: Command, source: Source): readonly NewerSyntax[] {
  if (!suspicious.test(source.text)) return []
  const found = [...inWords(command, source), ...definitionsIn(command, source)]
  return found.sort((a, b) => a.span.start - b.span.start)
}

/** What no statement has that every grammar from 12 on can read; most statements have none of it. */
const suspicious =
  /\b(?:generated|enforced|distinct|merge|concurrently|finalize|method|tablespace|expression|compression|default|trigger|overlaps|tables|only|atomic|return|not|inherit)\b/i

const newerAt = (token: Token | undefined, since: number, source: Source): NewerSyntax[] =>
  token
    ? [{ since, word: source.text.slice(token.start, token.end), span: { start: token.start, end: token.end } }]
    : []

/** Words in a row that only the newer grammar takes in such a command; the older one stops at word `at` of them. */
interface Phrase {
  readonly words: readonly string[]
  readonly at: number
  readonly since: number
}

const inTables: readonly Phrase[] = [
  { words: ['NULLS', 'DISTINCT'], at: 0, since: 15 },
  { words: ['NULLS', 'NOT', 'DISTINCT'], at: 0, since: 15 },
  { words: ['INCLUDING', 'COMPRESSION'], at: 1, since: 14 },
]

const inAlter: readonly Phrase[] = [
  ...inTables,
  { words: ['SET', 'ACCESS', 'METHOD'], at: 1, since: 15 },
  { words: ['SET', 'ACCESS', 'METHOD', 'DEFAULT'], at: 3, since: 17 },
  { words: ['SET', 'EXPRESSION', 'AS'], at: 1, since: 17 },
  { words: ['DROP', 'EXPRESSION'], at: 1, since: 13 },
  { words: ['SET', 'COMPRESSION'], at: 1, since: 14 },
  { words: ['SET', 'STATISTICS', 'DEFAULT'], at: 2, since: 17 },
]

const phrases: Readonly<Partial<Record<Command['tag'], readonly Phrase[]>>> = {
  'CREATE INDEX': inTables,
  'CREATE TABLE': inTables,
  'ALTER TABLE': inAlter,
  'ALTER MATERIALIZED VIEW': inAlter,
  'CREATE TRIGGER': [
    { words: ['CREATE', 'OR', 'REPLACE', 'TRIGGER'], at: 3, since: 14 },
    { words: ['CREATE', 'OR', 'REPLACE', 'CONSTRAINT'], at: 3, since: 14 },
  ],
  MERGE: [{ words: ['MATCHED', 'BY'], at: 1, since: 17 }],
  VACUUM: [{ words: ['ONLY'], at: 0, since: 18 }],
  ANALYZE: [{ words: ['ONLY'], at: 0, since: 18 }],
  'CREATE PUBLICATION': [{ words: ['FOR', 'TABLES', 'IN', 'SCHEMA'], at: 1, since: 15 }],
}

function inWords(command: Command, source: Source): NewerSyntax[] {
  const { tokens } = source
  const found = (phrases[command.tag] ?? []).flatMap(({ words, at, since }) =>
    tokens.flatMap((_, first) =>
      words.every((word, n) => isWord(tokens[first + n], word)) ? newerAt(tokens[first + at], since, source) : [],
    ),
  )
  switch (command.tag) {
    case 'MERGE':
      // After WITH the older grammar may stop at another word.
      return isWord(tokens[0], 'MERGE') ? [...newerAt(tokens[0], 15, source), ...found] : found
    case 'REINDEX':
      return [...found, ...reindexOptions(source)]
    case 'CREATE FUNCTION':
    case 'CREATE PROCEDURE': {
      const { code } = command
      if (!code || !/^(?:begin\s|return\b)/i.test(code.text)) return found
      return [...found, ...newerAt(tokens[indexAt(source, code.start)], 14, source)]
    }
    default:
      return found
  }
}

/** REINDEX (CONCURRENTLY, TABLESPACE ...) TABLE ...: before 14 VERBOSE alone stands in brackets. */
function reindexOptions(source: Source): NewerSyntax[] {
  const { tokens } = source
  if (tokens[1]?.text !== '(') return []
  const end = tokens.findIndex(({ text }) => text === ')')
  const option = tokens.slice(2, end).find(token => isWord(token, 'CONCURRENTLY', 'TABLESPACE'))
  return newerAt(option, 14, source)
}

function definitionsIn(command: Command, source: Source): NewerSyntax[] {
  if ('subcommands' in command) return subcommandsIn(command, source)
  if (command.tag !== 'CREATE TABLE' && command.tag !== 'CREATE FOREIGN TABLE') return []
  return [
    ...command.columns.flatMap(column => columnSyntax(column, source)),
    ...command.constraints.flatMap(constraint => tableConstraintSyntax(constraint, source)),
  ]
}

const subcommandsIn = ({ tag, subcommands }: AlterRelation, source: Source): NewerSyntax[] =>
  subcommands.flatMap(subcommand => {
    switch (subcommand.kind) {
      case 'ADD COLUMN':
        return columnSyntax(subcommand.column, source)
      case 'ADD CONSTRAINT':
        return tableConstraintSyntax(subcommand.constraint, source)
      case 'ALTER CONSTRAINT':
        return subcommand.enforced === undefined
          ? []
          : newerAt(lastWord(source, subcommand.span, 'ENFORCED'), 18, source)
      case 'DETACH PARTITION':
        return tag === 'ALTER TABLE'
          ? newerAt(lastWord(source, subcommand.span, 'CONCURRENTLY', 'FINALIZE'), 14, source)
          : []
      default:
        return []
    }
  })

/** Before 18 a generated column is STORED, and so are the words after its expression. */
function columnSyntax({ generated, constraints }: ColumnDefinition, source: Source): NewerSyntax[] {
  const enforced = constraints.flatMap(constraint => enforcement(constraint, source))
  if (!generated || generated.stored) return enforced
  return [...newerAt(lastWord(source, generated.span, 'VIRTUAL'), 18, source), ...enforced]
}

function tableConstraintSyntax(constraint: ConstraintDefinition, source: Source): NewerSyntax[] {
  const start = indexAt(source, constraint.keywords.start)
  const notNull = constraint.kind === 'NOT NULL' ? newerAt(source.tokens[start], 18, source) : []
  return [...notNull, ...enforcement(constraint, source)]
}

const enforcement = (constraint: ConstraintDefinition, source: Source): NewerSyntax[] =>
  constraint.notEnforced ? newerAt(lastWord(source, constraint.span, 'ENFORCED'), 18, source) : []

const lastWord = (source: Source, span: Span, ...words: readonly string[]): Token | undefined =>
  source.tokens.slice(indexAt(source, span.start), indexAt(source, span.end)).findLast(token => isWord(token, ...words))
