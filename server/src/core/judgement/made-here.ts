import { onceForEach } from '../history/numbering'
import type { Step } from '../history/steps'
import { relationNamed } from '../postgres/catalog'
import type { Name } from '../sql/parts'
import { foldedName } from '../sql/source'
import { tokensOf } from '../sql/tokens'
import type { RuleContext } from './context'

/** Returns whether an earlier statement of the section makes a table of this very name, or does where it is not there yet. */
export const isMadeBefore = (name: Name, context: RuleContext): boolean =>
  madeBefore(name, context).some(({ schema }) => schema === name.schema)

/**
 * Returns whether an earlier statement of the section makes a table of this very name and takes it that none is there: if one
 * is, the migration fails before anybody has to wait. So it is in a file that makes the whole schema of one version.
 */
export const isMadeAnew = (name: Name, context: RuleContext): boolean =>
  madeBefore(name, context).some(
    made => made.schema === name.schema && !made.mayBeThere && !isBackAgain(name, made, context),
  )

/** Whether the name was free when that table was made, and belongs to an older one again: that was renamed away and back. */
function isBackAgain(name: Name, { place }: Made, { catalog, steps, migration }: RuleContext): boolean {
  const born = relationNamed(catalog, name)?.born
  if (born === undefined || born.migration === migration.path) return false
  const before = steps[place]?.before
  return before !== undefined && relationNamed(before, name) === undefined
}

/**
 * Returns whether an earlier statement of the section makes a table of the same name, one of the two written with a schema
 * that no migration makes and the other without: the tool's search_path may begin with that schema, and both mean one table.
 */
export function isMadeByOtherName(name: Name, context: RuleContext): boolean {
  const isKnown = (schema: string) => schema === 'public' || context.catalog.schemas?.has(schema) === true
  if (name.schema !== undefined) {
    return !isKnown(name.schema) && madeBefore(name, context).some(({ schema }) => schema === undefined)
  }
  if (relationNamed(context.catalog, name)) return false
  return madeBefore(name, context).some(({ schema }) => schema !== undefined && !isKnown(schema))
}

const madeBefore = ({ name }: Name, { steps, index }: RuleContext): readonly Made[] =>
  madeIn(steps)
    .get(name)
    ?.filter(made => made.place < index) ?? []

interface Made {
  readonly schema?: string
  readonly place: number
  /** Whether IF NOT EXISTS passes over one that is there. */
  readonly mayBeThere: boolean
}

const madeIn = onceForEach((steps: readonly Step[]): ReadonlyMap<string, readonly Made[]> => {
  const made = new Map<string, Made[]>()
  for (const [place, step] of steps.entries()) {
    const { command } = step
    const mayBeThere = command !== undefined && 'ifNotExists' in command && command.ifNotExists !== undefined
    for (const { schema, name } of command ? namesMade(command, made) : nameUnread(step)) {
      const one = { schema, place, mayBeThere }
      const known = made.get(name)
      if (known) known.push(one)
      else made.set(name, [one])
    }
  }
  return made
})

/** The table that a CREATE TABLE makes which could not be read: it runs before what follows, mended or not. */
function nameUnread({ statement: { text, problem }, before }: Step): readonly Pick<Name, 'schema' | 'name'>[] {
  if (!problem || !/^\s*CREATE\b/i.test(text)) return []
  const tokens = tokensOf(text).filter(({ kind }) => kind !== 'comment')
  const table = tokens.slice(0, 4).findIndex(({ text: word }) => word === 'TABLE')
  if (table < 0) return []
  const mayBeThere = tokens[table + 1]?.text === 'IF'
  const [first, dot, second] = tokens.slice(table + (mayBeThere ? 4 : 1))
  if (!first) return []
  const last = dot?.text === '.' ? second : undefined
  const name = { ...(last && { schema: foldedName(text, first) }), name: foldedName(text, last ?? first) }
  return mayBeThere && relationNamed(before, name) ? [] : [name]
}

/** A table that gets a name was made here where the one with its old name was. */
function namesMade(
  command: NonNullable<Step['command']>,
  made: ReadonlyMap<string, unknown>,
): readonly Pick<Name, 'schema' | 'name'>[] {
  if (command.tag === 'CREATE TABLE' || command.tag === 'CREATE FOREIGN TABLE') return [command.table]
  if (command.tag === 'CREATE TABLE AS' || command.tag === 'SELECT INTO') return [command.relation]
  if (command.tag !== 'ALTER TABLE' || !made.has(command.relation.name)) return []
  const { schema } = command.relation
  return command.subcommands.flatMap(other => (other.kind === 'RENAME TO' ? [{ schema, name: other.to.name }] : []))
}
