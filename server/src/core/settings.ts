import type { Severity } from './finding'

/** Our configuration, the same for the editor and the command line. */
export interface Settings {
  /** The oldest PostgreSQL major version that the migrations run on: 12 to 18. */
  readonly postgres: number
  /** The newest one, where they run on several: what differs up to it is told, and nothing else depends on it. */
  readonly newest?: number
  /** Nobody has said which version it is: what only a newer one can run is then judged on that one. */
  readonly isAssumed?: true
  /** Rule id to severity, or `off`; rules that are not named keep their own severity, and some of them are off. */
  readonly rules: Readonly<Record<string, Severity | 'off'>>
  /** Whether an allow comment must say why; it must unless this says otherwise. */
  readonly allowReasons?: 'required' | 'optional'
  /** Whether the ignore comments of other linters count; they do unless this says otherwise. */
  readonly foreignComments?: boolean
  /** The day on which allow comments are judged, `2026-11-21`: absent, none has expired. */
  readonly today?: string
}

/** What a person says of the version. */
export type Version = Pick<Settings, 'postgres' | 'newest' | 'isAssumed'>

const oldestPostgres = 12
export const newestPostgres = 18

/**
 * Returns the major versions that a person names: `15`, or the oldest and the newest of several, `14-17`. Undefined for
 * anything else, and for versions that are not known here.
 */
export function majorVersions(named: unknown): Version | undefined {
  const text = typeof named === 'number' ? String(named) : named
  if (typeof text !== 'string') return undefined
  const [, oldest, newest = oldest] = /^(\d{1,2})(?:-(\d{1,2}))?$/.exec(text.replaceAll(' ', '')) ?? []
  const [postgres, last] = [Number(oldest), Number(newest)]
  if (!(oldestPostgres <= postgres && postgres <= last && last <= newestPostgres)) return undefined
  return postgres === last ? { postgres } : { postgres, newest: last }
}

/** What `majorVersions` understands, as the end of "It must be". */
export const majorVersionsExpected = `a major version from ${oldestPostgres} to ${newestPostgres}, or the oldest and the newest of several, such as "14-17"`

/** The version where nobody says which the migrations run on. */
export const assumedVersion = { postgres: 15, isAssumed: true } as const

export const defaultSettings: Settings = { ...assumedVersion, rules: {} }
