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
  const inBlocks = [...text.matchAll(inYaml), ...text.matchAll(inToml)]
  return [...named.map(([, list]) => list), ...inBlocks.map(({ groups }) => groups?.list)]
    .map((list = '') => list.split(/[,\n]/).flatMap(written => location(written) ?? []))
    .filter(list => list.length > 0)
}

export interface Location {
  readonly isOnDisk: boolean
  /** What the path of a file there passes. */
  readonly pattern: RegExp
}

/** Whether files of several folders may be there for all that its folder says. */
export const isPattern = ({ pattern }: Location): boolean => /[*]/.test(pattern.source)

/** Below `flyway:` and deeper than that, on the line or below it with dashes. */
const inYaml =
  /^([ \t]*)(?:[\w.]+\.)?flyway:[ \t]*\r?\n(?:(?:\1[ \t]+[^\s#].*|[ \t]*(?:#.*)?)\r?\n)*?\1[ \t]+locations[ \t]*:[ \t]*(?<list>[^\s#].*|(?:#.*)?(?:\r?\n[ \t]*-[ \t]*.+)+)/gm

const inToml = /^\[flyway\][ \t]*\r?\n(?:(?!\[).*\r?\n)*?[ \t]*locations[ \t]*=[ \t]*(?<list>\S.*)/gm

function location(written: string): Location | undefined {
  const bare = written
    .replace(/(?:^|\s)#.*/, '')
    .replace(/^[ \t\r]*(?:-[ \t]+)?[[\s"']*|[\]\s"']*$/g, '')
    .replace(/^\$\{[^:}]*:(.*)\}$/, '$1')
    .replaceAll('{vendor}', 'postgresql')
  const [, kind = 'classpath', path = ''] = /^(?:(classpath|filesystem):)?(?:\.?\/)*(.*?)\/?$/.exec(bare) ?? []
  if (path === '' || /[${}]/.test(path)) return undefined
  const pattern = path.replace(/\*\*\/?|[*?]|[.+^()|[\]\\]/g, found => wildcards[found] ?? `\\${found}`)
  return { isOnDisk: kind === 'filesystem', pattern: new RegExp(`^${pattern}(?:/|$)`) }
}

const wildcards: Readonly<Record<string, string>> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' }
