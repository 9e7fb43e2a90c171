import type { NewFile } from '../../finding'
import { folderOf, nameOf } from '../../text'
import type { TransactionMode } from '../migration'
import { compareNumbered, numberAfter } from '../numbering'
import { dependsOn } from './dependencies'
import { isForeignName } from './dialects'
import type { FileLayout, Folder, FollowUp, Framework } from './framework'
import { lastName, nothingToUndo, wholeFile } from './layouts'
import { isRunByMaragu, ownRunner } from './own-runner'
import { share } from './recognise'
import { oneByOne } from './statements'

/**
 * golang-migrate: https://github.com/golang-migrate/migrate. Verified at commit 18966c7:
 * - `source/parse.go`: names are `{version}_{title}.up.{ext}` and `.down.{ext}`, the version an unsigned integer;
 *   `source/migration.go` orders by its value, so 9 runs before 10 without padding;
 *   `source/iofs/iofs.go` passes over folders.
 * - `database/postgres/postgres.go` and `database/pgx/v5/pgx.go`, `Run`: the whole file is one `Exec` without arguments, a
 *   simple query; no transaction is opened around it. `database/postgres/README.md` ("Multi-statement mode"): PostgreSQL runs
 *   several statements of one `Exec` in a transaction, and CREATE INDEX CONCURRENTLY goes into a file of its own. With
 *   `x-multi-statement` in the database's address the file is cut at semicolons instead; nothing in the folder tells.
 * - `migrate.go`, `readUp`: the version that the database is at is all that it remembers; it goes on with the next one after it.
 * - `MIGRATIONS.md`: up and down may be missing or empty; an empty file should hold a comment.
 */
export default {
  id: 'golang-migrate',
  name: 'golang-migrate',
  recognises(folder) {
    const named = shareOfPairs(folder)
    return named === 0 || isRunOtherwise(folder) ? 0 : 0.8 * named
  },

  layout(path, text) {
    return ofPair(path, text, 'implicit')
  },

  compareVersions: compareNumbered,

  late: () => 'skipped',

  followUp: request => pairsAfter(request),
} satisfies Framework

/** Returns the share of the files right in a folder that are named as golang-migrate asks. */
export const shareOfPairs = ({ files }: Pick<Folder, 'files'>): number =>
  share(files, (name, file) => name === file && strictName.test(name))

/** Returns what a file named as golang-migrate asks is, for tools that send it as one query. */
export function ofPair(path: string, text: string, transaction: TransactionMode): FileLayout | undefined {
  const name = nameOf(path)
  if (isForeignName(name)) return undefined
  const parts = looseName.exec(name)
  const version = parts?.[1] ?? /^\d+/.exec(name)?.[0]
  if (version === undefined) return undefined
  const direction = parts?.[3]?.toLowerCase() === 'down' ? 'down' : 'up'
  return { version, repeatable: false, sections: wholeFile(direction, text, transaction, true) }
}

/**
 * Returns the next migrations named so, one for each statement that must not share a transaction, under the tool's marker against
 * it. Where newer ones are named without a direction, another program runs them, and these are named so too.
 */
export function pairsAfter(request: FollowUp, marker = ''): readonly NewFile[] | undefined {
  const last = lastName(request.taken, name => strictName.test(name))
  if (last === undefined) return undefined
  const numberIn = (name: string) => (/^\d+/.exec(name) as RegExpExecArray)[0]
  const lastNumber = numberIn(last)
  const newer = request.taken
    .filter(path => !path.endsWith('.up.sql') && !path.endsWith('.down.sql'))
    .map(nameOf)
    .filter(name => /^\d+_.*\.sql$/i.test(name) && compareNumbered(numberIn(name), lastNumber) > 0)
  // The tool passes over `999_seed.sql`, and over what would be named so.
  const isBare = newer.some(name => numberIn(name) === numberAfter(lastNumber) || /^\d{8}/.test(name))
  let number = numberIn(isBare ? (newer.at(-1) as string) : last)
  return oneByOne(request).flatMap(part => {
    number = numberAfter(number)
    const files = pair(part, number, part.transaction ? '' : marker)
    return isBare ? files.slice(0, 1).map(up => ({ ...up, path: up.path.replace(/\.up\.sql$/, '.sql') })) : files
  })
}

/** Whether the project's own program runs files that are merely named so: not where it has golang-migrate for that, and no other library. */
const isRunOtherwise = (folder: Folder) =>
  isRunByMaragu(folder) ||
  (!dependsOn(folder, 'go.mod', 'github.com/golang-migrate/migrate') && ownRunner(folder) !== undefined)

const strictName = /^(\d+)_(.*)\.(up|down)\.sql$/i

/** Also the slips that people make and the tool passes over: `_down.sql`. They are judged as what they mean to be. */
const looseName = /^(\d+)(?:[_-](.*?))?[._-](up|down)(?:\.sql)+$/i

function pair({ after, hasDowns, title, up, down }: FollowUp, version: string, head: string): NewFile[] {
  const folder = folderOf(after)
  const stem = `${folder === '' ? '' : `${folder}/`}${version}_${title}`
  const upFile = { path: `${stem}.up.sql`, text: `${head}${up}\n` }
  if (!hasDowns) return [upFile]
  return [upFile, { path: `${stem}.down.sql`, text: down === '' ? nothingToUndo : `${head}${down}\n` }]
}
