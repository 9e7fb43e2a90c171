import type { Fix } from '../finding'
import { type Index, isIndex, relationNamed } from '../postgres/catalog'
import type { Drop, Name } from '../sql/commands'
import { mentions, reshapes } from './dependence'
import { insertion } from './edits'
import { outsideTransaction } from './placement'
import { defineRule, type RuleContext } from './rule'
import { inQuotes, isNew, takes } from './target'

export default defineRule({
  id: 'drop-index-without-concurrently',
  risk: 'locking',
  severity: 'warning',
  on: ['DROP INDEX'],
  why: `
\`DROP INDEX\` takes \`ACCESS EXCLUSIVE\` on the index and on its table. Dropping is quick, but the lock is queued for: the
statement waits for every transaction that uses the table, and every query that comes later waits behind it.

Nothing is said of an index that the same migration makes or whose table it makes, of one on a temporary table or on a
materialized view, and of one that backs a constraint (PostgreSQL refuses to drop that).`,
  instead: `
\`DROP INDEX CONCURRENTLY\` waits for those transactions without making others wait. It takes one index, no \`CASCADE\`, and
must run outside a transaction block. The index of a partitioned table cannot be dropped this way.`,
  manual: ['sql-dropindex.html', 'explicit-locking.html#LOCKING-TABLES'],

  *check(drop, context) {
    if (drop.concurrently || (drop.ifExists && drop.names.every(name => isMissing(name, context)))) return
    const name = drop.names.find(candidate => isInUse(candidate, context))
    if (!name) return
    const index = indexNamed(name, context)
    const lock = context.effects.locks.find(({ relation }) => relation === index?.table)
    const isPartitioned = index?.kind === 'partitioned index'
    yield {
      at: drop.keywords,
      message: takes('DROP INDEX', lock?.mode ?? 'ACCESS EXCLUSIVE', tableLabel(name, index, context)),
      detail:
        'It waits for every transaction that uses the table, and every query that comes later waits behind it until the drop is done.',
      hint: isPartitioned
        ? 'The index of a partitioned table cannot be dropped concurrently: set lock_timeout, and try again when it fails.'
        : 'DROP INDEX CONCURRENTLY makes nobody wait; it takes one index, no CASCADE, and must run outside a transaction block.',
      relation: index?.table,
      fixes: isPartitioned ? [] : fixes(drop, context),
    }
  },

  examples: `
`,
})

function isInUse(name: Name, context: RuleContext): boolean {
  if (isNew(name, context)) return false
  const index = indexNamed(name, context)
  if (!index) return true
  const table = context.catalog.relations.get(index.table)
  if (!table) return true
  const isOfOthers = table.kind !== 'materialized view' && !isNew({ ...table, span: name.span }, context)
  return isOfOthers && index.constraint === undefined
}

const isMissing = (name: Name, { catalog }: RuleContext): boolean =>
  catalog.complete && relationNamed(catalog, name) === undefined

function indexNamed(name: Name, { catalog }: RuleContext): Index | undefined {
  const relation = relationNamed(catalog, name)
  return isIndex(relation) ? relation : undefined
}

function tableLabel(name: Name, index: Index | undefined, { catalog }: RuleContext): string {
  const table = index && catalog.relations.get(index.table)
  return table ? `${table.kind} ${inQuotes({ name: table.name })}` : `the table of index ${inQuotes(name)}`
}

function fixes(drop: Drop, context: RuleContext): Fix[] {
  const [name] = drop.names
  if (!name || drop.names.length > 1 || drop.cascade) return []
  const table = indexNamed(name, context)?.table
  const tableName = table && context.catalog.relations.get(table)?.name
  const placed = outsideTransaction(context, [insertion(context, drop.keywords.end, ' CONCURRENTLY')], {
    title: `drop_${name.name}`,
    neededBy: step => mentions(step, name.name) || (tableName !== undefined && reshapes(step, tableName)),
    undo: {
      matches: command => command.tag === 'CREATE INDEX' && command.name?.name === name.name,
      changes: step =>
        step.command?.tag === 'CREATE INDEX' && !step.command.concurrently
          ? [insertion(step, step.command.keywords.end, ' CONCURRENTLY')]
          : [],
      otherwise: '',
    },
  })
  return placed ? [{ title: `Drop the index concurrently${placed.where}`, safety: 'safe', ...placed }] : []
}
