import { onceForEach } from '../numbering'
import type { Folder } from './framework'

/**
 * Returns a version that says where a file stands in the project's changelog: `<place>l <path>` where a changelog lists it,
 * `<last>a <path>` where `includeAll` takes it by the order of paths, `<last>n <path>` where nothing tells.
 */
export function placeInChangelog(path: string, folder: Folder): string {
  const relative = path.slice(folder.path === '' ? 0 : folder.path.length + 1)
  const { listed, takesAll } = changelogOf(folder)
  const place = listed.findIndex(
    file => file === relative || file.endsWith(`/${relative}`) || relative.endsWith(`/${file}`),
  )
  if (place >= 0) return `${place}l ${relative}`
  return `${unlisted}${takesAll ? 'a' : 'n'} ${relative}`
}

const unlisted = 99_999_999

interface Changelog {
  /** SQL files in order, as they are written there. */
  readonly listed: readonly string[]
  readonly takesAll: boolean
}

function changelogOf(folder: Folder): Changelog {
  const found = memory.get(folder) ?? read(folder)
  memory.set(folder, found)
  return found
}

const memory = new WeakMap<Folder, Changelog>()

function read(folder: Folder): Changelog {
  const texts = [...insideOf(folder.files), ...above].map(file => folder.read(file)).filter(text => text !== undefined)
  const listed = texts.flatMap(text =>
    [...text.matchAll(/\b(?:file|path)["']?\s*[:=]\s*["']?([^\s"'<>,}]+\.sql)\b/gi)].map(match =>
      (match[1] as string).replace(/^classpath:/, '').replace(/^(?:\.?\/)+/, ''),
    ),
  )
  return { listed, takesAll: texts.some(text => /\bincludeAll\b/.test(text)) }
}

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
