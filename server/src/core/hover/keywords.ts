import { manualPage, manualSection } from '../manual'
import {
  asTable,
  type Catalog,
  constraintNamed,
  foreignKeysTo,
  isIndex,
  keyOf,
  keyOfRelation,
  type RelationKey,
  relationNamed,
  tableAt,
} from '../postgres/catalog'
import type { AlterRelation, Command } from '../sql/commands'
import type { ConstraintDefinition } from '../sql/parts'
import { type Span, touches } from '../text'
import type { Words } from '../words'
import { concurrentlyIn } from './concurrently'
import { atMost, counted, joined, named } from './lists'
import { columnsDroppedIn, columnsLost } from './losses'
import { isKeyword, type Narrow, type Place, phraseAt } from './place'
import { validationOf } from './validation'

/** Returns what to tell of the option that stands at the place; undefined where none does. */
export function keywordAt(place: Place): Narrow | undefined {
  for (const { phrase, wordsIn } of options) {
    const span = phraseAt(place, ...phrase)
    const words = span && wordsIn(place, span)
    if (words) return { span, words }
  }
  return undefined
}

interface Option {
  readonly phrase: readonly string[]
  /** Undefined where the words mean something else in this command. */
  readonly wordsIn: (place: Place, span: Span) => Words | undefined
}

const options: readonly Option[] = [
  { phrase: ['CONCURRENTLY'], wordsIn: concurrentlyIn },
  { phrase: ['NOT', 'VALID'], wordsIn: notValid },
  { phrase: ['NOT', 'ENFORCED'], wordsIn: notEnforced },
  { phrase: ['IF', 'NOT', 'EXISTS'], wordsIn: ifNotExists },
  { phrase: ['IF', 'EXISTS'], wordsIn: ifExists },
  { phrase: ['CASCADE'], wordsIn: cascade },
  { phrase: ['USING', 'INDEX'], wordsIn: usingIndex },
  { phrase: ['NOWAIT'], wordsIn: nowait },
]

/** sql-altertable.html, "ADD table_constraint [ NOT VALID ]" and the notes on it. */
function notValid(place: Place): Words | undefined {
  const constraint = constraintIn(place)
  if (!constraint) return undefined
  const { definition, alter } = constraint
  const isForeignKey = definition.kind === 'FOREIGN KEY'
  if (place.command.tag === 'CREATE TABLE')
    return {
      title: `NOT VALID: ${definition.kind}`,
      sentences: [
        'It changes nothing here: a new table has no rows to check, so the constraint is valid at once, and nothing is left to validate.',
      ],
      conflicts: [],
      manual: manualPage('CREATE TABLE', place.settings.postgres),
    }
  return {
    title: `NOT VALID: ${definition.kind}`,
    sentences: [
      'The rows that are there are not checked: no scan, however large the table is.',
      isForeignKey
        ? 'New rows are checked from now on, and updates that change the key.'
        : 'New rows are checked from now on, and every row that an `UPDATE` touches: also an old one, whatever column it changes.',
      `\`VALIDATE CONSTRAINT\` checks the old rows later: it scans under \`SHARE UPDATE EXCLUSIVE\`${isForeignKey ? ', and `ROW SHARE` on the referenced table' : ''}, so reads and writes go on. In the same transaction it gains nothing, for the lock of this statement is still held.`,
      // It does take a foreign key into account, validated or not: `plancat.c` of PostgreSQL's source.
      ...(isForeignKey ? [] : ['Until then the planner does not rely on it.']),
      ...(alter ? validationOf(definition, alter, place) : []),
    ],
    conflicts: [],
    manual: manualPage('ALTER TABLE', place.settings.postgres),
  }
}

/** sql-createtable.html, "NOT ENFORCED"; since 18: release-18.html. */
function notEnforced({ settings, command }: Place): Words {
  return {
    title: 'NOT ENFORCED',
    sentences: [
      'The constraint is written down, but no row is ever checked: neither those that are there nor new ones. No scan.',
      'For `CHECK` and foreign keys only. A foreign key can be made enforced later, which checks all rows.',
      ...(settings.postgres < 18 ? ['There since PostgreSQL 18: earlier versions refuse it.'] : []),
    ],
    conflicts: [],
    manual: manualPage(
      command.tag === 'CREATE TABLE' ? 'CREATE TABLE' : 'ALTER TABLE',
      Math.max(settings.postgres, 18),
    ),
  }
}

/** sql-createtable.html, sql-createindex.html, sql-altertable.html: "IF NOT EXISTS". */
function ifNotExists(place: Place): Words | undefined {
  const { command, settings, explanation } = place
  const existing = newNameOf(command)
  const isThere = existing && relationNamed(explanation.step.before, existing) !== undefined
  return {
    title: 'IF NOT EXISTS',
    sentences: [
      isThere
        ? `\`${existing.name}\` exists at this point: the statement only says so in a notice.`
        : 'Where the name is taken, PostgreSQL says so in a notice and does nothing.',
      'Nothing is compared: what has the name may look quite different.',
      ...(command.tag === 'CREATE INDEX'
        ? ['An invalid index that a failed `CONCURRENTLY` left has the name too: a second attempt is then no attempt.']
        : []),
    ],
    conflicts: [],
    manual: manualPage(command.tag, settings.postgres),
  }
}

function newNameOf(command: Command): { readonly schema?: string; readonly name: string } | undefined {
  switch (command.tag) {
    case 'CREATE INDEX':
      return command.name && { schema: command.table.schema, name: command.name.name }
    case 'CREATE TABLE':
    case 'CREATE FOREIGN TABLE':
      return command.table
    case 'CREATE SEQUENCE':
      return command.sequence
    default:
      return undefined
  }
}

/** sql-droptable.html and its like: "IF EXISTS". */
function ifExists({ command, settings }: Place): Words {
  return {
    title: 'IF EXISTS',
    sentences: [
      'Where it does not exist, PostgreSQL says so in a notice and goes on: a misspelled name is not an error.',
    ],
    conflicts: [],
    manual: manualPage(command.tag, settings.postgres),
  }
}

/** ddl-depend.html; sql-truncate.html; ddl-constraints.html#DDL-CONSTRAINTS-FK. */
function cascade({ command, tokens, index, settings, explanation }: Place): Words | undefined {
  if (isKeyword(tokens[index - 1], 'DELETE') || isKeyword(tokens[index - 1], 'UPDATE')) {
    const isDelete = isKeyword(tokens[index - 1], 'DELETE')
    return {
      title: isDelete ? 'ON DELETE CASCADE' : 'ON UPDATE CASCADE',
      sentences: [
        isDelete
          ? 'Deleting a referenced row deletes the rows that reference it, in the same transaction.'
          : 'Changing a referenced key changes it in the rows that reference it, in the same transaction.',
        'Without an index on the referencing columns this table is scanned for them, once for each such row.',
      ],
      conflicts: [],
      manual: manualSection('ddl-constraints.html#DDL-CONSTRAINTS-FK', 'foreign keys', settings.postgres),
    }
  }
  if (command.tag === 'TRUNCATE TABLE') {
    const others = explanation.locks.filter(
      lock =>
        lock.mode === 'ACCESS EXCLUSIVE' &&
        tableAt(explanation.step.before, lock.relation) !== undefined &&
        !command.tables.some(table => keyOf(explanation.step.before, table) === lock.relation),
    )
    return {
      title: 'CASCADE',
      sentences: [
        'Empties also every table with a foreign key to these, and so on from there.',
        others.length > 0
          ? `That takes along ${named(others.map(({ relation }) => relation))}.`
          : 'The migrations know of no such table.',
      ],
      conflicts: [],
      manual: manualPage(command.tag, settings.postgres),
    }
  }
  if (!command.tag.startsWith('DROP ') && !('subcommands' in command)) return undefined
  const catalog = explanation.step.before
  const written = 'names' in command ? command.names.map(name => keyOf(catalog, name)) : []
  const taken = explanation.drops.filter(key => !written.includes(key) && !isPart(catalog, key, written))
  const dropped = columnsDroppedIn(command)
  const columns = columnsLost(explanation).filter(column => !dropped.some(name => column.endsWith(`.${name}`)))
  const orphaned = written
    .flatMap(key => foreignKeysTo(catalog, key))
    .filter(({ table }) => !explanation.drops.includes(keyOfRelation(table)))
    .map(({ table, constraint }) => `\`${constraint.name}\` of \`${keyOfRelation(table)}\``)
  return {
    title: 'CASCADE',
    sentences: [
      'Drops also whatever depends on it, and what depends on that: views, foreign keys, defaults, functions. Without it (`RESTRICT`, the default) PostgreSQL refuses.',
      ...(taken.length > 0
        ? [`As far as the migrations tell, ${counted(taken.length, 'relation')} more: ${named(taken)}.`]
        : []),
      ...(columns.length > 0
        ? [
            `${columns.length > 1 ? 'Columns go' : 'A column goes'} too, with what is in ${columns.length > 1 ? 'them' : 'it'}: ${named(columns)}.`,
          ]
        : []),
      ...(orphaned.length > 0
        ? [`${orphaned.length > 1 ? 'Foreign keys go' : 'A foreign key goes'} too: ${joined(atMost(4, orphaned))}.`]
        : []),
    ],
    conflicts: [],
    manual: manualSection('ddl-depend.html', 'dependencies', settings.postgres),
  }
}

/** Whether it goes with one of the others without CASCADE too: an index, a sequence that a column owns, a partition. */
function isPart(catalog: Catalog, key: RelationKey, others: readonly RelationKey[]): boolean {
  const relation = catalog.relations.get(key)
  if (!relation) return false
  const sequenceOwner = relation.kind === 'sequence' ? relation.ownedBy?.table : undefined
  const whole = isIndex(relation) ? relation.table : (sequenceOwner ?? asTable(relation)?.partitionOf)
  return whole !== undefined && (others.includes(whole) || isPart(catalog, whole, others))
}

/** sql-altertable.html, "ADD table_constraint_using_index". */
function usingIndex(place: Place): Words | undefined {
  const constraint = constraintIn(place)
  const index = constraint?.definition.usingIndex
  if (!constraint || index === undefined) return undefined
  const { definition, alter } = constraint
  const table = alter && tableAt(place.explanation.step.before, keyOf(place.explanation.step.before, alter.relation))
  const isPrimary = definition.kind === 'PRIMARY KEY'
  return {
    title: `USING INDEX: ${definition.kind}`,
    sentences: [
      `The index \`${index}\` becomes the index of the constraint: nothing is built.${isPrimary ? ' Columns that are not `NOT NULL` yet become so, which scans the table.' : ''}`,
      'It must be a valid, unique B-tree index of plain columns in their default order, without a condition.',
      ...(definition.name && definition.name.name !== index
        ? [`The index is renamed to \`${definition.name.name}\`.`]
        : []),
      ...(constraintNamed(table, index) ? ['It belongs to a constraint already.'] : []),
    ],
    conflicts: [],
    manual: manualPage('ALTER TABLE', place.settings.postgres),
  }
}

/** sql-lock.html, "NOWAIT". */
function nowait({ command, settings }: Place): Words | undefined {
  if (command.tag !== 'LOCK TABLE') return undefined
  return {
    title: 'NOWAIT',
    sentences: [
      'Where the lock cannot be had at once, the statement fails instead of waiting: nobody queues behind it.',
    ],
    conflicts: [],
    manual: manualPage(command.tag, settings.postgres),
  }
}

interface Found {
  readonly definition: ConstraintDefinition
  /** The command that adds it to a table that exists. */
  readonly alter?: AlterRelation
}

/** The constraint that the place is in. */
function constraintIn({ command, offset }: Place): Found | undefined {
  const isHere = ({ span }: { readonly span: Span }) => touches(span, offset)
  if ('subcommands' in command) {
    const subcommand = command.subcommands.find(isHere)
    if (subcommand?.kind === 'ADD CONSTRAINT') return { definition: subcommand.constraint, alter: command }
    const definition = subcommand?.kind === 'ADD COLUMN' ? subcommand.column.constraints.find(isHere) : undefined
    return definition && { definition, alter: command }
  }
  if (command.tag !== 'CREATE TABLE' && command.tag !== 'CREATE FOREIGN TABLE') return undefined
  const definitions = [...command.constraints, ...command.columns.flatMap(column => column.constraints)]
  const definition = definitions.find(isHere)
  return definition && { definition }
}
