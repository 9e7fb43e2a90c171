import type { Node, RoleSpec, VariableSetStmt } from 'libpg-query'
import type { SetParameter } from './commands'
import { constantText } from './constants'
import { fields } from './nodes'
import type { SessionDefault } from './other-commands'
import { isWord, type Source, spanOf } from './source'

/** SET, RESET, SET TRANSACTION and SET SESSION CHARACTERISTICS. */
export function setParameter(statement: VariableSetStmt, source: Source): SetParameter | undefined {
  if (statement.kind === 'VAR_SET_MULTI') return setModes(statement, source)
  return {
    tag: statement.kind === 'VAR_RESET' || statement.kind === 'VAR_RESET_ALL' ? 'RESET' : 'SET',
    ...assignment(statement),
    isLocal: statement.is_local === true,
    keywords: spanOf(source, 0, isWord(source.tokens[1], 'LOCAL', 'SESSION') ? 1 : 0),
  }
}

/** The SET of ALTER ROLE, ALTER DATABASE and ALTER SYSTEM; undefined for their other forms. */
export function sessionDefault(kind: string, statement: DefaultStatement): SessionDefault | undefined {
  const { setstmt, role, database = statement.dbname } = statement
  if (!setstmt) return undefined
  return {
    ...assignment(setstmt),
    ...(kind === 'AlterRoleSetStmt' && { role: roleOf(role) }),
    ...(database !== undefined && { database }),
  }
}

/** What is looked at of AlterRoleSetStmt, AlterDatabaseSetStmt and AlterSystemStmt. */
export interface DefaultStatement {
  readonly setstmt?: VariableSetStmt
  readonly role?: RoleSpec
  readonly database?: string
  readonly dbname?: string
}

const assignment = ({ kind, name, args }: VariableSetStmt): { parameter: string; value?: string } => ({
  parameter: kind === 'VAR_RESET_ALL' ? 'all' : (name ?? '').toLowerCase(),
  ...(kind === 'VAR_SET_VALUE' && { value: (args ?? []).map(node => constantText(node) ?? '').join(', ') }),
})

/** The modes of a transaction are parameters too: its own, or the defaults of the session's (sql-set-transaction.html). */
function setModes({ name, args }: VariableSetStmt, source: Source): SetParameter | undefined {
  const isLocal = name !== 'SESSION CHARACTERISTICS'
  const [first, ...others] = (args ?? []).map(node => modeOf(node, isLocal ? '' : 'default_'))
  if (!first) return undefined
  return {
    tag: 'SET',
    ...first,
    ...(others.length > 0 && { others }),
    isLocal,
    keywords: spanOf(source, 0, isLocal ? 1 : 2),
  }
}

function modeOf(node: Node, prefix: string): { parameter: string; value?: string } {
  const mode = fields(node).DefElem
  return { parameter: `${prefix}${mode?.defname ?? 'transaction_snapshot'}`, value: constantText(mode?.arg ?? node) }
}

const roleOf = (role: RoleSpec | undefined): string =>
  role ? (role.rolename ?? (role.roletype ?? '').replace('ROLESPEC_', '')) : 'ALL'
