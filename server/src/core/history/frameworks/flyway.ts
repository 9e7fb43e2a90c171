import type { Edit, NewFile } from '../../finding'
import type { Command } from '../../sql/commands'
import { statementsIn } from '../../sql/split'
import { folderOf, nameOf } from '../../text'
import type { TransactionMode } from '../migration'
import { compareDotted, compareNumbered, numberAfter } from '../numbering'
import { isForeignName } from './dialects'
import type { FileLayout, Folder, Framework } from './framework'
import { beside, lastName, nothingToUndo, pathBelow } from './layouts'
import { share } from './recognise'

/**
 * Flyway: https://github.com/flyway/flyway. Verified at commit c5e20fc:
 * - `ResourceNameParser.java`: prefix, version, two underscores, description; V runs up, U undoes, B is a baseline, R (without
 *   version) runs again whenever it changes; `MigrationVersion.java`: underscores are dots, parts are compared as numbers,
 *   missing parts are 0. Prefixes and suffixes can be configured.
 * - `documentation/Reference/Callback Events.md` and `Event.java`: callbacks are files named for their event.
 * - `DbMigrate.java`, `ParserSqlScript.java`: a migration runs in one transaction, its statements sent one by one, unless
 *   `executeInTransaction` says otherwise in the script's own `<file>.conf` or in Flyway's configuration, or one of its
 *   statements cannot: `PostgreSQLParser.java` knows CREATE and DROP INDEX CONCURRENTLY, VACUUM, ALTER SYSTEM, REINDEX of a
 *   schema or database, CREATE and DROP of databases, tablespaces and subscriptions, and DISCARD ALL by their first words.
 *   Such a statement beside others is refused, unless `mixed` is set, which lets all of them run outside a transaction.
 * - `documentation/Reference/Script Configuration.md`: the `.conf` file beside the script.
 * - `MigrationInfoImpl.java`, `validate`: what has not run below what has is refused, unless `outOfOrder` is true; `FlywayModel.java`: it is
 *   not, and Flyway validates before it migrates, where nobody says otherwise.
 * - `PostgreSQLConnection.java`, `changeCurrentSchemaTo`: the default schema is put before what search_path is; and
 *   https://documentation.red-gate.com/fd/flyway-default-schema-setting-277578987.html: it is the first of the schemas where
 *   `defaultSchema` is not set.
 * - Issues 3497, 3508, 3682 and 3961: since 9.1.2 Flyway's own lock is a transaction that stays open meanwhile, for which
 *   CONCURRENTLY waits without end, unless `flyway.postgresql.transactional.lock` is false.
 */
export default {
  id: 'flyway',
  name: 'Flyway',
  concurrentlyNeeds:
    'With Flyway 9.1.2 and later set flyway.postgresql.transactional.lock=false first: else the build waits without end for the transaction of Flyway’s own lock.',
  recognises(folder) {
    const { files } = folder
    const isVersionThere = files.some(file => versionName.test(nameOf(file)))
    const repeated = share(files, name => strictName.test(name))
    // Scripts that are run by hand may have one among them that is not.
    const named = isVersionThere || repeated >= 0.5 ? repeated : 0
    const bare = named > 0 ? 0 : share(files, name => bareName.test(name))
    if (bare > 0 && (/(?:^|\/)db\/migration(?:\/|$)/.test(folder.path) || isConfigured(folder))) return 0.85 * bare
    return named === 0 ? 0 : 0.45 + 0.45 * share(files, name => strictName.test(name) || eventName.test(name))
  },

  layout(path, text, folder): FileLayout | undefined {
    const name = nameOf(path)
    if (isForeignName(name)) return undefined
    const parts = looseName.exec(name)
    const prefix = parts?.[1]?.toUpperCase() ?? ''
    const span = { start: 0, end: text.length }
    const transaction = transactionOf(path, text, folder)
    return {
      version: parts?.[2] ?? name,
      repeatable: parts === null,
      baseline: prefix === 'B',
      sections: [
        {
          direction: prefix === 'U' || undoFolder.test(pathBelow(folder, path)) ? 'down' : 'up',
          span,
          transaction,
          boundaries: [],
          masked: [],
          queries: [],
        },
      ],
    }
  },

  searchPath(folder) {
    const texts = configurations.map(file => folder.read(file) ?? '')
    const schemas = new Set(texts.flatMap(text => defaultSchemasIn(text)))
    const [schema] = schemas
    // Another profile may have another one, and a placeholder any.
    return schemas.size === 1 && schema !== 'public' && /^\w+$/.test(schema ?? '')
      ? [schema as string, 'public']
      : undefined
  },

  compareVersions: (a, b) => (isNumbered(a) && isNumbered(b) ? compareDotted(a, b) : compareNumbered(a, b)),

  late: (_, folder) =>
    projectSetting(folder, 'outOfOrder') || projectSetting(folder, 'validateOnMigrate') === false
      ? undefined
      : { refusedUnless: 'outOfOrder is true' },

  withoutTransaction(_, text): readonly Edit[] | undefined {
    const { statements } = statementsIn(text)
    const alone = statements.length === 1 ? statements[0]?.command : undefined
    return alone?.tag === 'CREATE INDEX' || alone?.tag === 'DROP INDEX' ? [] : undefined
  },

  followUp({ after, taken, hasDowns, title, up, down, transaction }): readonly NewFile[] | undefined {
    const last = looseName.exec(lastName(taken, isVersioned) ?? '')
    if (!last?.[2]) return undefined
    const version = numberAfter(last[2])
    const named = (like: string, prefix: string) => beside(like, `${prefix}${version}__${title}.sql`)
    const path = named(after, last[1]?.toUpperCase() === 'B' ? 'V' : (last[1] as string))
    const made = [{ path, text: `${up}\n` }]
    if (!transaction && detected(up) !== 'all') {
      made.push({ path: `${path}.conf`, text: 'executeInTransaction=false\n' })
    }
    if (!hasDowns) return made
    const byHand = taken.findLast(other => undoFolder.test(`${nameOf(folderOf(other))}/`))
    const undo = byHand ? named(byHand, looseName.exec(nameOf(byHand))?.[1] ?? '') : named(after, 'U')
    return [...made, { path: undo, text: down === '' ? nothingToUndo : `${down}\n` }]
  },
} satisfies Framework

const strictName = /^(?:[VUB]\d[\d._]*|R)__.*\.sql$/

const versionName = /^[VUB]\d[\d._]*__.*\.sql$/

/** Where the prefix is configured to be none. */
const bareName = /^\d[\d._]*__.*\.sql$/

/** What is run by hand: Flyway would refuse it beside the versions that it undoes. */
const undoFolder = /(?:^|\/)(?:undo|rollbacks?|revert|downgrades?)\//i

/** Also prefixes of a project's own, none at all, a single underscore, and no description. */
const looseName = /^([A-Z]{0,4})(\d+(?:[._]\d+)*)(?:_.*?)?(?:\.sql)+$/i

const isVersioned = (name: string) => looseName.test(name) && !/^U\d/i.test(name)

const eventName = /^(?:before|after|createSchema)(?:[A-Z]\w*?)?(?:__.*)?\.sql$/

const isNumbered = (version: string) => /^\d+(?:[._]\d+)*$/.test(version)

function transactionOf(path: string, text: string, folder: Folder): TransactionMode {
  const relative = path.slice(folder.path === '' ? 0 : folder.path.length + 1)
  const own = settingIn(folder.read(`${relative}.conf`), 'executeInTransaction')
  if (own !== undefined) return own ? 'tool' : 'own'
  const general = projectSetting(folder, 'executeInTransaction')
  if (general === false) return 'own'
  const found = detected(text)
  return found === 'all' || (found === 'some' && projectSetting(folder, 'mixed') === true) ? 'own' : 'tool'
}

/** Returns how many of the statements Flyway itself takes out of the transaction. */
function detected(text: string): 'all' | 'some' | 'none' {
  if (!/\b(?:concurrently|vacuum|system|reindex|database|tablespace|subscription|discard)\b/i.test(text)) return 'none'
  const { statements } = statementsIn(text)
  const found = statements.filter(({ command }) => command && isDetected(command)).length
  if (found === 0) return 'none'
  return found === statements.length ? 'all' : 'some'
}

function isDetected(command: Command): boolean {
  switch (command.tag) {
    case 'CREATE INDEX':
    case 'DROP INDEX':
      return command.concurrently !== undefined
    case 'REINDEX':
      return ['SCHEMA', 'DATABASE', 'SYSTEM'].includes(command.target)
    case 'VACUUM':
    case 'ALTER SYSTEM':
    case 'CREATE DATABASE':
    case 'DROP DATABASE':
    case 'CREATE TABLESPACE':
    case 'DROP TABLESPACE':
    case 'CREATE SUBSCRIPTION':
    case 'DROP SUBSCRIPTION':
    case 'DISCARD':
      return true
    default:
      return false
  }
}

/** Where projects keep Flyway's settings, from a folder of migrations: its own files, and those of Spring Boot. */
const configurations = [
  'flyway.conf',
  'flyway.toml',
  '../flyway.conf',
  '../flyway.toml',
  '../../flyway.conf',
  '../../flyway.toml',
  '../application.properties',
  '../application.yml',
  '../application.yaml',
  '../../application.properties',
  '../../application.yml',
  '../../application.yaml',
]

const isConfigured = (folder: Folder) => configurations.some(file => /\bflyway\b/i.test(folder.read(file) ?? ''))

function projectSetting(folder: Folder, name: string): boolean | undefined {
  for (const file of configurations) {
    const value = settingIn(folder.read(file), name)
    if (value !== undefined) return value
  }
  return undefined
}

/** `name=false`, `flyway.name = false`, `name: false`; YAML and Spring may write it with dashes. */
function settingIn(text: string | undefined, name: string): boolean | undefined {
  if (text === undefined) return undefined
  const words = name.replace(/[A-Z]/g, letter => `-?${letter}`)
  const value = new RegExp(`^[ \\t]*(?:[\\w.]+\\.)?${words}[ \\t]*[=:][ \\t]*["']?(true|false)\\b`, 'im').exec(
    text,
  )?.[1]
  return value === undefined ? undefined : value.toLowerCase() === 'true'
}

/** Returns the default schemas that a text sets, of all its profiles. */
function defaultSchemasIn(text: string): readonly string[] {
  if (!/schema/i.test(text)) return []
  const sets = (name: string) => [
    ...valuesOf(text, new RegExp(`^[ \\t]*(?:spring\\.)?flyway\\.${name}[ \\t]*[=:](.*)$`, 'gim')),
    ...blocksOf(text).flatMap(block => valuesOf(block, new RegExp(`^[ \\t]*${name}[ \\t]*[=:](.*)$`, 'gim'))),
  ]
  const own = sets('default-?schema')
  return own.length > 0 ? own : sets('schemas')
}

/** The first of the values that are listed, as `a, b`, `[a, b]` or `["a"]`. */
const valuesOf = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map(([, value = '']) => /^[\s["']*([^\s,\]"'#]*)/.exec(value)?.[1] ?? '')

/** What stands below `flyway:` in YAML and below `[flyway]` in TOML. */
const blocksOf = (text: string): readonly string[] =>
  [
    ...text.matchAll(
      /^([ \t]*)flyway:[ \t]*\r?\n((?:(?:\1[ \t]+.*|[ \t]*)(?:\r?\n|$))*)|^\[flyway\][ \t]*\r?\n([^[]*)/gm,
    ),
  ].map(([, , yaml, toml]) => yaml ?? toml ?? '')
