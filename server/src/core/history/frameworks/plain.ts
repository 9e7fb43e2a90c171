import type { NewFile } from '../../finding'
import { folderOf, nameOf } from '../../text'
import type { Direction } from '../migration'
import { compareNumbered, numberAfter, onceForEach } from '../numbering'
import { areForeign, isForeignName } from './dialects'
import { directives } from './directives'
import { isDump, isPrintedDump, isVersionSegment } from './dumps'
import type { FollowUp, Framework, SectionLayout } from './framework'
import { nothingToUndo } from './layouts'
import { ownRunner } from './own-runner'
import { anyText, isSql, share } from './recognise'

/**
 * Numbered SQL files without a tool that we know: run one after the other with psql, which sends one statement at a time and
 * opens no transaction (app-psql.html, "-f" and "--single-transaction"), unless a setting says that a project's own runner
 * opens one around each file or it is known to (`runnerOf`). The order is that of the numbers in the path below the folder. A file undoes
 * what its name, its folder or a header inside says: `1_x.down.sql`, `1_x_rollback.sql`, `down/1_x.sql`, `U1__x.sql` beside
 * `V1__x.sql`, a line `-- Down`.
 */
export default {
  id: 'plain',
  name: 'plain SQL',
  recognises(folder) {
    const { path, files } = folder
    // Of a folder whose files nobody knows its name tells.
    if (files.length > 0 && files.every(file => !isSql(file) || isDump(`${path}/${file}`))) return 0
    if (queryFolder.test(path) && !anyText(folder, text => changing.test(text))) return 0
    const numbered = share(files, (name, file) => isNumbered(name) || isVersionSegment(nameOf(folderOf(file))))
    if (numbered >= 0.5) return 0.25
    if (numbered > 0 || /migrat|changelog|^updates?$|^deltas?$|^versioned$/i.test(nameOf(path))) return 0.1
    // A single file may be a seed or a tool's, which a program names too.
    return files.filter(isSql).length > 2 && ownRunner(folder) ? 0.1 : 0
  },

  layout(path, text, folder) {
    const name = nameOf(path)
    if (isForeignName(name) || isDump(path)) return undefined
    if (!isNumbered(name) && isPrintedDump(text)) return undefined
    if (!hasVersion.test(name) && leadsOn(folder.files)) return undefined
    if (namedQuery.test(text)) return undefined
    if (isForSeveral(folder.files) && !saysDatabase.test(name) && areForeign([text])) return undefined
    const relative = path.slice(folder.path === '' ? 0 : folder.path.length + 1)
    if (wholeSchema.test(path)) return undefined
    const { stem, direction: said } = nameIn(relative, folder.files)
    const isDown = isForRollbacks(folder.path) || isDjangoBackwards(text)
    const direction = said === 'up' && isDown ? 'down' : said
    const found = direction === 'up' ? parts(text) : [section(direction, 0, text.length)]
    const transaction = folder.transaction === 'file' ? 'tool' : 'own'
    return {
      version: stem.replace(step, '$1'),
      repeatable: false,
      sections: found.map(part => ({ ...part, transaction })),
    }
  },

  compareVersions: compareNumbered,

  followUp(asked): readonly NewFile[] | undefined {
    const { taken, hasDowns } = asked
    const request = asked.isAtOnce && asked.runner !== 'file' ? inTransaction(asked) : asked
    const last = taken.findLast(path => number.test(nameOf(path)) && nameIn(path, taken).direction === 'up')
    const version = last && number.exec(nameOf(last))?.[0]
    if (!last || !version || (!request.transaction && request.runner === 'file')) return undefined
    const like = (path: string, text: string): NewFile => {
      const name = nextName(request, nameOf(path), numberAfter(version))
      return { path: folderOf(path) === '' ? name : `${folderOf(path)}/${name}`, text }
    }
    const up = like(last, upText(request))
    const pair = hasDowns && request.down !== '' ? downOf(last, taken) : undefined
    return pair ? [up, like(pair, `${request.down}\n`)] : [up]
  },
} satisfies Framework

/** Nothing else opens a transaction around what has to happen at once. */
const inTransaction = (request: FollowUp): FollowUp => {
  const around = (sql: string) => (sql === '' ? '' : `BEGIN;\n${sql}\nCOMMIT;`)
  return { ...request, up: around(request.up), down: around(request.down) }
}

/** The down beside an up. */
function downOf(up: string, files: readonly string[]): string | undefined {
  const { stem } = nameIn(up, files)
  return files.findLast(path => {
    const other = nameIn(path, files)
    return other.direction === 'down' && other.stem === stem
  })
}

/** What a program or a dashboard asks for stands in folders called so, and changes nothing. */
const queryFolder = /(?:^|\/)(?:quer(?:y|ies)|reports?|dashboards?|metabase|analytics)(?:\/|$)/i
const changing = /^[ \t]*(?:create|alter|drop|insert|update|delete|truncate|grant|do)\b/im

/** What begins a numbered name: `001`, `2024-01-15`, `V1.2`, `migration-3-0012`. */
const number =
  /^(?:(?:[vumr]|migration|migrate|release|rel|revision|rev|step|delta|patch|version|ver|update|upgrade)[-_.]?)?\d+(?:[-.]\d+)*/i

/** What leads from one version of a schema to the next, `shop.postgres.1.9.0-to-1.10.0.upgrade.sql`: it makes the second. */
const step = /\d+(?:\.\d+)+-to-(\d+(?:\.\d+)+)/

/** Whether most files of a folder do: then one without a version is no part of the way. */
const leadsOn = onceForEach((files: readonly string[]): boolean => share(files, name => step.test(name)) >= 0.5)

/**
 * DBIx::Class::DeploymentHandler keeps the whole schema of each version, `deploy/7/001-auto.sql`, beside what leads from one to the
 * next, `upgrade/6-7/001-auto.sql` (https://metacpan.org/pod/DBIx::Class::DeploymentHandler::DeployMethod::SQL::Translator).
 */
const wholeSchema = /(?:^|\/)deploy\/\d+\/\d{3}-auto[^/]*\.sql$/

/** What a program calls by name, as Yesql, HugSQL, aiosql and sqlc write it: `-- name: users-by-town`, `-- :name users`. */
const namedQuery = /^--[ \t]*(?:name[ \t]*:|:name[ \t])[ \t]*[\w.*!?<>$^-]+(?:[ \t]+:[\w*!?<>]+)*[ \t]*\r?$/im

const hasVersion = /\d\.\d/

const isNumbered = (name: string) => number.test(name) || step.test(name)

const saysDatabase = /\.sql\.\w+$/

/** Whether some files say by their names which database they are for, `01_a.sql.postgres`: then others may be for another unsaid. */
const isForSeveral = onceForEach((files: readonly string[]): boolean =>
  files.some(file => isForeignName(file) || saysDatabase.test(file)),
)

/** The end of a stem that says in which direction the file goes. */
const suffix = /[._-](up|down|undo|rollback|revert|downgrade|upgrade|forwards?|backwards?)$/i

const directionFolders = /^(up|down|undo|rollbacks?|revert|downgrades?|upgrades?|deploy|forward|backward)$/i

/** Whether a folder holds rollbacks alone, by its name or that of one above: `rollback_dbs/postgresql`. */
const isForRollbacks = (path: string): boolean =>
  path
    .split('/')
    .slice(-3)
    .some(segment =>
      /^(?:rollbacks?|undo|revert|downgrades?)[-_](?:dbs?|scripts?|sql|migrations?|files?)$/i.test(segment),
    )

const isDownWord = (word: string) => /^(?:down|undo|roll|revert|downgrade|backward)/i.test(word)

/**
 * Whether a file is what `sqlmigrate --backwards` of Django prints: each operation under a comment that says what it does forwards
 * (https://github.com/django/django, `django/db/migrations/migration.py`, `unapply`, and `describe` of the operations).
 */
function isDjangoBackwards(text: string): boolean {
  for (const [, operation = '', statement = ''] of text.matchAll(djangoOperation)) {
    const [made, dropped] = [/^CREATE|\bADD\b/i, /^DROP|\bDROP\b/i].map(verb => verb.test(statement))
    if (made !== dropped) return /^(?:Create|Add)/.test(operation) === dropped
  }
  return false
}

const djangoOperation =
  /^--\r?\n-- ((?:Create (?:model|index|constraint)|Add field|Delete model|Remove (?:field|index|constraint)) .*)\r?\n--\r?\n([^;]*)/gm

interface Named {
  /** The path without what says its direction, so that both files of a pair have one. */
  readonly stem: string
  readonly direction: Direction
}

/**
 * Returns what a file's path says. A word at the end of its name (`1_shut_down.sql`) is taken for a direction only where
 * another file says the other: dots (`1_x.down.sql`) and folders (`down/1_x.sql`) are plain enough.
 */
function nameIn(relative: string, files: readonly string[]): Named {
  const found = named(relative)
  if (!/[_-](?:up|down|undo|rollback|revert|downgrade|upgrade|forwards?|backwards?)(?:\.sql)+$/i.test(relative))
    return found
  return (stemsOf(files).get(found.stem) ?? 0) > 1
    ? found
    : { stem: relative.replace(/(?:\.sql)+$/i, ''), direction: 'up' }
}

/** How many files have a stem. */
const stemsOf = onceForEach((files: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const { stem } of files.map(named)) counts.set(stem, (counts.get(stem) ?? 0) + 1)
  return counts
})

function named(relative: string): Named {
  let direction: Direction = 'up'
  const folders = folderOf(relative)
    .split('/')
    .filter(segment => {
      if (!directionFolders.test(segment)) return segment !== ''
      if (isDownWord(segment)) direction = 'down'
      return false
    })
  let name = nameOf(relative).replace(/(?:\.sql)+(?:\.\w+)?$/i, '')
  const word = suffix.exec(name)?.[1] ?? (/^(?:up|down)$/i.test(name) ? name : undefined)
  if (word !== undefined) {
    if (isDownWord(word)) direction = 'down'
    name = name.slice(0, Math.max(0, name.length - word.length - 1))
  }
  if (/^U\d[\d._]*__/.test(name)) {
    direction = 'down'
    name = `V${name.slice(1)}`
  }
  return { stem: [...folders, name].filter(part => part !== '').join('/'), direction }
}

/** A comment that is nothing but the name of a direction: `-- Down`, `-- UP MIGRATION`, `-- ==== Rollback ====`. */
const headers = (text: string) =>
  directives(
    text,
    /^--[\s\-=*#+@>]*(?:migrat(?:e|ion)[ :]+)?((?:up|down|rollback|undo|revert)(?:[ ]+(?:migration|script|section))?)[\s\-=*#:]*$/gim,
  )

/** Returns the up part and the down part; a header counts only where there is one for down, after the up. */
function parts(text: string): readonly SectionLayout[] {
  const marks = headers(text)
  const down = marks.find(mark => isDownWord(mark.words))
  if (!down) return [section('up', 0, text.length)]
  const up = marks.find(mark => !isDownWord(mark.words))
  if (up && up.start > down.start) return [section('down', down.end, up.start), section('up', up.end, text.length)]
  return [section('up', 0, down.start), section('down', down.end, text.length)]
}

const section = (direction: Direction, start: number, end: number): SectionLayout => ({
  direction,
  span: { start, end },
  transaction: 'own',
  boundaries: [],
  masked: [],
  queries: [],
})

/** Returns the file name that follows the pattern of `name`: its number, separator, style of words and endings. */
function nextName({ title }: FollowUp, name: string, version: string): string {
  const old = number.exec(name)?.[0] ?? ''
  const [, separator = '_', rest = ''] = /^(__|[_.-]|##)?(.*)$/.exec(name.slice(old.length)) as RegExpExecArray
  const ending =
    /((?:[._-](?:up|down|undo|rollback|revert|downgrade|upgrade))?(?:\.sql)+(?:\.\w+)?)$/i.exec(rest)?.[1] ?? '.sql'
  const words = rest.slice(0, rest.length - ending.length)
  const isDashed = separator === '-' || (words.includes('-') && !words.includes('_'))
  const prefix = /^U\d[\d._]*__/.test(name) ? version.replace(/^V/, 'U') : version
  return `${prefix}${separator}${isDashed ? title.replaceAll('_', '-') : title}${ending}`
}

/** Heads the parts as the file before does. */
function upText({ up, down, text = '' }: FollowUp): string {
  const marks = headers(text)
  const downMark = marks.find(mark => isDownWord(mark.words))
  if (!downMark) return `${up}\n`
  const upMark = marks.find(mark => !isDownWord(mark.words))
  const line = (mark: { start: number; end: number }) => text.slice(mark.start, mark.end)
  return `${upMark ? `${line(upMark)}\n` : ''}${up}\n\n${line(downMark)}\n${down === '' ? nothingToUndo : `${down}\n`}`
}
