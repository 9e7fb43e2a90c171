import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { eachMigrationFolder, joinedPath, textsOf } from '../core/history/folders'
import { isSql } from '../core/history/frameworks/recognise'
import type { Elsewhere } from '../core/history/history'
import { Disk, slashed } from './disk'
import { findFiles } from './search'

/** What the migration folders of git repositories make. Each repository is read once, when somebody asks. */
export class Repositories {
  private readonly known = new Map<string, Promise<Names>>()

  /** Returns what all other folders of the same repository make; nothing outside of one. */
  elsewhere(folder: string): Elsewhere {
    const own = slashed(resolve(folder))
    return new OtherFolders(own, root => this.namesIn(root))
  }

  private namesIn(root: string): Promise<Names> {
    const names = this.known.get(root) ?? namesByFolder(root).catch(() => new Map())
    this.known.set(root, names)
    return names
  }
}

/** Bare names in lower case, by the folder whose migrations make them. */
type Names = ReadonlyMap<string, ReadonlySet<string>>

class OtherFolders implements Elsewhere {
  pending: Promise<void> | undefined
  private known: ReadonlySet<string> | undefined

  constructor(
    private readonly own: string,
    private readonly namesIn: (root: string) => Promise<Names>,
  ) {}

  names(): ReadonlySet<string> | undefined {
    if (!this.known && !this.pending) this.ask()
    return this.known
  }

  private ask(): void {
    const root = repositoryOf(this.own)
    if (root === undefined) {
      this.known = new Set()
      return
    }
    this.pending = this.namesIn(root).then(names => {
      const others = [...names].filter(([folder]) => folder !== this.own)
      this.known = new Set(others.flatMap(([, made]) => [...made]))
      this.pending = undefined
    })
  }
}

/** Reads with time for others between: a repository may have tens of thousands of files. */
async function namesByFolder(root: string): Promise<Names> {
  const { files } = await findFiles(root)
  const texts = new Map<string, string>()
  const sql = files.filter(isSql)
  for (let start = 0; start < sql.length; start += 64) {
    const read = async (file: string) => texts.set(file, await readFile(joinedPath(root, file), 'utf8').catch(() => ''))
    await Promise.all(sql.slice(start, start + 64).map(read))
  }
  const disk = new Disk()
  const textAt = (file: string) => texts.get(file) ?? disk.read(joinedPath(root, file))
  const names = new Map<string, ReadonlySet<string>>()
  for (const folder of eachMigrationFolder(root, files, textAt)) {
    names.set(folder.path, new Set([...textsOf(folder)].flatMap(madeIn)))
    await new Promise(setImmediate)
  }
  return names
}

const madeIn = (text: string): string[] =>
  [...text.matchAll(making)].map(([, name = '']) => name.replaceAll('"', '').toLowerCase())

const making =
  /\bcreate\s+(?:or\s+replace\s+)?(?:unlogged\s+|foreign\s+|materialized\s+)?(?:table|view|type|domain|schema|sequence|function|procedure|aggregate)\s+(?:if\s+not\s+exists\s+)?(?:(?:\w+|"[^"]+")\s*\.\s*)?(\w+|"[^"]+")/gi

/** Returns the folder at or above a path that git keeps, or has a link of its own in (a worktree, a submodule); undefined where there is none. */
function repositoryOf(path: string): string | undefined {
  for (let folder = path; ; folder = slashed(dirname(folder))) {
    if (typeof new Disk().kindOf(joinedPath(folder, '.git')) === 'string') return folder
    if (folder === slashed(dirname(folder))) return undefined
  }
}
