import { type SimpleGit, simpleGit } from 'simple-git'
import { joinedPath } from './core/history/folders'
import { isSql } from './core/history/frameworks/recognise'
import type { Applied } from './core/history/history'

/** What git says of a folder: what its base branch holds, or why that cannot be said; nothing outside a repository. */
export type FromGit = { readonly applied: Applied } | { readonly reason: string } | undefined

/**
 * Returns a function that tells of a folder which of its files are on the base branch of its repository, by paths that
 * begin with the folder as it was given. Each repository is asked once. The base is `branch` where it is given; else the
 * remote's default branch, else `main` or `master`.
 */
export function baseBranchReader(branch?: string): (folder: string) => Promise<FromGit> {
  const repositories = new Map<string, ReturnType<typeof baseOf>>()
  return async folder => {
    const place = await placeOf(folder)
    if (!place) return undefined
    const { root, prefix } = place
    const known = repositories.get(root) ?? baseOf(root, branch)
    repositories.set(root, known)
    const base = await known
    if ('reason' in base) return base
    const pathOf = (name: string) => joinedPath(folder, name.slice(prefix.length))
    const below = (names: readonly string[]) => names.filter(name => name.startsWith(prefix))
    const texts = async (names: readonly string[]) => {
      const found = new Map<string, string>()
      for (const name of below(names)) {
        const text = await base.textOf(name)
        if (text !== undefined) found.set(pathOf(name), text)
      }
      return found
    }
    const [originals, deleted] = [await texts(base.changed), await texts(base.deleted)]
    const paths = new Set(below(base.held).map(pathOf))
    return { applied: { paths, originals, deleted, by: `on branch "${base.name}"` } }
  }
}

/** The root of the repository that holds a folder, and the way from there; undefined where there is no such thing, or no git. */
async function placeOf(folder: string): Promise<{ root: string; prefix: string } | undefined> {
  try {
    const answer = await simpleGit({ baseDir: folder || '.' }).raw('rev-parse', '--show-toplevel', '--show-prefix')
    const [root = '', prefix = ''] = answer.split('\n')
    return root === '' ? undefined : { root, prefix }
  } catch {
    return undefined
  }
}

interface Base {
  readonly name: string
  readonly held: readonly string[]
  readonly changed: readonly string[]
  readonly deleted: readonly string[]
  readonly textOf: (name: string) => Promise<string | undefined>
}

/** What the tip of the base holds is applied; what the working tree has made of it since the two parted is changed or deleted. */
async function baseOf(root: string, branch: string | undefined): Promise<Base | { readonly reason: string }> {
  const git = simpleGit({ baseDir: root })
  const name = branch === undefined ? await defaultBranch(git) : await existing(git, branch)
  if (name === undefined) {
    const isShallow = (await said(git, 'rev-parse', '--is-shallow-repository')) === 'true'
    const advice = isShallow
      ? ` in this shallow clone (git fetch origin ${branch?.replace(/^origin\//, '') ?? 'main'} brings it)`
      : ''
    return {
      reason: `git knows no branch ${branch === undefined ? 'main or master' : `"${branch}"`}${advice}`,
    }
  }
  try {
    const parted = (await said(git, 'merge-base', name, 'HEAD')) ?? name
    const held = await git.raw('ls-tree', '-r', '-z', '--name-only', name)
    const differing = await git.raw(
      'diff',
      '--name-status',
      '-z',
      '--no-renames',
      '--no-ext-diff',
      '--diff-filter=MD',
      parted,
    )
    const states = differing.split('\0')
    const having = (state: string) =>
      states.filter((name, at) => at % 2 === 1 && states[at - 1] === state && isSql(name))
    const textOf = (path: string) => git.raw('show', `${parted}:${path}`).catch(() => undefined)
    return { name, held: held.split('\0'), changed: having('M'), deleted: having('D'), textOf }
  } catch (error) {
    return { reason: `git failed: ${error instanceof Error ? error.message.trim() : String(error)}` }
  }
}

/** git names the default branch of a remote by a symbolic reference (gitrepository-layout). */
async function defaultBranch(git: SimpleGit): Promise<string | undefined> {
  const remote = await said(git, 'symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD')
  for (const name of [remote, 'origin/main', 'origin/master', 'main', 'master']) {
    if (name && (await isCommit(git, name))) return name
  }
  return undefined
}

/** A branch that only the remote has is found there. */
async function existing(git: SimpleGit, branch: string): Promise<string | undefined> {
  for (const name of [branch, `origin/${branch}`]) if (await isCommit(git, name)) return name
  return undefined
}

const isCommit = async (git: SimpleGit, name: string): Promise<boolean> =>
  (await said(git, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`)) !== undefined

/** Returns what a command prints; undefined where it prints nothing or fails. */
async function said(git: SimpleGit, ...command: string[]): Promise<string | undefined> {
  try {
    return (await git.raw(command)).trim() || undefined
  } catch {
    return undefined
  }
}
