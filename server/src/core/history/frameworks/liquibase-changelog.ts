import { nameOf } from '../../text'
import { onceForEach } from '../numbering'
import type { Folder } from './framework'

/**
 * Returns a version that says where a file stands in the project's changelog: `<place>l <path>` where a changelog lists it,
 * `<last>a <path>` where `includeAll` takes it by the order of paths, `<last>n <path>` where nothing tells.
 */
export function placeInChangelog(path: string, folder: Folder): string {
  const relative = path.slice(folder.path === '' ? 0 : folder.path.length + 1)
  const changelog = changelogOf(folder)
  const place = placeOf(relative, changelog)
  if (place !== undefined) return `${place}l ${relative}`
  return `${unlisted}${changelog.takesAll ? 'a' : 'n'} ${relative}`
}

/** Whether a changelog of the project lists an SQL file of the folder, by its path below that, or takes all that is there. */
export function isInChangelog(file: string, folder: Folder): boolean {
  const changelog = changelogOf(folder)
  const name = `/${folder.path}`
  return (
    placeOf(file, changelog) !== undefined ||
    changelog.foldersTaken.some(taken => taken !== '' && name.endsWith(`/${taken}`))
  )
}

const placeOf = (relative: string, { listed }: Changelog): number | undefined =>
  listed
    .get(nameOf(relative))
    ?.find(({ file }) => file === relative || file.endsWith(`/${relative}`) || relative.endsWith(`/${file}`))?.place

const unlisted = 99_999_999

interface Changelog {
  /** SQL files as they are written there, each with its place, by their names. */
  readonly listed: ReadonlyMap<string, readonly { readonly file: string; readonly place: number }[]>
  readonly takesAll: boolean
  /** What `includeAll` names. */
  readonly foldersTaken: readonly string[]
}

function changelogOf(folder: Folder): Changelog {
  const found = memory.get(folder) ?? read(folder)
  memory.set(folder, found)
  return found
}

const memory = new WeakMap<Folder, Changelog>()

function read(folder: Folder): Changelog {
  const inside = textsOf(insideOf(folder.files), folder)
  const texts = inside.length > 0 ? inside : textsOf(above, folder)
  const files = texts.flatMap(text =>
    [...text.matchAll(/\b(?:file|path)["']?\s*[:=]\s*["']?([^\s"'<>,}]+\.sql)\b/gi)].map(match =>
      (match[1] as string).replace(/^classpath:/, '').replace(/^(?:\.?\/)+/, ''),
    ),
  )
  const listed = new Map<string, { file: string; place: number }[]>()
  for (const [place, file] of files.entries()) {
    const named = listed.get(nameOf(file))
    if (named) named.push({ file, place })
    else listed.set(nameOf(file), [{ file, place }])
  }
  const foldersTaken = texts.flatMap(text =>
    [...text.matchAll(/\bincludeAll\b[^>]*?\bpath["']?\s*[:=]\s*["']?([^\s"'<>,}]+)/g)].map(match =>
      (match[1] as string).replace(/^classpath:|\/+$/g, '').replace(/^(?:\.{0,2}\/)+/, ''),
    ),
  )
  return { listed, takesAll: texts.some(text => /\bincludeAll\b/.test(text)), foldersTaken }
}

const textsOf = (files: readonly string[], folder: Folder): readonly string[] =>
  files.map(file => folder.read(file)).filter(text => text !== undefined)

/** Changelogs in other languages that stand in the folder. */
const insideOf = onceForEach((files: readonly string[]) =>
  files.filter(file => /(?:changelog|master)[^/]*\.(?:xml|ya?ml|json)$/i.test(file)),
)

/** What people call the changelog that includes the others, from a folder of those. */
const above = ['../', '../../'].flatMap(folder =>
  ['db.changelog-master', 'changelog-master', 'db.changelog', 'changelog', 'master'].flatMap(name =>
    ['xml', 'yaml', 'yml', 'json'].map(ending => `${folder}${name}.${ending}`),
  ),
)
