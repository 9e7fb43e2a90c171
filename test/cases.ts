import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rules } from '../server/src/core/rules'
import { type Case, casesIn, examplesOf } from '../server/src/core/rules/examples'
import type { Rule } from '../server/src/core/rules/rule'
import { root } from './editor/root'

/** A text with cases, and where it stands. */
export interface Source {
  readonly origin: string
  readonly path: string
  readonly text: string
  readonly cases: readonly Case[]
}

/** What the pages of the rules show. */
export const examples: readonly Source[] = rules.map(rule => ({
  origin: rule.id,
  path: `server/src/core/rules/${rule.id}.ts`,
  text: rule.examples,
  cases: examplesOf(rule),
}))

/** What a page has no room for: more cases of one rule. */
const more: readonly Source[] = rules.flatMap(rule => {
  const path = pathOf(rule.id)
  if (!existsSync(join(root, path))) return []
  const text = read(path)
  return [{ origin: rule.id, path, text, cases: examplesOf({ ...rule, examples: text } as Rule) }]
})

/** What no single rule can show. */
export const others: readonly Source[] = ['allow', 'syntax', 'bodies', 'emptied', 'once-in-file'].map(origin => {
  const path = pathOf(origin)
  const text = read(path)
  return { origin, path, text, cases: casesIn(text, origin) }
})

/** Every text with cases of single rules. */
export const ofRules: readonly Source[] = [...examples, ...more]

function pathOf(origin: string): string {
  return `test/rules/${origin}.sql`
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
