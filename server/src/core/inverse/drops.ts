import type { Step } from '../history/steps'
import {
  asTable,
  type Catalog,
  isIndex,
  keyIn,
  keyOf,
  keyOfRelation,
  relationNamed,
  type Table,
  tableAt,
} from '../postgres/catalog'
import type { Command, Drop } from '../sql/commands'
import type { Name } from '../sql/parts'
import { literal } from '../sql/quote'
import type { Scene } from './inverse'
import { newest, type Past, textOfBound, wholeStatement } from './sources'
import { indexText, nameText, tableTexts, textOfKey } from './texts'
import { givenTo, isView, viewBack, viewsBack } from './views'

/** Returns the lines that make again what DROP drops: from where it was made, or a comment. */
export function undoneDrop(step: Step, drop: Drop, { past }: Pick<Scene, 'past'>): string[] {
  return [...named(step, drop, past), ...(drop.cascade ? viewsBack(step, drop.names, past) : [])]
}

const named = (step: Step, drop: Drop, past: Past): string[] =>
  inOrder(drop.names, step.before).flatMap(name => {
    const { before } = step
    const byHand = [`-- By hand: create again what ${drop.tag} ${nameText(name)} drops.`]
    const relation = relationNamed(before, name)
    switch (drop.tag) {
      case 'DROP TABLE': {
        const table = asTable(relation)
        if (!table) return drop.ifExists && before.complete ? [] : byHand
        const texts = tableTexts(past, table, before) ?? partitionTexts(past, table, before)
        const gone = `-- The rows of table ${nameText(name)} are gone: this makes it empty.`
        return texts ? [gone, ...texts, ...givenTo(table, before, past)] : byHand
      }
      case 'DROP INDEX': {
        if (!isIndex(relation)) return drop.ifExists && before.complete ? [] : byHand
        return [indexText(past, relation, before.searchPath) ?? byHand[0] ?? '']
      }
      case 'DROP TYPE': {
        const type = before.types.get(keyIn(before, before.types, name))
        if (type?.kind === 'enum')
          return [`CREATE TYPE ${nameText(name)} AS ENUM (${type.labels.map(literal).join(', ')});`]
        return madeBefore(name, drop, step, past) ?? byHand
      }
      default: {
        if (drop.ifExists && before.complete && isKnownAbsent(name, drop, before)) return []
        const view = asTable(relation)
        return (view && isView(view) ? viewBack(view, before, past) : madeBefore(name, drop, step, past)) ?? byHand
      }
    }
  })

/** A partition has the columns of its table; what else it has of its own, the catalogs tell. */
function partitionTexts(past: Past, table: Table, { searchPath }: Catalog): string[] | undefined {
  if (table.kind !== 'table' || table.partitionOf === undefined) return undefined
  const bound = textOfBound(past, keyOfRelation(table))
  const [name, parent] = [keyOfRelation(table), table.partitionOf].map(key => textOfKey(key, searchPath))
  return bound === undefined ? undefined : [`CREATE TABLE ${name} PARTITION OF ${parent} ${bound};`]
}

function madeBefore(name: Name, drop: Drop, { before }: Step, past: Past): string[] | undefined {
  const made = newest(past, (command, other) => (makes(command, other, name, drop, before) ? command : undefined))
  return made && [wholeStatement(made.step)]
}

/** What others reference or read first. */
function inOrder(names: readonly Name[], catalog: Catalog): readonly Name[] {
  const keys = new Map(names.map(name => [keyOf(catalog, name), name]))
  const ordered = new Set<Name>()
  const add = (key: string, seen: ReadonlySet<string>) => {
    const name = keys.get(key)
    if (!name || ordered.has(name) || seen.has(key)) return
    const inside = new Set(seen).add(key)
    const table = tableAt(catalog, key)
    for (const { references } of table?.constraints ?? []) if (references) add(references.table, inside)
    for (const read of table?.reads ?? []) add(read, inside)
    ordered.add(name)
  }
  for (const key of keys.keys()) add(key, new Set())
  return [...ordered]
}

const isKnownAbsent = (name: Name, { tag }: Drop, catalog: Catalog): boolean =>
  /VIEW|SEQUENCE/.test(tag) && relationNamed(catalog, name) === undefined

/** Whether a statement made what is dropped. */
function makes(command: Command, step: Step, name: Name, { tag, on }: Drop, before: Catalog): boolean {
  const isRelation = (made: Name) => keyOf(step.after, made) === keyOf(before, name)
  switch (tag) {
    case 'DROP SEQUENCE':
      return command.tag === 'CREATE SEQUENCE' && isRelation(command.sequence)
    case 'DROP TYPE':
      return command.tag === 'CREATE TYPE' && isType(command.type, step.after, name, before)
    case 'DROP DOMAIN':
      return command.tag === 'CREATE DOMAIN' && isType(command.domain, step.after, name, before)
    case 'DROP FUNCTION':
    case 'DROP PROCEDURE':
      return (
        command.tag === tag.replace('DROP', 'CREATE') &&
        'name' in command &&
        command.name !== undefined &&
        keyIn(step.after, step.after.routines, command.name as Name) === keyIn(before, before.routines, name)
      )
    case 'DROP TRIGGER':
      return (
        command.tag === 'CREATE TRIGGER' &&
        command.name.name === name.name &&
        on !== undefined &&
        keyOf(step.after, command.table) === keyOf(before, on)
      )
    case 'DROP POLICY':
      return (
        command.tag === 'CREATE POLICY' && command.name?.name === name.name && on?.name === command.relations[0]?.name
      )
    default:
      return false
  }
}

const isType = (made: Name, after: Catalog, name: Name, before: Catalog): boolean =>
  keyIn(after, after.types, made) === keyIn(before, before.types, name)
