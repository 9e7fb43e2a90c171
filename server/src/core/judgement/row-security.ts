import { asTable, type Catalog, relationNamed, type Table } from '../postgres/catalog'
import type { Name } from '../sql/parts'
import type { RuleContext } from './context'
import { laterStatements } from './later'
import { catalogAtEnd } from './target'

/**
 * Returns a table as the migration leaves it, where the history says all of its policies: it has made the table, and nothing
 * that nobody can follow has run since.
 */
export function knownTable(name: Name, context: RuleContext): Table | undefined {
  const after = catalogAtEnd(context)
  const table = asTable(relationNamed(after, name))
  if (!table?.born || table.conditional || hasUnknown(after)) return undefined
  return table
}

/** Returns whether the migrations so far close every table and let nobody through any: the program comes as their owner. */
export function areAllClosed(context: RuleContext): boolean {
  const made = [...catalogAtEnd(context).relations.values()].flatMap(relation => asTable(relation) ?? []).filter(isMade)
  return made.length > 2 && made.every(({ rowSecurity, policies = [] }) => rowSecurity && policies.length === 0)
}

const isMade = ({ born, kind, partitionOf }: Table): boolean => born !== undefined && kind === 'table' && !partitionOf

/** Returns for whom the policies of a table do not hold, besides roles with BYPASSRLS (ddl-rowsecurity.html). */
export const exemptFrom = ({ rowSecurityForced }: Table): string => (rowSecurityForced ? 'superusers' : 'its owner')

/** After dynamic SQL any table may have policies. */
const hasUnknown = ({ doubts }: Catalog): boolean => doubts?.since !== undefined

/** Returns whether a later migration changes row security of the table, or does what may: drops it, renames it, runs a block. */
export const isSecuredLater = (name: Name, context: RuleContext): boolean =>
  laterStatements(context, [name.name]).some(({ command }) => {
    switch (command?.tag) {
      case 'CREATE POLICY':
        return command.relations.some(({ name: table }) => table === name.name)
      case 'DROP TABLE':
        return command.names.some(({ name: table }) => table === name.name)
      case 'ALTER TABLE':
        return (
          command.relation.name === name.name &&
          command.subcommands.some(({ kind }) => kind.includes('ROW LEVEL SECURITY') || kind === 'RENAME TO')
        )
      case 'DO':
        return true
      default:
        return false
    }
  })
