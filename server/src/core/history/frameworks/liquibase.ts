import type { Edit } from '../../finding'
import { statementsIn } from '../../sql/split'
import { nameOf } from '../../text'
import type { TransactionMode } from '../migration'
import { compareNames, compareNumbered, numberAfter } from '../numbering'
import { isForeignName } from './dialects'
import { isDump } from './dumps'
import type { FollowUp, Framework, Mark, SectionLayout } from './framework'
import { isInChangelog, placeInChangelog } from './liquibase-changelog'
import {
  attribute,
  type Changeset,
  changesets,
  delimitedQueries,
  delimiters,
  isFormatted,
  isRun,
  partsOf,
  rollbackOf,
  trimmedAt,
} from './liquibase-changeset'
import { share, shareOfTexts } from './recognise'
import { texts } from './statements'

const mark: Mark = { line: '--liquibase formatted sql', isIn: text => isFormatted.test(text), isRequired: false }

/**
 * Liquibase, formatted SQL: https://github.com/liquibase/liquibase. Verified at commit cdbdec7:
 * - `parser/AbstractFormattedChangeLogParser.java`: the first line that is not empty is `--liquibase formatted sql`; a changeset
 *   runs from its line `--changeset author:id` with its attributes to the next; `--rollback` lines and a
 *   `liquibase rollback` comment hold what undoes it, `not required` and `empty` stand for nothing; `--ignoreLines` takes lines
 *   out; attributes are `name:value` in any case. What stands before the first changeset does not run.
 * - `changelog/ChangeSet.java`, `execute` and `rollback`: each changeset, and what undoes it, commits by itself; with
 *   `runInTransaction:false` both run in auto-commit mode.
 * - `util/StringUtil.java`, `processMultiLineSQL` and `isDelimiter`: a statement ends at `endDelimiter`; without one at a semicolon
 *   and at `/` or `GO` at the start of a line. With `splitStatements:false` all of it is sent at once.
 * - `database/DatabaseList.java`: `dbms` names databases, or with `!` those that are left out.
 * - `changelog/visitor/ValidatingVisitor.java`: of the changesets that the database, contexts and labels leave, none may have the
 *   file, id and author of another; `logicalFilePath` stands for the file. What ran is told by the same three.
 * - `changelog/DatabaseChangeLog.java`: files run in the order in which changelogs include them, those of `includeAll` in the
 *   order of their paths; `parser/core/sql/SqlChangeLogParser.java`: a file without the first line is one changeset.
 */
export default {
  id: 'liquibase',
  name: 'Liquibase',
  recognises: folder =>
    Math.max(
      0.96 * shareOfTexts(folder, mark.isIn),
      0.95 * share(folder.files, (_, file) => isInChangelog(file, folder)),
    ),
  mark,

  layout(path, text, folder) {
    if (isForeignName(nameOf(path)) || isDump(path)) return undefined
    const version = placeInChangelog(path, folder)
    if (!isFormatted.test(text)) return { version, repeatable: false, sections: [raw(text)] }
    const run = changesets(text).filter(isRun)
    if (run.length === 0) return undefined
    const ups = run.map(changeset => up(text, changeset))
    const downs = run.flatMap(changeset => down(text, changeset) ?? []).reverse()
    return { version, repeatable: false, sections: [...ups, ...downs] }
  },

  parts: (path, text) => (isFormatted.test(text) ? partsOf(path, text) : undefined),

  compareVersions(a, b) {
    const order = compareNumbered(a.slice(0, a.indexOf(' ')), b.slice(0, b.indexOf(' ')))
    return order || (/^\d+a/.test(a) ? compareNames(a, b) : compareNumbered(a, b))
  },

  withoutTransaction(path, text, direction, at): readonly Edit[] | undefined {
    const changeset = changesetAt(text, at)
    if (!changeset) return undefined
    const own = direction === 'up' ? up(text, changeset) : down(text, changeset)
    const other = direction === 'up' ? down(text, changeset) : up(text, changeset)
    const isTogether = own?.queries.some(span => statementsIn(text, { span }).statements.length > 1)
    if (!own || isTogether || (other && statementsIn(text, other).statements.length > 1)) return undefined
    if (own.transaction === 'own') return []
    const said = /runInTransaction:(\w+)/i.exec(text.slice(changeset.head.start, changeset.head.end))
    if (said) {
      const end = changeset.head.start + said.index + said[0].length
      return [{ path, span: { start: end - (said[1]?.length ?? 0), end }, text: 'false' }]
    }
    return [attributeAdded(path, text, changeset, 'runInTransaction:false')]
  },

  /** The driver cuts it then, and knows bodies. */
  sentWhole(path, text, direction, at): readonly Edit[] | undefined {
    const changeset = changesetAt(text, at)
    if (!changeset || direction === 'down' || attribute(changeset, 'splitStatements') !== undefined) return undefined
    if (up(text, changeset).boundaries.length > 0) return undefined
    return [attributeAdded(path, text, changeset, 'splitStatements:false')]
  },

  followUp(request) {
    const { after, taken, text: written } = request
    const last = taken.at(-1) ?? after
    const text = request.read?.(last) ?? (last === after ? written : undefined)
    if (text === undefined || !isFormatted.test(text)) return undefined
    return [{ path: last, text: `${text.trimEnd()}\n\n${changesetAfter(text, request)}` }]
  },
} satisfies Framework

const changesetAt = (text: string, at: number): Changeset | undefined =>
  changesets(text).find(({ head, body }) => head.start <= at && at <= body.end)

function attributeAdded(path: string, text: string, { head }: Changeset, attribute: string): Edit {
  const end = head.start + text.slice(head.start, head.end).trimEnd().length
  return { path, span: { start: end, end }, text: ` ${attribute}` }
}

const isFalse = (changeset: Changeset, name: string) => attribute(changeset, name)?.toLowerCase() === 'false'

const transactionOf = (changeset: Changeset): TransactionMode =>
  isFalse(changeset, 'runInTransaction') ? 'own' : 'tool'

function up(text: string, changeset: Changeset): SectionLayout {
  const span = trimmedAt(text, changeset.body)
  const marks = delimiters(text, span, attribute(changeset, 'endDelimiter'))
  const queries = isFalse(changeset, 'splitStatements') ? [span] : delimitedQueries(span, marks)
  return {
    direction: 'up',
    span,
    transaction: transactionOf(changeset),
    boundaries: marks.delimiters.map(({ start }) => start),
    masked: [...marks.delimiters, ...marks.ignored],
    queries,
  }
}

function down(text: string, changeset: Changeset): SectionLayout | undefined {
  const rollback = rollbackOf(text, changeset.body)
  if (!rollback) return undefined
  const marks = delimiters(text, rollback.span, attribute(changeset, 'rollbackEndDelimiter'))
  return {
    direction: 'down',
    span: rollback.span,
    transaction: transactionOf(changeset),
    boundaries: marks.delimiters.map(({ start }) => start),
    masked: [...rollback.masked, ...marks.delimiters],
    queries: isFalse(changeset, 'rollbackSplitStatements') ? [rollback.span] : [],
    linePrefix: rollback.linePrefix,
  }
}

const raw = (text: string): SectionLayout => ({
  direction: 'up',
  span: { start: 0, end: text.length },
  transaction: 'tool',
  boundaries: [],
  masked: [],
  queries: [],
})

/** A changeset at the end of the last file runs last, whatever includes that file. */
function changesetAfter(text: string, { title, up: sql, down: undo, transaction }: FollowUp): string {
  const [, marker = '--changeset ', author = 'migration-guard', id = ''] =
    /^[ \t]*(--[ \t]*changeset[ \t]+)("[^"\n]+"|[^:\s]+):[ \t]*("[^"\n]+"|\S+)/i.exec(lastHead(text)) ?? []
  const isCut = (script: string) => texts(script).some(statement => /;[ \t]*(?:--.*)?\n/.test(statement))
  const comment = marker.replace(/changeset\s+$/i, 'rollback ')
  const bare = undo.replace(/^[ \t]*--[ \t]*rollback /gim, '')
  const options = [
    ...(transaction ? [] : [' runInTransaction:false']),
    ...(isCut(sql) ? [' splitStatements:false'] : []),
    ...(isUndone.test(text) && isCut(bare) ? [' rollbackSplitStatements:false'] : []),
  ].join('')
  // A rollback fails at a changeset in SQL that says nothing of it (`ChangeSet.java`).
  const said = undo === '' ? `${comment}empty\n` : `${bare.replace(/^/gm, comment)}\n`
  const rollback = isUndone.test(text) ? said : ''
  return `${marker}${author}:${idAfter(text, id, title)}${options}\n${sql}\n${rollback}`
}

const isUndone = /^[ \t]*(?:--[ \t]*rollback |\/\*[ \t]*liquibase[ \t]*rollback)/im

const lastHead = (text: string): string => {
  const head = changesets(text).at(-1)?.head
  return head ? text.slice(head.start, head.end) : ''
}

/** Counts on where the last id is a number, or begins or ends with one. */
function idAfter(text: string, last: string, title: string): string {
  const isUsed = (id: string) => changesets(text).some(({ head }) => head.words.split(/:|\s/)[1] === id)
  if (/^\d+$|^[\w.]*\d-\d+$/.test(last)) return numberAfter(last)
  const words = last.includes('-') && !last.includes('_') ? title.replaceAll('_', '-') : title
  const [, number, separator] = /^(\d+)([-_.])\D/.exec(last) ?? []
  if (number !== undefined) return `${numberAfter(number)}${separator}${words}`
  let id = words
  for (let next = 2; isUsed(id); next++) id = `${words}_${next}`
  return id
}
