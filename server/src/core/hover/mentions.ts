import type { Command } from '../sql/commands'
import type { Span } from '../text'

/**
 * What a name stands for: `new` for what the command itself makes; `expression` and `constraint definition` for a text in
 * which columns are named without places of their own.
 */
export type Role =
  | 'relation'
  | 'column'
  | 'constraint'
  | 'type'
  | 'routine'
  | 'new'
  | 'expression'
  | 'constraint definition'

/** A part of a command that names something. */
export interface Mention {
  readonly role: Role
  /** In the command's text. */
  readonly span: Span
  readonly schema?: string
  /** Absent for an expression. */
  readonly name?: string
}

/** Returns what a command names, outer before inner. Bodies are commands of their own. */
export function mentionedIn(command: Command): Mention[] {
  const found: Mention[] = []
  const parts = Object.entries(command).filter(([field]) => !apart.has(field))
  for (const [field, value] of parts) gather(value, field, command.tag, found)
  return found
}

/** Fields that hold other commands, or rows. */
const apart: ReadonlySet<string> = new Set(['statements', 'elements', 'explained', 'values'])

function gather(value: unknown, field: string, owner: string, found: Mention[]): void {
  if (Array.isArray(value)) {
    for (const item of value) gather(item, field, owner, found)
    return
  }
  if (!isRecord(value)) return
  const mention = mentionOf(value, field, owner)
  if (mention) found.push(mention)
  const inner = typeof value.kind === 'string' ? value.kind : owner
  for (const [name, part] of Object.entries(value)) if (!apart.has(name)) gather(part, name, inner, found)
}

function mentionOf(value: Record<string, unknown>, field: string, owner: string): Mention | undefined {
  const { span, schema } = value
  if (!isSpan(span)) return undefined
  if (typeof value.name === 'string') {
    const role = roleOf(field, owner)
    return role && { role, span, name: value.name, ...(typeof schema === 'string' ? { schema } : {}) }
  }
  if (Array.isArray(value.calls)) return { role: 'expression', span }
  if (value.provesNotNull === undefined && 'notValid' in value) return { role: 'constraint definition', span }
  return typeof value.column === 'string' ? { role: 'column', span, name: value.column } : undefined
}

/** `owner` is the kind of the innermost subcommand or constraint, or the command's tag. */
function roleOf(field: string, owner: string): Role | undefined {
  if (field === 'from' || field === 'to') {
    if (owner === 'CREATE TRIGGER') return 'relation'
    if (field === 'to') return 'new'
    return owner === 'RENAME CONSTRAINT' ? 'constraint' : 'column'
  }
  if (field === 'name' && owner === 'REINDEX') return 'relation'
  if (field === 'names') return dropped[owner] ?? (owner.startsWith('DROP ') ? 'type' : undefined)
  return roles[field]
}

const dropped: Readonly<Record<string, Role | undefined>> = {
  'DROP TABLE': 'relation',
  'DROP INDEX': 'relation',
  'DROP VIEW': 'relation',
  'DROP MATERIALIZED VIEW': 'relation',
  'DROP SEQUENCE': 'relation',
  'DROP FOREIGN TABLE': 'relation',
}

const roles: Readonly<Record<string, Role | undefined>> = {
  table: 'relation',
  tables: 'relation',
  relation: 'relation',
  relations: 'relation',
  view: 'relation',
  sequence: 'relation',
  reads: 'relation',
  writes: 'relation',
  locks: 'relation',
  on: 'relation',
  parent: 'relation',
  partition: 'relation',
  partitionOf: 'relation',
  inherits: 'relation',
  column: 'column',
  columns: 'column',
  constraint: 'constraint',
  type: 'type',
  types: 'type',
  domain: 'type',
  ofType: 'type',
  function: 'routine',
  name: 'new',
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const isSpan = (value: unknown): value is Span =>
  isRecord(value) && typeof value.start === 'number' && typeof value.end === 'number'
