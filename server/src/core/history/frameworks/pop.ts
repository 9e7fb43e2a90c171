import { nameOf } from '../../text'
import { compareNames, numberAfter, onceForEach } from '../numbering'
import { dependsOn } from './dependencies'
import type { Folder, Framework } from './framework'
import { beside, nothingToUndo, wholeFile } from './layouts'
import { share } from './recognise'

/**
 * Pop (soda): https://github.com/gobuffalo/pop. Verified at commit c9b1c55:
 * - `migrator.go` and `match.go`: names are `<version>_<name>[.<dialect>].<up|down>.<sql|fizz>`, ordered by version as text; of one
 *   version and direction a file for the dialect runs, and only where there is none the one without. `.fizz` is a language of
 *   Pop's own.
 * - `migrator.go`, `UpTo` and `Down`: each migration runs in a transaction, its whole text one `Exec`; no file can opt out.
 * - Ory's `popx`, https://github.com/ory/x at commit 0dd59c2, `popx/match.go`: `.autocommit` in the name does.
 */
export default {
  id: 'pop',
  name: 'Pop',
  onlyInTransaction: migrations =>
    migrations.some(({ path }) => path.includes('.autocommit.'))
      ? undefined
      : {
          why: 'Pop runs each migration in a transaction, and no file can turn that off (Ory’s popx can: .autocommit).',
        },
  recognises(folder) {
    const named = share(folder.files, name => parsed(name) !== undefined)
    if (named === 0) return 0
    const isOurs = folder.files.some(file => /\.fizz$/.test(file) || isTold(parsed(file)))
    return isOurs || isDependedOn(folder) ? 0.9 * named : 0
  },

  layout(path, text, folder) {
    const name = nameOf(path)
    const match = parsed(name)
    if (!match || !isPostgres(match.dialect)) return undefined
    if (match.dialect === undefined && specific(folder.files).has(`${match.version} ${match.direction}`))
      return undefined
    const transaction = match.isAutocommit ? 'own' : 'tool'
    return { version: match.version, repeatable: false, sections: wholeFile(match.direction, text, transaction, true) }
  },

  compareVersions: compareNames,

  followUp({ after, taken, title, up, down, transaction }) {
    const last = parsed(taken.findLast(parsed) ?? '')
    if (!last || (!transaction && !taken.some(path => parsed(path)?.isAutocommit))) return undefined
    const dialect = last.dialect === undefined ? '' : `.${last.dialect}`
    const stem = beside(after, `${numberAfter(last.version)}_${title}${dialect}${transaction ? '' : '.autocommit'}`)
    return [
      { path: `${stem}.up.sql`, text: `${up}\n` },
      { path: `${stem}.down.sql`, text: down === '' ? nothingToUndo : `${down}\n` },
    ]
  },
} satisfies Framework

/** Whether the project's own Go program runs names that could be golang-migrate's by Pop. */
const isDependedOn = (folder: Folder): boolean =>
  ['github.com/gobuffalo/pop', 'github.com/ory/pop'].some(name => dependsOn(folder, 'go.mod', name)) &&
  !dependsOn(folder, 'go.mod', 'github.com/golang-migrate/migrate')

interface Match {
  readonly version: string
  readonly dialect?: string
  readonly isAutocommit: boolean
  readonly direction: 'up' | 'down'
}

function parsed(file: string): Match | undefined {
  const parts = /^(\d+)_[^.]+(?:\.(?!autocommit\.)([a-z0-9]+))?(\.autocommit)?\.(up|down)\.(?:sql|fizz)$/.exec(
    nameOf(file),
  )
  if (!parts) return undefined
  const [, version = '', dialect, autocommit, direction] = parts
  return { version, dialect, isAutocommit: autocommit !== undefined, direction: direction === 'up' ? 'up' : 'down' }
}

const isTold = (match: Match | undefined) =>
  match !== undefined && (match.isAutocommit || (match.dialect !== undefined && isPostgres(match.dialect)))

const isPostgres = (dialect: string | undefined) =>
  dialect === undefined || /^(?:postgres|postgresql|pg|pgx)$/.test(dialect)

/** The versions and directions that have a file for PostgreSQL. */
const specific = onceForEach((files: readonly string[]): ReadonlySet<string> => {
  const matches = files.map(parsed).filter(match => match?.dialect !== undefined && isPostgres(match.dialect))
  return new Set(matches.map(match => `${match?.version} ${match?.direction}`))
})
