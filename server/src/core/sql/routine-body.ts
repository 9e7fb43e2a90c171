import type { RangeVar } from 'libpg-query'
import { parseRaw } from './engine'
import { walk } from './nodes'
import type { Name } from './parts'
import type { CreateRoutine } from './routine-commands'

/**
 * Returns a routine in LANGUAGE sql with the tables that its body, a string in `text`, reads and writes: PostgreSQL
 * looks at them when it creates the routine (check_function_bodies). Any other command comes back as it is.
 */
export function withBodyRead(command: CreateRoutine, text: string): CreateRoutine {
  if (command.language !== 'sql' || !command.body || command.reads) return command
  const body = text.slice(command.body.start, command.body.end)
  if (body.trim() === '') return command
  const outcome = parseRaw(text[command.body.start - 1] === "'" ? body.replaceAll("''", "'") : body)
  return 'tree' in outcome ? { ...command, ...tablesIn(outcome.tree, command.body) } : command
}

/** Names in a body have no places of their own: they bear that of the body. */
function tablesIn(tree: unknown, span: Name['span']): Pick<CreateRoutine, 'reads' | 'writes'> {
  const [reads, writes]: [Name[], Name[]] = [[], []]
  const defined = new Set<string>()
  const nameOf = ({ schemaname, relname = '' }: RangeVar): Name =>
    schemaname === undefined ? { name: relname, span } : { schema: schemaname, name: relname, span }
  walk(tree, (kind, node: RangeVar & { ctename?: string; relation?: RangeVar }) => {
    if (kind === 'RangeVar') reads.push(nameOf(node))
    else if (kind === 'CommonTableExpr') defined.add(node.ctename ?? '')
    else if (writers.has(kind) && node.relation) writes.push(nameOf(node.relation))
  })
  return { reads: reads.filter(name => name.schema !== undefined || !defined.has(name.name)), writes }
}

const writers = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'])
