import { readdirSync, readFileSync, statSync } from 'node:fs'
import { joinedPath } from '../core/history/folders'

/** Why a path could not be read, as the end of a sentence that begins with the path. */
export interface FileProblem {
  readonly path: string
  readonly reason: string
}

/** What is on disk, each file read once. */
export class Disk {
  private readonly texts = new Map<string, string | undefined>()
  private readonly problems = new Map<string, string>()
  private readonly names = new Map<string, readonly string[]>()

  kindOf(path: string): 'file' | 'folder' | { readonly reason: string } {
    try {
      const stat = statSync(path)
      return stat.isDirectory() ? 'folder' : 'file'
    } catch (error) {
      return { reason: said(error) }
    }
  }

  /** Returns a file's text with its byte order mark, or undefined where it cannot be read: `problem` then says why. */
  read(path: string): string | undefined {
    if (this.texts.has(path)) return this.texts.get(path)
    let text: string | undefined
    try {
      const read = textOf(readFileSync(path))
      if ('text' in read) text = read.text
      else this.problems.set(path, read.reason)
    } catch (error) {
      this.problems.set(path, said(error))
    }
    this.texts.set(path, text)
    return text
  }

  /** Returns the names in a folder, those of folders with a slash; none where it cannot be read. */
  list(path: string): readonly string[] {
    const known = this.names.get(path)
    if (known) return known
    let names: readonly string[] = []
    try {
      const entries = readdirSync(path || '.', { withFileTypes: true })
      names = entries.map(entry => (entry.isDirectory() ? `${entry.name}/` : entry.name)).toSorted()
    } catch {
      // What nobody may look into tells nothing.
    }
    this.names.set(path, names)
    return names
  }

  /** Lets go of texts that somebody else keeps, and may keep otherwise. */
  forget(paths: Iterable<string>) {
    for (const path of paths) this.texts.delete(path)
  }

  problem(path: string): FileProblem {
    return { path, reason: this.problems.get(path) ?? 'cannot be read' }
  }
}

/** Returns the path with `/` between names, as all of the program but the disk knows it. */
export const slashed = (path: string, platform: string = process.platform): string =>
  joinedPath('', platform === 'win32' ? path.replaceAll('\\', '/') : path) || '.'

function textOf(bytes: Uint8Array): { text: string } | { reason: string } {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return { reason: 'is encoded as UTF-16, not as UTF-8' }
  }
  if (isBinary(bytes)) return { reason: 'is a binary file' }
  try {
    return { text: decoder.decode(bytes) }
  } catch (error) {
    return { reason: error instanceof TypeError ? 'is not valid UTF-8' : said(error) }
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A stray NUL is a slip in a text; many control characters are no text. */
function isBinary(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 8192)
  let controls = 0
  for (const byte of start) if (byte < 7 || (byte > 13 && byte < 27) || (byte > 27 && byte < 32)) controls++
  return controls > start.length / 20
}

/** Returns what the disk said, as the end of a sentence that begins with the path. */
export function said(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'no such file or folder'
    case 'EACCES':
    case 'EPERM':
      return 'cannot be read: permission denied'
    case 'ELOOP':
      return 'is a symbolic link that leads to itself'
    case 'ERR_STRING_TOO_LONG':
    case 'ERR_FS_FILE_TOO_LARGE':
      return 'is too large to be read'
    default:
      return `cannot be read: ${error instanceof Error ? error.message : String(error)}`
  }
}
