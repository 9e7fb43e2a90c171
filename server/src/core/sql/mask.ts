import type { Span } from '../text'
import { postgresBranches } from './branches'
import { skipSpace, tokenAt } from './tokens'

export interface Masked {
  /** As long as the original, offset for offset. */
  readonly text: string
  /** The identifiers that stand for placeholders, folded, and what was written there. */
  readonly placeholders: ReadonlyMap<string, string>
}

/**
 * Returns `text` with everything that PostgreSQL's parser would not read replaced by as many characters: psql
 * meta-commands and COPY data become spaces, `${x}` `$x` `{{x}}` `$%x%$` `:x` become identifiers, template directives and
 * their branches for other databases become spaces, and BOM, NBSP and NUL become spaces. Quoted text and comments stay as they are,
 * but for a comment that a script replaces by a schema.
 */
export function mask(text: string): Masked {
  if (!suspicious.test(text)) return { text, placeholders: none }
  const edits = new Edits(postgresBranches(text))
  maskSql(edits)
  return { text: edits.result(), placeholders: edits.placeholders }
}

const none: ReadonlyMap<string, string> = new Map()

/** What no plain SQL contains outside quotes; most files have none of it and pass untouched. */
const suspicious =
  /[\\\0\u00a0\ufeff\u200b]|\$\{|\{\{|\{%|\{#|\$%|\$[A-Za-z_]\w*(?![\w$])|(?<!:):[A-Za-z_'"{]|\*\/\.|\bcopy\b/i

class Edits {
  readonly placeholders = new Map<string, string>()
  private readonly parts: string[] = []
  private done = 0

  constructor(readonly text: string) {}

  replace(span: Span, text: string) {
    this.parts.push(this.text.slice(this.done, span.start), text)
    this.done = span.end
  }

  blank(span: Span) {
    this.replace(span, this.text.slice(span.start, span.end).replace(/[^\r\n]/g, ' '))
  }

  identifier(span: Span) {
    const written = this.text.slice(span.start, span.end)
    const identifier = written.replace(/[^A-Za-z0-9_]/g, '_')
    this.placeholders.set(identifier.toLowerCase(), written)
    this.replace(span, identifier)
  }

  result() {
    return this.parts.join('') + this.text.slice(this.done)
  }
}

function maskSql(edits: Edits) {
  const { text } = edits
  const copy = new CopyDetector()
  let brackets = 0
  for (let offset = skipSpace(text, 0); offset < text.length; offset = skipSpace(text, offset)) {
    const masked = maskAt(edits, offset, brackets > 0)
    if (masked !== undefined) {
      offset = masked
      continue
    }
    const character = text[offset] as string
    const token = tokenAt(text, offset)
    const end = token.kind === 'word' ? wordEnd(text, offset, token.end) : token.end
    if (character === '[') brackets++
    else if (character === ']') brackets = Math.max(0, brackets - 1)
    else if (character === ';') brackets = 0
    if (token.kind === 'dollar string') maskBody(edits, offset, end)
    if (token.kind !== 'comment') copy.see(text, offset, end)
    offset = end
    if (character === ';' && copy.ended()) offset = copyData(edits, offset)
  }
}

/**
 * Migration tools replace their templates in bodies too; psql leaves those alone. What stands after AS or DO is a body, and
 * what holds a line that begins like JavaScript is one that says `${x}` itself.
 */
function maskBody(edits: Edits, start: number, end: number) {
  const { text } = edits
  if (!/\b(?:AS|DO|PLPGSQL|SQL)\s*$/i.test(text.slice(Math.max(0, start - 40), start))) return
  const body = text.slice(start, end)
  if (!/\{\{|\$\{|\$%/.test(body) || /^\s*(?:const|let|var)\s/m.test(body)) return
  for (let offset = text.indexOf('$', start + 1) + 1; offset < end; offset = skipSpace(text, offset)) {
    const character = text[offset]
    const masked =
      character === '"'
        ? templateInName(edits, offset)
        : character === '{' || character === '$'
          ? template(edits, offset)
          : undefined
    offset = masked ?? Math.min(end, tokenAt(text, offset).end)
  }
}

/** Masks what starts at `offset`, where it is not SQL; returns the offset after it. */
function maskAt(edits: Edits, offset: number, inBrackets: boolean): number | undefined {
  const { text } = edits
  switch (text[offset]) {
    case '\\':
      return metaCommand(edits, offset)
    case ':':
      return inBrackets ? undefined : variable(edits, offset)
    case '$':
      return environmentVariable(edits, offset) ?? template(edits, offset)
    case '{':
      return template(edits, offset)
    case '"':
      return templateInName(edits, offset)
    case '/':
      return schemaComment(edits, offset)
  }
  if (!isBlank(text[offset])) return undefined
  let end = offset
  while (isBlank(text[end])) end++
  edits.blank({ start: offset, end })
  return end
}

const isBlank = (character: string | undefined) =>
  character === '\0' || character === '\u00a0' || character === '\ufeff' || character === '\u200b'

/** A word ends before a template that is glued to it, and before a character that is to become a space. */
function wordEnd(text: string, start: number, end: number): number {
  for (let offset = start + 1; offset < end; offset++) {
    if (isBlank(text[offset])) return offset
    if (text[offset] === '$' && (text[offset + 1] === '{' || text[offset + 1] === '%')) return offset
  }
  return end
}

/** psql: app-psql.html, "Meta-Commands". Those that send the query buffer end the statement. */
function metaCommand(edits: Edits, offset: number): number {
  const { text } = edits
  if (text[offset + 1] === ';') {
    edits.replace({ start: offset, end: offset + 1 }, ' ')
    return offset + 1
  }
  const lineEnd = lineEndAt(text, offset)
  const sends = /^\\(?:g|gx|gset|gexec|gdesc|crosstabview|watch|sendpipeline|parse)\b/.test(
    text.slice(offset, offset + 16),
  )
  edits.replace({ start: offset, end: offset + 1 }, sends ? ';' : ' ')
  edits.blank({ start: offset + 1, end: lineEnd })
  return lineEnd
}

/** psql: app-psql.html, "SQL Interpolation"; also the `:NAME` of graphile-migrate. */
function variable(edits: Edits, offset: number): number | undefined {
  const { text } = edits
  if (text[offset - 1] === ':' || text[offset + 1] === ':') return undefined
  const next = text[offset + 1]
  if (next === "'" || next === '"') {
    edits.replace({ start: offset, end: offset + 1 }, ' ')
    return offset + 1
  }
  const match = /^:(?:[A-Za-z_][A-Za-z0-9_]*|\{\?[A-Za-z0-9_]+\})/.exec(text.slice(offset, offset + 80))
  if (!match) return undefined
  const end = offset + match[0].length
  edits.identifier({ start: offset, end })
  return end
}

/** What goose's ENVSUB and the shell replace; PostgreSQL knows `$1` and `$tag$`. */
function environmentVariable(edits: Edits, offset: number): number | undefined {
  const match = /^\$[A-Za-z_]\w*(?![\w$])/.exec(edits.text.slice(offset, offset + 80))
  if (!match) return undefined
  const end = offset + match[0].length
  edits.identifier({ start: offset, end })
  return end
}

function template(edits: Edits, offset: number): number | undefined {
  const { text } = edits
  const closing = templateClosing(text, offset)
  if (closing === undefined) return undefined
  const close = text.indexOf(closing, offset + 2)
  if (close < 0 || close - offset > 2000) return undefined
  const span = { start: offset, end: close + closing.length }
  const inside = text.slice(offset + 2, close)
  if (text[offset] === '$' && /[\r\n]/.test(inside)) return undefined
  if (isDirective(text, offset, inside) || standsAlone(text, span)) edits.blank(span)
  else edits.identifier(span)
  return span.end
}

/** A template inside a quoted name may hold quotes of its own: `"{{ index .Options "schema" }}"`. */
function templateInName(edits: Edits, offset: number): number | undefined {
  const { text } = edits
  const line = text.slice(offset, lineEndAt(text, offset))
  const match = /^"[^"]*?(\{\{[^}]*"[^}]*\}\})[^"]*"/.exec(line)
  if (!match?.[1]) return undefined
  const start = offset + match[0].indexOf(match[1])
  edits.identifier({ start, end: start + match[1].length })
  return offset + match[0].length
}

/** `/* SCHEMA *\/.users`: without its period the name stands for the same table, in whatever schema the search_path has it. */
function schemaComment(edits: Edits, offset: number): number | undefined {
  const match = /^\/\*\s*\w+\s*\*\/\.(?=["A-Za-z_])/.exec(edits.text.slice(offset, offset + 80))
  if (!match) return undefined
  const end = offset + match[0].length
  edits.blank({ start: offset, end })
  return end
}

function templateClosing(text: string, offset: number): string | undefined {
  const opening = text.slice(offset, offset + 2)
  if (opening === '${') return '}'
  if (opening === '$%') return '%$'
  if (opening === '{{') return text[offset + 2] === '{' ? '}}}' : '}}'
  if (opening === '{%') return '%}'
  if (opening === '{#') return '#}'
  return undefined
}

/** Go templates, Handlebars, Jinja: what steers the template instead of writing text. */
function isDirective(text: string, offset: number, inside: string): boolean {
  if (text.startsWith('{%', offset) || text.startsWith('{#', offset)) return true
  if (!text.startsWith('{{', offset)) return false
  return /^-?\s*(?:(?:if|else|end|range|with|define|block|template|break|continue)\b|\/\*|[#/^!>]|\$\w+\s*:?=)/.test(
    inside,
  )
}

/**
 * Whether a template is the whole of its statement, or stands before its first word, so that an identifier in its place would
 * be a syntax error.
 */
function standsAlone(text: string, span: Span): boolean {
  const before = text.slice(text.lastIndexOf('\n', span.start - 1) + 1, span.start)
  const after = text.slice(span.end, lineEndAt(text, span.end))
  if (before.trim() !== '' || !/^\s*;?\s*$|^\s+[A-Za-z]/.test(after)) return false
  const previous = withoutComments(text.slice(0, span.start))
  return previous === '' || previous.endsWith(';') || previous.endsWith('}}')
}

/** Cuts line comments and white space off the end. */
function withoutComments(text: string): string {
  let rest = text.trimEnd()
  for (;;) {
    const line = rest.slice(rest.lastIndexOf('\n') + 1)
    if (!line.trimStart().startsWith('--')) return rest
    rest = rest.slice(0, rest.length - line.length).trimEnd()
  }
}

function lineEndAt(text: string, offset: number): number {
  const match = /[\r\n]/g
  match.lastIndex = offset
  return match.exec(text)?.index ?? text.length
}

/** Blanks the lines of COPY ... FROM STDIN up to `\.`: sql-copy.html, "Text Format". Returns where SQL goes on. */
function copyData(edits: Edits, offset: number): number {
  const { text } = edits
  const end = /^\\\.[ \t]*\r?$/gm
  end.lastIndex = offset
  const match = end.exec(text)
  if (!match) return offset
  const stop = match.index + match[0].length
  edits.blank({ start: offset, end: stop })
  return stop
}

/** Recognises COPY ... FROM STDIN from the words of one statement. */
class CopyDetector {
  private first = ''
  private previous = ''
  private fromStdin = false

  see(text: string, start: number, end: number) {
    if (end - start > 5) {
      if (this.first === '') this.first = 'OTHER'
      this.previous = ''
      return
    }
    const word = text.slice(start, end).toUpperCase()
    if (word === ';') return
    if (this.first === '') this.first = word
    if (word === 'STDIN' && this.previous === 'FROM') this.fromStdin = true
    this.previous = word
  }

  /** Returns whether the statement that a semicolon just ended reads COPY data, and begins the next. */
  ended(): boolean {
    const ended = this.first === 'COPY' && this.fromStdin
    this.first = ''
    this.previous = ''
    this.fromStdin = false
    return ended
  }
}
