/** The eight table-level lock modes from the weakest to the strongest, as the manual prints them (explicit-locking.html). */
export const lockModes = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const
export type LockMode = (typeof lockModes)[number]

/** Which modes each mode conflicts with: table 13.2 of the manual (explicit-locking.html). Proven in the effects tests. */
const conflicts: Record<LockMode, readonly LockMode[]> = {
  'ACCESS SHARE': ['ACCESS EXCLUSIVE'],
  'ROW SHARE': ['EXCLUSIVE', 'ACCESS EXCLUSIVE'],
  'ROW EXCLUSIVE': ['SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'],
  'SHARE UPDATE EXCLUSIVE': ['SHARE UPDATE EXCLUSIVE', 'SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'],
  SHARE: ['ROW EXCLUSIVE', 'SHARE UPDATE EXCLUSIVE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'],
  'SHARE ROW EXCLUSIVE': [
    'ROW EXCLUSIVE',
    'SHARE UPDATE EXCLUSIVE',
    'SHARE',
    'SHARE ROW EXCLUSIVE',
    'EXCLUSIVE',
    'ACCESS EXCLUSIVE',
  ],
  EXCLUSIVE: [
    'ROW SHARE',
    'ROW EXCLUSIVE',
    'SHARE UPDATE EXCLUSIVE',
    'SHARE',
    'SHARE ROW EXCLUSIVE',
    'EXCLUSIVE',
    'ACCESS EXCLUSIVE',
  ],
  'ACCESS EXCLUSIVE': lockModes,
}

/** Returns the modes that a transaction holding `mode` makes others wait for. */
export const conflictsOf = (mode: LockMode): readonly LockMode[] => conflicts[mode]

/** Returns whether `mode` makes a plain SELECT wait. */
export const blocksReads = (mode: LockMode): boolean => conflicts[mode].includes('ACCESS SHARE')

/** Returns whether `mode` makes INSERT, UPDATE, DELETE and MERGE wait. */
export const blocksWrites = (mode: LockMode): boolean => conflicts[mode].includes('ROW EXCLUSIVE')

/** Returns the stronger of two modes; where neither contains the other, the one listed later in the manual. */
export const stronger = (a: LockMode, b: LockMode): LockMode => (lockModes.indexOf(a) >= lockModes.indexOf(b) ? a : b)
