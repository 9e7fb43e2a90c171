import type { SessionDefault } from '../sql/other-commands'
import type { Statement } from '../sql/statements'
import type { History } from './history'
import type { Migration } from './migration'

/** A parameter that sessions start with since a statement of an earlier migration. */
export interface Starting extends SessionDefault {
  readonly value: string
  readonly migration: Migration
  readonly statement: Statement
}

/**
 * Returns what earlier migrations have set for sessions that start later: ALTER ROLE and ALTER DATABASE ... SET, the latest
 * for each role and database. Whether the session that runs `migration` is one of them is not known: it takes the role, the
 * database, and a session that started afterwards (sql-alterrole.html, sql-alterdatabase.html), while most tools run
 * all files of one run in one session. What the migration sets itself it does not find: it runs in the session that is there.
 */
export function sessionDefaults(history: History, migration: Migration): readonly Starting[] {
  const place = history.migrations.indexOf(migration)
  const found = new Map<string, Starting>()
  for (const earlier of history.migrations.slice(0, Math.max(0, place)))
    for (const { sets, statement } of settingsIn(earlier)) {
      const whose = `${sets.role ?? ''} ${sets.database ?? ''} `
      const name = whose + sets.parameter
      if (sets.parameter === 'all') for (const key of found.keys()) if (key.startsWith(whose)) found.delete(key)
      found.delete(name)
      if (sets.value !== undefined) found.set(name, { ...sets, value: sets.value, migration: earlier, statement })
    }
  return [...found.values()]
}

interface Setting {
  readonly sets: SessionDefault
  readonly statement: Statement
}

/** Those of the ups of a migration; ALTER SYSTEM takes effect only when the server has read its files again. */
function settingsIn(migration: Migration): readonly Setting[] {
  const known = settings.get(migration)
  if (known) return known
  const found = migration.sections
    .filter(({ direction }) => direction === 'up')
    .flatMap(({ statements }) => statements)
    .flatMap((statement): Setting[] => {
      const command = statement.command
      const sets = command && 'sets' in command ? command.sets : undefined
      return sets && (sets.role !== undefined || sets.database !== undefined) ? [{ sets, statement }] : []
    })
  settings.set(migration, found)
  return found
}

const settings = new WeakMap<Migration, readonly Setting[]>()
