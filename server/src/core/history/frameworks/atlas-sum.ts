import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { folderOf, nameOf } from '../../text'

/** The sums of all files: Atlas refuses to go on when a file was changed or added, until they are summed up anew. */
export const sumFile = 'atlas.sum'

/**
 * Returns what `atlas migrate hash` writes for the SQL files right in a folder: `sql/migrate/dir.go` of
 * https://github.com/ariga/atlas at commit a5e0aec, `NewHashFile`. One SHA-256 runs over the name and the text of each file, in
 * the order of their names, and stands behind each; the first line sums those up. Folders of other formats sum up fewer files.
 */
export function sumOf(folder: string, files: ReadonlyMap<string, string>): string {
  const paths = [...files.keys()].filter(path => folderOf(path) === folder && path.endsWith('.sql'))
  const links: Link[] = []
  for (const path of paths.sort((a, b) => (a < b ? -1 : 1))) {
    const text = files.get(path) ?? ''
    const known = remembered[links.length]
    if (known?.path === path && known.text === text) links.push(known)
    else {
      remembered.length = links.length
      const hash = links.at(-1)?.hash.clone() ?? sha256.create()
      hash.update(utf8ToBytes(nameOf(path)))
      const isLeftOut = /^[ -~]*atlas:sum +ignore *(?:\n|$)/.test(text)
      if (!isLeftOut) hash.update(utf8ToBytes(text))
      links.push({ path, text, hash, line: isLeftOut ? undefined : [nameOf(path), base64(hash.clone().digest())] })
    }
  }
  remembered = links
  const lines = links.flatMap(({ line }) => (line ? [line] : []))
  const total = base64(sha256(utf8ToBytes(lines.flat().join(''))))
  return `h1:${total}\n${lines.map(([name, sum]) => `${name} h1:${sum}\n`).join('')}`
}

interface Link {
  readonly path: string
  readonly text: string
  /** After this file. */
  readonly hash: ReturnType<typeof sha256.create>
  readonly line: readonly [name: string, sum: string] | undefined
}

/** What was summed up last: mostly the same is asked again, with other text in the last file. */
let remembered: Link[] = []

/** Returns bytes in base64 (RFC 4648), padded. */
function base64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const three = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    const four = [18, 12, 6, 0].map(shift => letters[(three >> shift) & 0x3f])
    text += four
      .slice(0, Math.min(3, bytes.length - i) + 1)
      .join('')
      .padEnd(4, '=')
  }
  return text
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
