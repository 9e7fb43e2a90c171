import type { Severity } from './finding'

/** Our configuration, the same for the editor and the command line. */
export interface Settings {
  /** The oldest PostgreSQL major version that the migrations run on: 12 to 18. */
  readonly postgres: number
  /** The newest one, where they run on several: what differs up to it is told, and nothing else depends on it. */
  readonly newest?: number
  /** Rule id to severity, or `off`; rules that are not named keep their own severity, and some of them are off. */
  readonly rules: Readonly<Record<string, Severity | 'off'>>
  /** Whether an allow comment must say why; it must unless this says otherwise. */
  readonly allowReasons?: 'required' | 'optional'
  /** Whether the ignore comments of other linters count; they do unless this says otherwise. */
  readonly foreignComments?: boolean
  /** The day on which allow comments are judged, `2026-11-21`: absent, none has expired. */
  readonly today?: string
}

export const oldestPostgres = 12
export const newestPostgres = 18

/**
 * Returns the major versions that a person names: `15`, or the oldest and the newest of several, `14-17`. Undefined for
 * anything else, and for versions that are not known here.
 */
export function majorVersions(named: unknown): Pick<Settings, 'postgres' | 'newest'> | undefined {
  const text = typeof named === 'number' ? String(named) : named
  if (typeof text !== 'string') return undefined
  const [, oldest, newest = oldest] = /^(\d{1,2})(?:-(\d{1,2}))?$/.exec(text.replaceAll(' ', '')) ?? []
  const [postgres, last] = [Number(oldest), Number(newest)]
  if (!(oldestPostgres <= postgres && postgres <= last && last <= newestPostgres)) return undefined
  return postgres === last ? { postgres } : { postgres, newest: last }
}

/** What `majorVersions` understands, as the end of "It must be". */
export const majorVersionsExpected = `a major version from ${oldestPostgres} to ${newestPostgres}, or the oldest and the newest of several, such as "14-17"`

export const defaultSettings: Settings = { postgres: 15, rules: {} }
