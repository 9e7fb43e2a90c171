import type { Production } from '../applied'
import { severities } from '../core/finding'
import { frameworkIds } from '../core/history/frameworks/index'
import { nearestName } from '../core/likeness'
import {
  assumedVersion,
  defaultSettings,
  majorVersions,
  majorVersionsExpected,
  type Settings,
  type Version,
} from '../core/settings'
import type { LoadOptions } from '../files'

/** What an editor can set below `migrationGuard`: the settings of the engine, what has run, and where findings appear. */
export interface Configuration extends Settings, Production, LoadOptions {
  /** Patterns of folders that hold migrations. */
  readonly migrations: readonly string[]
  readonly findingsIn: 'migrations' | 'all'
  /** Findings of migrations that have run: as those of others, all as hints, or none. */
  readonly appliedMigrations: 'judge' | 'hint' | 'ignore'
  /** Whether the strongest lock of each statement stands at its end. */
  readonly inlayHints: boolean
}

export const defaultConfiguration: Configuration = {
  ...defaultSettings,
  migrations: [],
  framework: undefined,
  transaction: undefined,
  findingsIn: 'migrations',
  appliedMigrations: 'judge',
  baseBranch: undefined,
  startAfter: undefined,
  allowReasons: 'required',
  foreignComments: true,
  inlayHints: false,
}

/** Returns the configuration that `value` describes; each malformed part is told in `problems` and has its default. */
export function configurationFrom(
  value: unknown,
  knownRules: readonly string[],
): { configuration: Configuration; problems: string[] } {
  const problems: string[] = []
  if (value === undefined || value === null) return { configuration: defaultConfiguration, problems }
  if (!isRecord(value)) {
    return { configuration: defaultConfiguration, problems: [`migrationGuard must be an object, not ${shown(value)}`] }
  }
  const part = <T>(name: string, read: (value: unknown) => T | undefined, expected: string, fallback: T): T => {
    const given = value[name]
    if (given === undefined || given === null) return fallback
    const accepted = read(given)
    if (accepted === undefined) problems.push(`migrationGuard.${name} must be ${expected}, not ${shown(given)}`)
    return accepted ?? fallback
  }
  const configuration: Configuration = {
    ...part<Version>('postgres', version, majorVersionsExpected, assumedVersion),
    migrations: part('migrations', strings, 'a list of folder patterns', []),
    framework: part('framework', tool, `one of ${frameworkIds.join(', ')}`, undefined) || undefined,
    transaction: part('transaction', mode, '"file" or "none"', undefined) || undefined,
    findingsIn: part('findingsIn', place, '"migrations" or "all"', 'migrations'),
    appliedMigrations: part('appliedMigrations', weight, '"judge", "hint" or "ignore"', 'judge'),
    baseBranch: part<string | undefined>('baseBranch', name, 'the name of a branch', undefined) || undefined,
    startAfter: part<string | undefined>('startAfter', name, 'a version', undefined) || undefined,
    allowReasons: part('allowReasons', reasons, '"required" or "optional"', 'required'),
    foreignComments: part('foreignComments', flag, 'true or false', true),
    inlayHints: part('inlayHints', flag, 'true or false', false),
    rules: rulesFrom(part('rules', record, 'an object of rules and severities', {}), knownRules, problems),
  }
  return { configuration, problems }
}

function rulesFrom(given: Record<string, unknown>, known: readonly string[], problems: string[]): Settings['rules'] {
  const accepted = new Map<string, Settings['rules'][string]>()
  for (const [id, value] of Object.entries(given)) {
    const weight = [...severities, 'off' as const].find(candidate => candidate === value)
    const near = known.includes(id) ? undefined : nearestName(id, known)
    const meant = near ? `; did you mean "${near}"?` : ''
    if (!known.includes(id)) problems.push(`migrationGuard.rules: no rule is called "${id}"${meant}`)
    else if (weight) accepted.set(id, weight)
    else
      problems.push(`migrationGuard.rules: ${id} must be one of ${severities.join(', ')} or off, not ${shown(value)}`)
  }
  return Object.fromEntries(accepted)
}

/** An empty one is what an editor shows where nobody has said any. */
const version = (value: unknown): Version | undefined => (value === '' ? assumedVersion : majorVersions(value))

const strings = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) && value.every(item => typeof item === 'string') ? value : undefined

const flag = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined)

const weight = (value: unknown): Configuration['appliedMigrations'] | undefined =>
  value === 'judge' || value === 'hint' || value === 'ignore' ? value : undefined

/** An empty one is what an editor shows for a setting that has no value. */
const name = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** An empty one is the tool that the files tell. */
const tool = (value: unknown): string | undefined =>
  value === '' || frameworkIds.some(id => id === value) ? (value as string) : undefined

const mode = (value: unknown): LoadOptions['transaction'] | '' =>
  value === '' || value === 'file' || value === 'none' ? value : undefined

const reasons = (value: unknown): Configuration['allowReasons'] | undefined =>
  value === 'required' || value === 'optional' ? value : undefined

const place = (value: unknown): Configuration['findingsIn'] | undefined =>
  value === 'migrations' || value === 'all' ? value : undefined

const record = (value: unknown): Record<string, unknown> | undefined => (isRecord(value) ? value : undefined)

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
