import { readdirSync, readFileSync } from 'node:fs'

/** Resolves with the id of our language server below `ancestor`, once there is one other than `not`. */
export const languageServerBelow = async (ancestor: number, not?: number): Promise<number> => {
  for (;;) {
    const found = descendantsOf(ancestor).find(pid => pid !== not && commandLine(pid).includes('dist/server.js'))
    if (found) return found
    // /proc has no events; give the process that we wait for its turn.
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

const descendantsOf = (ancestor: number): number[] => {
  const parents = new Map(processes().map(pid => [pid, parentOf(pid)]))
  const below = (pid: number): number[] =>
    [...parents].filter(([, parent]) => parent === pid).flatMap(([child]) => [child, ...below(child)])
  return below(ancestor)
}

const processes = (): number[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)

/** The fourth word of `stat`; the second is the name in parentheses, which may contain blanks (man 5 proc). */
const parentOf = (pid: number): number =>
  Number(
    read(pid, 'stat')
      .replace(/^.*\) \S+ /s, '')
      .split(' ', 1)[0],
  )

const commandLine = (pid: number): string => read(pid, 'cmdline').replaceAll('\0', ' ')

/** A process may end between being listed and being read. */
const read = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
