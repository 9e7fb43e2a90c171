/** Begins each line that the suite prints inside VS Code. */
export const mark = '[migration-guard] '
