import type { Step } from '../history/steps'
import {
  asTable,
  type Catalog,
  columnNamed,
  constraintNamed,
  relationNamed,
  routineNamed,
  typeNamed,
} from '../postgres/catalog'
import type { Difference } from '../postgres/differences'
import type { AlterRelation, Drop } from '../sql/commands'
import type { Name } from '../sql/parts'
import type { Span } from '../text'

/** A name that IF EXISTS lets pass because nothing is called so. */
export interface Miss {
  readonly step: Step
  /** `DROP INDEX IF EXISTS`. */
  readonly words: string
  readonly what: Difference['what']
  readonly name: string
  /** From the start of the statement; of a column or constraint, its own name. */
  readonly span: Span
}

/** Returns what a statement is to drop and IF EXISTS passes over. */
export function missesOf(step: Step): Miss[] {
  const { command, before } = step
  if (!command) return []
  if ('names' in command && command.ifExists) return missedDrops(step, command, before)
  if (command.tag === 'ALTER TABLE') return missedParts(step, command, before)
  return []
}

function missedDrops(step: Step, drop: Drop, catalog: Catalog): Miss[] {
  const what = kinds[drop.tag]
  if (!what) return []
  return drop.names
    .filter(name => !isThere(name, what, drop.on, catalog))
    .map(({ name, span }) => ({ step, words: `${drop.tag} IF EXISTS`, what, name, span }))
}

const kinds: Readonly<Partial<Record<Drop['tag'], Difference['what']>>> = {
  'DROP TABLE': 'table',
  'DROP INDEX': 'index',
  'DROP VIEW': 'view',
  'DROP MATERIALIZED VIEW': 'materialized view',
  'DROP SEQUENCE': 'sequence',
  'DROP TYPE': 'type',
  'DROP DOMAIN': 'type',
  'DROP FUNCTION': 'function',
  'DROP PROCEDURE': 'function',
  'DROP TRIGGER': 'trigger',
  'DROP POLICY': 'policy',
}

function isThere(name: Name, what: Difference['what'], on: Name | undefined, catalog: Catalog): boolean {
  switch (what) {
    case 'type':
      return typeNamed(catalog, name) !== undefined
    case 'function':
      return routineNamed(catalog, name) !== undefined
    case 'trigger':
    case 'policy': {
      const table = on && asTable(relationNamed(catalog, on))
      if (!table) return true
      return what === 'policy'
        ? (table.policies ?? []).some(policy => policy.name === name.name)
        : table.triggers.some(trigger => trigger.name === name.name)
    }
    default:
      return relationNamed(catalog, name) !== undefined
  }
}

function missedParts(step: Step, alter: AlterRelation, catalog: Catalog): Miss[] {
  const table = asTable(relationNamed(catalog, alter.relation))
  if (!table) return []
  return alter.subcommands.flatMap((subcommand): Miss[] => {
    const words = `${subcommand.kind} IF EXISTS`
    if (subcommand.kind === 'DROP COLUMN' && subcommand.ifExists) {
      if (!table.columnsKnown || columnNamed(table, subcommand.column.name)) return []
      return [{ step, words, what: 'column', ...subcommand.column }]
    }
    if (subcommand.kind !== 'DROP CONSTRAINT' || !subcommand.ifExists) return []
    return constraintNamed(table, subcommand.constraint.name)
      ? []
      : [{ step, words, what: 'constraint', ...subcommand.constraint }]
  })
}
