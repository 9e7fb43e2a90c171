import { isAbsolute, relative, resolve, sep } from 'node:path'

/** Returns the absolute path that the engine is given: `/`-separated on every system. */
export const enginePath = (path: string, folder: string): string => slashed(resolve(folder, path))

/** Returns the path as the user is shown it: relative to `folder`, `/`-separated. */
export function shownPath(path: string, folder: string): string {
  const shown = isAbsolute(path) ? relative(folder, path) : path
  return shown === '' ? '.' : slashed(shown)
}

const slashed = (path: string): string => (sep === '/' ? path : path.replaceAll(sep, '/'))
