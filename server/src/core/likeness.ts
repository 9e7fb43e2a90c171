/** Below that two names hardly mean the same. */
export const leastLikeness = 0.6

/** Returns the name that somebody most probably meant, one that the words are a part of too; undefined where none is like it. */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  const word = written.toLowerCase()
  let best: { readonly name: string; readonly alike: number } | undefined
  for (const name of names) {
    const alike = Math.max(likeness(word, name), `-${name}-`.includes(`-${word}-`) ? leastLikeness : 0)
    if (alike >= leastLikeness && alike > (best?.alike ?? 0)) best = { name, alike }
  }
  return best?.name
}

/** Returns from 0 to 1 how much of the longer name is in the other in the same order. */
export const likeness = (a: string, b: string): number => lengthOfCommon(a, b) / Math.max(a.length, b.length)

/** The length of the longest common subsequence. */
function lengthOfCommon(a: string, b: string): number {
  let row = new Array<number>(b.length + 1).fill(0)
  for (const letter of a) {
    const next = [0]
    for (let j = 0; j < b.length; j++) {
      next.push(b[j] === letter ? (row[j] as number) + 1 : Math.max(next[j] as number, row[j + 1] as number))
    }
    row = next
  }
  return row[b.length] as number
}
