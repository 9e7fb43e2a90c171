import type { RuleContext } from '../judgement/context'
import { columnIn, equated, readsWhole, termsOf, tokensIn } from '../judgement/whole-table'
import type { Name } from '../sql/parts'
import { quoted } from '../sql/quote'
import type { Merge } from '../sql/row-commands'
import type { Token } from '../sql/tokens'
import type { Span } from '../text'
import { written } from './edits'

/** What MERGE does with all rows of its source. */
export interface WholeMerge {
  /** The tables that it reads. */
  readonly sources: readonly Name[]
  /** Whether it changes or deletes rows that are there, and not only adds new ones. */
  readonly changes: boolean
}

/** Returns what MERGE does where nothing picks rows of its source, and not every WHEN clause asks for more. */
export function wholeMerge(merge: Merge, context: RuleContext): WholeMerge | undefined {
  const clauses = clausesOf(context)
  if (!clauses || !readsWhole(clauses.using, merge.reads, context)) return undefined
  const free = clauses.whens.filter(({ isConditional, does }) => !isConditional && does !== 'DO NOTHING')
  if (free.length === 0) return undefined
  const sources = merge.reads.filter(({ span }) => clauses.using.start <= span.start && span.end <= clauses.using.end)
  return { sources, changes: free.some(({ does }) => does !== 'INSERT') }
}

/** The source of a MERGE whose rows can be taken in batches along its key. */
export interface BatchableMerge {
  readonly table: Name
  /** What its columns are named with. */
  readonly alias: string
  /** Whether the alias is written. */
  readonly hasAlias: boolean
}

/**
 * Returns the source of a MERGE that takes it row by row: one table whose rows each meet their own in the target, because it
 * is joined by `key` alone. Undefined where a WHEN clause asks for rows that the source does not have.
 */
export function batchableMerge(merge: Merge, key: (table: Name) => string | undefined, context: RuleContext) {
  const clauses = clausesOf(context)
  const [table, ...others] = merge.reads
  if (!clauses || !table || others.length > 0 || clauses.isFancy) return undefined
  const behind = tokensIn({ start: table.span.end, end: clauses.using.end }, context).filter(
    ({ text }) => text !== 'AS',
  )
  const [alias, ...rest] = behind
  if (tokensIn(clauses.using, context)[0]?.start !== table.span.start || rest.length > 0) return undefined
  if (!alias && table.schema !== undefined) return undefined
  const name = alias ? written(context, alias) : quoted(table.name)
  const [term, ...more] = termsOf(clauses.on, context)
  const columns = more.length === 0 && term ? equated(withoutBrackets(term)) : undefined
  const own = `${alias ? columnIn([alias]) : table.name}.${key(table)}`
  const other = columns?.find(column => column !== own)
  if (!columns?.includes(own) || other === undefined) return undefined
  const joined = other.slice(other.lastIndexOf('.') + 1)
  if (merge.actions?.some(({ by, columns: set }) => by === 'UPDATE' && set.includes(joined))) return undefined
  return { table, alias: name, hasAlias: alias !== undefined } satisfies BatchableMerge
}

const withoutBrackets = (term: readonly Token[]): readonly Token[] =>
  term[0]?.text === '(' && term.at(-1)?.text === ')' ? term.slice(1, -1) : term

interface Clauses {
  readonly using: Span
  readonly on: Span
  readonly whens: readonly { readonly isConditional: boolean; readonly does: string }[]
  /** Whether it has a subquery, RETURNING, or a clause for rows that the source does not have. */
  readonly isFancy: boolean
}

/** Reads `USING source ON condition WHEN ...`; undefined where one is missing. */
function clausesOf(context: RuleContext): Clauses | undefined {
  const all = tokensIn({ start: 0, end: context.statement.text.length }, context)
  let depth = 0
  const top = all.filter(({ text }) => {
    if (text === '(') depth++
    else if (text === ')') depth--
    return depth === 0
  })
  const place = (word: string) => top.findIndex(({ kind, text }) => kind === 'word' && text === word)
  const [using, on, when] = [top[place('USING')], top[place('ON')], top[place('WHEN')]]
  if (!using || !on || !when || all[0]?.text !== 'MERGE') return undefined
  return {
    using: { start: using.end, end: on.start },
    on: { start: on.end, end: when.start },
    whens: whensOf(top.slice(top.indexOf(when))),
    isFancy: all.some(
      ({ kind, text }) => kind === 'word' && (text === 'SELECT' || text === 'RETURNING' || text === 'BY'),
    ),
  }
}

function whensOf(tokens: readonly Token[]): Clauses['whens'] {
  const starts = tokens.flatMap(({ text }, index) => (text === 'WHEN' ? [index] : []))
  return starts.map((start, index) => {
    const words = tokens.slice(start, starts[index + 1]).map(({ text }) => text)
    const then = words.indexOf('THEN')
    return {
      isConditional: words.slice(0, then).includes('AND'),
      does: words[then + 1] === 'DO' ? 'DO NOTHING' : (words[then + 1] ?? ''),
    }
  })
}
