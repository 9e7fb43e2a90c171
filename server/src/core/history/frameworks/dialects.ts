import { nameOf } from '../../text'
import { withoutOthers } from './liquibase-changeset'

/**
 * Whether a file of a folder is written for another database, by the path below that folder: migrations for several
 * databases stand side by side, and PostgreSQL's parser accepts much of the others' SQL.
 */
export function isForeign(relative: string): boolean {
  const segments = relative.split('/')
  const name = segments.pop() as string
  // `db2` far above the files is a second package for the database rather than IBM's.
  return (
    segments.some((segment, at) => isForeignSegment(segment) && (segment !== 'db2' || at === segments.length - 1)) ||
    isForeignName(name)
  )
}

/** Whether a file name says another database: `1_users.mysql.up.sql`. */
export const isForeignName = (name: string): boolean =>
  nameOf(name)
    .split('.')
    .slice(1)
    .some(part => foreign.has(part.toLowerCase()))

/** Whether a folder's name says another database: `mysql`, `server-sqlite`, `mysql_migrations`. */
export function isForeignSegment(segment: string): boolean {
  const name = segment.toLowerCase()
  if (foreign.has(name)) return true
  const [dialect] = name.split(/[-_.]/).filter(part => foreign.has(part))
  return dialect !== undefined && containers.test(name)
}

/** Whether a folder's name says PostgreSQL. */
export const isPostgresSegment = (segment: string): boolean => /^(?:pg|postgres|postgresql|pgsql|psql)$/i.test(segment)

const foreign: ReadonlySet<string> = new Set([
  'mysql',
  'mariadb',
  'sqlite',
  'sqlite3',
  'libsql',
  'turso',
  'clickhouse',
  'cockroach',
  'cockroachdb',
  'crdb',
  'oracle',
  'sqlserver',
  'mssql',
  'h2',
  'hsqldb',
  'derby',
  'db2',
  'redshift',
  'snowflake',
  'bigquery',
  'spanner',
  'tidb',
  'ydb',
  'cassandra',
  'vertica',
  'firebird',
  'duckdb',
])

/** Words that make `x-mysql` a place for MySQL's files rather than something about MySQL. */
const containers =
  /^(?:.*[-_.])?(?:server|jdbc|db|database|store|storage|driver|migrations?|schemas?|sql)[-_.][a-z0-9]+$|^migrations?[-_.].*[-_.][a-z0-9]+$|^[a-z0-9]+[-_.](?:migrations?|schemas?|sql|db|database|store|storage|persistence)$/

/**
 * Whether a text is written for another database, by words that PostgreSQL's grammar does not have and those databases do. One
 * name in MySQL’s quotes may be a slip of somebody who comes from there.
 */
export function isForeignText(text: string): boolean {
  if (!foreignHint.test(text)) return false
  const sql = bare(text)
  return foreignWords.test(sql) || (sql.match(/`[^`\n]+`/g)?.length ?? 0) > 1
}

/**
 * Whether any of the texts is, and none has a word of PostgreSQL's own: what is wrong there is to be told. CockroachDB has those
 * words too, and in some files a word that nobody else has: the first hundred are looked through for that.
 */
export function areForeign(texts: Iterable<string>): boolean {
  let isOwn = false
  let isForeign = false
  let isStandard = false
  let isOracle = false
  let read = 0
  for (const text of texts) {
    const has = (words: RegExp) => words.test(text) && words.test(bare(text))
    if (has(cockroachWords)) return true
    isOwn ||= has(ownWords)
    if (isOwn && ++read >= 100) return false
    if (isOwn) continue
    isForeign ||= isForeignText(text)
    isStandard ||= has(standardWords)
    isOracle ||= has(oracleWords)
  }
  return !isOwn && isForeign && (isOracle || !isStandard)
}

/**
 * The text without comments, strings and quoted names, which may hold any word; a `#` may begin a comment of MySQL's. What
 * Liquibase runs on other databases alone says nothing of the rest.
 */
const bare = (text: string): string =>
  withoutOthers(text).replace(/--.*|\/\*[\s\S]*?\*\/|^[ \t]*#.*|'(?:[^'\\]|''|\\.)*'|"(?:[^"]|"")*"/gm, "''")

const foreignPatterns = [
  // SQLite: https://sqlite.org/autoinc.html, pragma.html, withoutrowid.html, schematab.html, lang_datefunc.html, lang_conflict.html
  String.raw`\bAUTOINCREMENT\b|^[ \t]*PRAGMA\s+\w+|\)\s*WITHOUT\s+ROWID\b|\bsqlite_(?:master|schema|sequence)\b|\b(?:strftime|unixepoch|julianday)\s*\(|\b(?:INSERT|UPDATE)\s+OR\s+(?:IGNORE|REPLACE|ABORT|FAIL|ROLLBACK)\b`,
  // None of PostgreSQL's types: https://sqlite.org/datatype3.html, https://dev.mysql.com/doc/refman/8.4/en/blob.html
  String.raw`(?:\w|')\s+(?:TINY|MEDIUM|LONG)?BLOB\s*(?:[,)]|NOT\s+NULL\b|DEFAULT\b|$)`,
  // MySQL and ClickHouse: https://dev.mysql.com/doc/refman/8.4/en/create-table.html, alter-table.html
  String.raw`\bAUTO_INCREMENT\b|\)\s*ENGINE\s*=\s*\w|\bENGINE\s*=\s*(?:InnoDB|MyISAM|\w*MergeTree)\b|\bON\s+UPDATE\s+CURRENT_TIMESTAMP\b|\b(?:BIG|SMALL|TINY|MEDIUM)?INT(?:EGER)?(?:\s*\(\d+\))?\s+UNSIGNED\b|\bTINYINT\s*\(\d|\bMODIFY\s+COLUMN\b|\bON\s+DUPLICATE\s+KEY\s+UPDATE\b|\bIDENTIFIED\s+(?:BY|WITH)\b|\bFOREIGN_KEY_CHECKS\b|\b(?:CODEC|(?:TO)?LOWCARDINALITY)\s*\(`,
  // The same of MySQL's ALTER TABLE and DROP INDEX
  String.raw`\bALTER\s+TABLE\s+\S+\s+(?:MODIFY|CHANGE|ADD\s+(?:INDEX|KEY)\s+\w+\s*\(|DROP\s+(?:KEY|FOREIGN\s+KEY)|ADD\s[^;,]*\sAFTER\s+\w+\s*[;,])|\bDROP\s+INDEX\s+\w+\s+ON\s`,
  // SQL Server and Oracle
  String.raw`\[dbo\]\.|\bOBJECT_ID\s*\(|\b(?:INTO|FROM|JOIN|TABLE|UPDATE)\s+(?:#\w|@\w+\.)|\bIDENTITY\s*\(\s*1\s*,\s*1\s*\)|\bN?VARCHAR\s*\(\s*MAX\s*\)|\bVARCHAR2\b`,
].join('|')

/** https://www.cockroachlabs.com/docs/stable/scalar-expressions#type-annotations, column-families, set-vars (which MySQL has too) */
const cockroachWords = /:::\s*[a-z]|\bFAMILY\s+(?:"\w+"|'')\s*\(|\bsql_safe_updates\b/i

const foreignWords = new RegExp(foreignPatterns, 'im')

/** A look at the text as it is, which most files pass at once. */
const foreignHint = new RegExp(`${foreignPatterns}|\``, 'im')

const ownPatterns = [
  String.raw`::\s*[a-z"]|\bCONCURRENTLY\b|\b(?:BIG|SMALL)?SERIAL\b|\bTIMESTAMPTZ\b|\bBYTEA\b|\bTSVECTOR\b`,
  String.raw`\bCREATE\s+EXTENSION\b|\bplpgsql\b|\b(?:AS|DO)\s+\$\w*\$|\bpg_\w+|\bUSING\s+(?:GIN|GIST|BRIN)\b`,
  String.raw`\bALTER\s+COLUMN\s+\S+\s+(?:(?:SET|DROP)\s+NOT|TYPE)\b|\bOWNER\s+TO\b|\bNOT\s+VALID\b|\bTEXT\[\]`,
].join('|')

const ownWords = new RegExp(ownPatterns, 'im')

/** Of PostgreSQL and of the standard, which Oracle follows here and MySQL and SQLite do not. */
const standardWords =
  /\bTIMESTAMP\s*(?:\(\d\)\s*)?WITH(?:OUT)?\s+TIME\s+ZONE\b|\bGENERATED\s+(?:ALWAYS|BY\s+DEFAULT)\s+AS\s+IDENTITY\b/im

const oracleWords = /\bVARCHAR2\b/i
