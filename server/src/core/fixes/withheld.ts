/** Why the fix that is being worked out cannot be offered: fixes are worked out one at a time, when somebody asks. */
let why: string | undefined

/** Says why no fix is offered, as a sentence; the first reason counts. Returns undefined, as what has no place is. */
export function withhold(reason: string): undefined {
  why ??= reason
}

/** Why a clause is not made lighter by itself. */
export const isRewrittenAnyway =
  'Another clause of the statement writes the whole table anew: mend that first, or give this one a statement of its own.'

/** Says why no fix is offered, and returns none. */
export function none(reason: string): [] {
  withhold(reason)
  return []
}

/** Returns what `work` returns, and why it withheld what it might have returned. */
export function withReason<T>(work: () => T): { readonly result: T; readonly why?: string } {
  const outer = why
  why = undefined
  try {
    return { result: work(), why }
  } finally {
    why = outer
  }
}
