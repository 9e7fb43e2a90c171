import type { NewFile } from '../../finding'
import { folderOf, nameOf } from '../../text'
import { compareNumbered, numberAfter } from '../numbering'
import { isRunByMaragu } from './dependencies'
import { isForeignName } from './dialects'
import type { FollowUp, Framework } from './framework'
import { lastName, nothingToUndo } from './layouts'
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
 * - `MIGRATIONS.md`: up and down may be missing or empty; an empty file should hold a comment.
 */
export default {
  id: 'golang-migrate',
  name: 'golang-migrate',
  recognises(folder) {
    const named = share(folder.files, (name, file) => name === file && strictName.test(name))
    return named === 0 || isRunByMaragu(folder) ? 0 : 0.8 * named
  },

  layout(path, text) {
    const name = nameOf(path)
    if (isForeignName(name)) return undefined
    const parts = looseName.exec(name)
    const version = parts?.[1] ?? /^\d+/.exec(name)?.[0]
    if (version === undefined) return undefined
    const span = { start: 0, end: text.length }
    return {
      version,
      repeatable: false,
      sections: [
        {
          direction: parts?.[3]?.toLowerCase() === 'down' ? 'down' : 'up',
          span,
          transaction: 'implicit',
          boundaries: [],
          masked: [],
          queries: [span],
        },
      ],
    }
  },

  compareVersions: compareNumbered,

  followUp(request) {
    const last = lastName(request.taken, name => strictName.test(name))
    if (last === undefined) return undefined
    let [number] = /^\d+/.exec(last) as RegExpExecArray
    return oneByOne(request).flatMap(part => {
      number = numberAfter(number)
      return pair(part, number)
    })
  },
} satisfies Framework

const strictName = /^(\d+)_(.*)\.(up|down)\.sql$/i

/** Also the slips that people make and the tool passes over: `_down.sql`. They are judged as what they mean to be. */
const looseName = /^(\d+)(?:[_-](.*?))?[._-](up|down)(?:\.sql)+$/i

function pair({ after, hasDowns, title, up, down }: FollowUp, version: string): NewFile[] {
  const folder = folderOf(after)
  const stem = `${folder === '' ? '' : `${folder}/`}${version}_${title}`
  const upFile = { path: `${stem}.up.sql`, text: `${up}\n` }
  if (!hasDowns) return [upFile]
  return [upFile, { path: `${stem}.down.sql`, text: down === '' ? nothingToUndo : `${down}\n` }]
}
