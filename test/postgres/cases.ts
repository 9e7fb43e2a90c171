import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Session } from '../../scripts/postgres/session'
import { apply } from '../../server/src/core/postgres/apply'
import type { Catalog } from '../../server/src/core/postgres/catalog'
import type { Command } from '../../server/src/core/sql/commands'
import { read } from '../../server/src/core/sql/parse'
import { statementsIn } from '../../server/src/core/sql/split'

/** One paragraph of a file of cases: the last statement is the one under test. */
export interface Case {
  readonly title: string
  /** The oldest major version that it runs on: `-- from 18`. */
  readonly from: number
  /** The newest major version that it runs on: `-- until 17`. */
  readonly until: number
  /** What the lock reference calls it, where it stands there: `-- shown: ADD COLUMN`. */
  readonly shown?: string
  readonly setup: string
  readonly statement: string
}

/** Reads a file of cases: its first paragraph is the schema that every other one starts from. */
export function casesIn(file: string): { schema: string; cases: Case[] } {
  const [schema = '', ...paragraphs] = readFileSync(join(__dirname, file), 'utf8').split('\n\n')
  return { schema, cases: paragraphs.flatMap(caseOf) }
}

function caseOf(paragraph: string): Case[] {
  const lines = paragraph.split('\n').filter(line => line !== '' && !line.startsWith('--'))
  if (lines.length === 0) return []
  const start = lines.findLastIndex((_, index) => index === 0 || lines[index - 1]?.endsWith(';'))
  const setup = lines.slice(0, start).join('\n')
  const statement = lines.slice(start).join('\n').replace(/;$/, '')
  const title = `${setup} ${statement}`.replace(/\s+/g, ' ').trim()
  const marked = (mark: string) => new RegExp(`^-- ${mark}:? (.+)`, 'm').exec(paragraph)?.[1]
  const shown = marked('shown')
  const [from, until] = [Number(marked('from') ?? 0), Number(marked('until') ?? Number.POSITIVE_INFINITY)]
  return [{ title, from, until, ...(shown && { shown }), setup, statement }]
}

/** Returns whether a case runs on a major version. */
export const runsOn = ({ from, until }: Case, major: number): boolean => from <= major && major <= until

/** Returns the command of one statement that PostgreSQL's grammar accepts. */
export function commandOf(statement: string): Command {
  const { command } = read(statement)
  if (!command) throw new Error(`not read: ${statement}`)
  return command
}

/** Returns the catalog after statements, and the parameters they set. */
export function afterwards(catalog: Catalog, sql: string, postgres: number) {
  const parameters = new Map<string, string>()
  let result = catalog
  for (const { text } of statementsIn(sql).statements) {
    const command = commandOf(text)
    if (command.tag === 'SET') parameters.set(command.parameter, command.value ?? '')
    result = apply(result, command, { postgres })
  }
  return { catalog: result, parameters }
}

/** Empties the database and makes the schema anew. */
export async function reset(session: Session, schema: string) {
  await session.run('DISCARD ALL')
  const leftovers = await session.run(`
    SELECT 'DROP EVENT TRIGGER ' || evtname FROM pg_event_trigger
    UNION ALL SELECT 'DROP PUBLICATION ' || pubname FROM pg_publication
    UNION ALL SELECT 'DROP DATABASE ' || datname FROM pg_database WHERE datname = 'other'
    UNION ALL SELECT 'DROP FOREIGN DATA WRAPPER ' || fdwname || ' CASCADE' FROM pg_foreign_data_wrapper
    UNION ALL SELECT 'DROP ACCESS METHOD ' || amname FROM pg_am WHERE amname LIKE 'guard%'
    UNION ALL SELECT 'DROP LANGUAGE ' || lanname FROM pg_language WHERE lanname LIKE 'guard%'
    UNION ALL SELECT 'SELECT lo_unlink(' || oid || ')' FROM pg_largeobject_metadata`)
  for (const [drop = ''] of leftovers.rows) await must(session, drop)
  await session.run('DROP SCHEMA IF EXISTS attic, attic2 CASCADE')
  await must(session, `DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${schema}`)
  for (const role of ['guard_owner', 'guard_reader']) await session.run(`DROP ROLE IF EXISTS ${role}`)
}

/** Runs statements that must succeed. */
export async function must(session: Session, sql: string) {
  if (sql.trim() === '') return
  const { error } = await session.run(sql)
  if (error) throw new Error(`${error.message}: ${sql}`)
}
