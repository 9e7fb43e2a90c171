import type { Catalog } from '../postgres/catalog'
import type { Framework } from './frameworks/framework'
import type { Migration } from './migration'

/** A folder of migrations in the order they run, and the catalog between them. */
export interface History {
  readonly framework: Framework
  /** Up migrations and downs, each version's up before its down. */
  readonly migrations: readonly Migration[]
  readonly complete: boolean
  /** Returns the catalog that a migration's section starts from: all earlier versions up; for a down, its own up too. */
  readonly before: (path: string, direction: 'up' | 'down') => Catalog
}
