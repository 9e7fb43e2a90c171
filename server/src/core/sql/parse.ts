import type { ParseResult } from 'libpg-query'
import type { Span } from '../text'
import type { Command, OlderSyntax } from './commands'
import { parseRaw } from './engine'
import { newerSyntax } from './newer'
import { readAsOlder } from './older'
import { blockBody, bodyInQuotes } from './plpgsql'
import { withBodyRead } from './routine-body'
import type { Do } from './routine-commands'
import { withSharedParts } from './sharing'
import { sourceOf } from './source'
import type { Problem, Reading } from './statements'
import { tokensOf } from './tokens'
import { commandOf } from './translate'

/**
 * Returns what PostgreSQL's parser says of one statement's masked text, without its semicolon. Remembers the answers,
 * so that typing in one statement reads that one alone.
 */
export function read(text: string): Reading {
  const known = readings.get(text)
  if (known) return known
  const own = ownCopy(text)
  const reading = { text: own, ...readAnew(own) }
  remember(own, reading)
  return reading
}

/** A part of a long text keeps all of it alive for as long as it is remembered itself: one file for every keystroke. */
const ownCopy = (text: string): string => ` ${text}`.slice(1)

const readings = new Map<string, Reading>()
let remembered = 0

/** In UTF-16 units of statement text; what is kept for each is a few times that. */
const capacity = 8_000_000

function remember(text: string, reading: Reading) {
  readings.set(text, reading)
  remembered += text.length
  for (const oldest of readings.keys()) {
    if (remembered <= capacity) return
    readings.delete(oldest)
    remembered -= oldest.length
  }
}

function readAnew(text: string): Omit<Reading, 'text'> {
  const outcome = parseRaw(text)
  if ('failure' in outcome) return { problem: unreadable(text) }
  if ('tree' in outcome) return readTree(text, outcome.tree)
  const problem = problemAt(text, outcome.error)
  const asOlder = readAsOlder(text, problem.span.start)
  return asOlder ? readTree(text, asOlder.tree, asOlder.older) : { problem }
}

function readTree(text: string, tree: ParseResult, older?: readonly OlderSyntax[]): Omit<Reading, 'text'> {
  const node = tree.stmts?.[0]?.stmt
  if (!node) return {}
  try {
    const source = sourceOf(text, utf16(text))
    const command = withInsides(commandOf(node, source), text)
    const newer = newerSyntax(command, source)
    const told = { ...command, ...(newer.length > 0 && { newer }), ...(older && { older }) }
    return { command: withSharedParts(newer.length > 0 || older ? told : command) }
  } catch (failure) {
    if (failure instanceof RangeError) return { problem: unreadable(text) }
    throw failure
  }
}

function withInsides(command: Command, text: string): Command {
  if (command.tag === 'DO') return withBlockRead(command, text)
  const isRoutine = command.tag === 'CREATE FUNCTION' || command.tag === 'CREATE PROCEDURE'
  return isRoutine ? withBodyRead(command, text) : command
}

function withBlockRead(command: Do, text: string): Do {
  const body = command.language === 'plpgsql' && bodyInQuotes(text, command.body.start)
  return body ? { ...command, ...blockBody(body, read) } : command
}

const unreadable = (text: string): Problem => ({
  kind: 'unreadable',
  message: 'this statement is nested too deeply to be read',
  span: firstLine(text),
})

function firstLine(text: string): Span {
  const end = text.search(/[\r\n]/)
  return { start: 0, end: end < 0 ? text.length : end }
}

function problemAt(text: string, error: { message: string; position: number }): Problem {
  if (error.message.startsWith('memory exhausted')) return unreadable(text)
  const start = fromCodePoints(text, error.position)
  const token = tokensOf(text).find(candidate => candidate.start <= start && start < candidate.end)
  if (token) {
    // What is never closed goes on to the end of the file, and PostgreSQL repeats all of it.
    const line = firstLine(text.slice(start, token.end))
    const message = error.message.replace(/[\r\n][\s\S]*"$/, '…"')
    return { kind: 'syntax', message, span: { start, end: start + line.end } }
  }
  const end = text.trimEnd().length
  return { kind: 'syntax', message: error.message, span: { start: Math.max(0, end - 1), end } }
}

function fromCodePoints(text: string, position: number): number {
  let offset = 0
  for (let count = 0; count < position && offset < text.length; count++) {
    offset += (text.codePointAt(offset) as number) > 0xffff ? 2 : 1
  }
  return offset
}

/** Returns the function from the parser's UTF-8 byte locations to UTF-16 offsets of `text`. */
function utf16(text: string): (location: number | undefined) => number {
  const firstWide = text.search(/[^\0-\x7f]/)
  if (firstWide < 0) return location => location ?? 0
  const offsets: number[] = []
  for (let offset = firstWide, byte = firstWide; offset < text.length; ) {
    const code = text.codePointAt(offset) as number
    const bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    for (let count = 0; count < bytes; count++) offsets[byte - firstWide + count] = offset
    byte += bytes
    offset += code > 0xffff ? 2 : 1
  }
  return (location = 0) => (location < firstWide ? location : (offsets[location - firstWide] ?? text.length))
}
