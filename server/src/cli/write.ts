import { access, constants, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Change } from '../core/fix-changes'

/** Why nothing was written. */
export interface Refusal {
  readonly path: string
  readonly reason: string
}

/**
 * Writes the changes, each file whole or not at all; returns why not where one of them cannot be written or is no longer
 * what was read. All are looked at before the first is written.
 */
export async function written(changes: readonly Change[]): Promise<Refusal | undefined> {
  for (const change of changes) {
    const reason = await obstacle(change)
    if (reason) return { path: change.path, reason: `${reason}; nothing was written` }
  }
  for (const change of changes) {
    try {
      await write(change)
    } catch (error) {
      return { path: change.path, reason: `cannot be written (${codeOf(error)})` }
    }
  }
  return undefined
}

async function obstacle({ path, before }: Change): Promise<string | undefined> {
  const bytes = await readFile(path).catch(error => (codeOf(error) === 'ENOENT' ? undefined : codeOf(error)))
  if (typeof bytes === 'string') return `cannot be read (${bytes})`
  if (before === undefined) return bytes ? 'exists already' : undefined
  if (!bytes) return 'was deleted meanwhile'
  if (!isText(bytes, before)) return 'was changed meanwhile'
  return access(path, constants.W_OK).then(
    () => undefined,
    () => 'is read-only',
  )
}

/** Compared as bytes: a text that lost something when it was read must never be written back. */
const isText = (bytes: Buffer, text: string): boolean => bytes.equals(Buffer.from(text, 'utf8'))

async function write({ path, before, after }: Change): Promise<void> {
  if (before === undefined) {
    await mkdir(dirname(path), { recursive: true })
    return writeFile(path, after, { flag: 'wx' })
  }
  const target = await realpath(path)
  const { mode } = await stat(target)
  const draft = join(dirname(target), `.${basename(target)}.${process.pid}.draft`)
  try {
    await writeFile(draft, after, { mode, flag: 'wx' })
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)
