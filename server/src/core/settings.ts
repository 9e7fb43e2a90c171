import type { Severity } from './finding'

/** Our configuration, the same for the editor and the command line. */
export interface Settings {
  /** The oldest PostgreSQL major version that the migrations run on: 12 to 18. */
  readonly postgres: number
  /** Rule id to severity, or `off`; rules that are not named keep their own severity. */
  readonly rules: Readonly<Record<string, Severity | 'off'>>
}

export const oldestPostgres = 12
export const newestPostgres = 18

export const defaultSettings: Settings = { postgres: 15, rules: {} }
