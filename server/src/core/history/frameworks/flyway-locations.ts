/**
 * Returns where Flyway looks for migrations, list by list as a text of settings has them, as patterns of files: below the folder
 * of the settings (`filesystem:`), or of the classpath.
 *
 * - https://documentation.red-gate.com/fd/flyway-locations-setting-277579008.html: locations stand between commas, `classpath:` is what they
 *   are unless they say `filesystem:`, folders below count, and `?`, `*` and `**` are wildcards.
 * - https://docs.spring.io/spring-boot/how-to/data-initialization.html: `spring.flyway.locations`, with `{vendor}` for the database.
 */
export function locationsIn(text: string): readonly (readonly Location[])[] {
  if (!/flyway/i.test(text) || !/\blocations\b/.test(text)) return []
  const named = [...text.matchAll(/^[ \t]*[\w.]*flyway\.locations[ \t]*[=:][ \t]*(\S.*)$/gm)]
  return [...named, ...text.matchAll(inBlock)]
    .map(([, list = '']) => list.split(/[,\n]/).flatMap(written => location(written) ?? []))
    .filter(list => list.length > 0)
}

export interface Location {
  readonly isOnDisk: boolean
  /** What the path of a file there passes. */
  readonly pattern: RegExp
}

/** Whether files of several folders may be there for all that its folder says. */
export const isPattern = ({ pattern }: Location): boolean => /[*]/.test(pattern.source)

/** In YAML below `flyway:`, on the line or below it with dashes; in TOML below `[flyway]`. */
const inBlock =
  /^(?:[ \t]*flyway:|\[flyway\])[ \t]*\r?\n(?:(?!\[|\S+:).*\r?\n)*?[ \t]*locations[ \t]*[=:][ \t]*((?:\S.*)|(?:\r?\n[ \t]*-[ \t]*.+)+)/gm

function location(written: string): Location | undefined {
  const bare = written
    .replace(/^[ \t\r]*(?:-[ \t]+)?[[\s"']*|[\]\s"']*$/g, '')
    .replace(/^\$\{[^:}]*:(.*)\}$/, '$1')
    .replaceAll('{vendor}', 'postgresql')
  const [, kind = 'classpath', path = ''] = /^(?:(classpath|filesystem):)?(?:\.?\/)*(.*?)\/?$/.exec(bare) ?? []
  if (path === '' || /[${}]/.test(path)) return undefined
  const pattern = path.replace(/\*\*\/?|[*?]|[.+^()|[\]\\]/g, found => wildcards[found] ?? `\\${found}`)
  return { isOnDisk: kind === 'filesystem', pattern: new RegExp(`^${pattern}(?:/|$)`) }
}

const wildcards: Readonly<Record<string, string>> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' }
