import { type Explanation, explainAt } from '../explain'
import type { History } from '../history/history'
import type { InnerStep } from '../history/inside'
import type { Settings } from '../settings'
import type { Span } from '../text'
import { type Words, wordsOf } from '../words'
import { keywordAt } from './keywords'
import { lockModeAt } from './lock-modes'
import { nameAt } from './names'
import { inFile, type Narrow, type Place, placeAt, placeInBody } from './place'
import { subcommandAt } from './subcommands'
import { timeoutAt } from './timeouts'

/** What to tell about the narrowest thing at a place. */
export interface Hover {
  /** UTF-16 offsets in the file. */
  readonly span: Span
  readonly words: Words
}

/**
 * Returns what to tell at a UTF-16 offset of the file at `path`: about a name, a keyword, a lock mode, a timeout or a
 * subcommand, else about the whole statement; undefined where no statement is.
 */
export function hoverAt(history: History, path: string, offset: number, settings: Settings): Hover | undefined {
  const explanation = explainAt(history, path, offset, settings)
  if (!explanation) return undefined
  // What was put together of strings has no narrower places.
  const place = isPutTogether(explanation) ? undefined : placeAt(history, explanation, offset, settings)
  const narrow = place && narrowAt(place)
  if (place && narrow) return { span: inFile(place, narrow.span), words: narrow.words }
  // What a body does is done when it is called: here it is only looked at.
  const inBody = place && placeInBody(place)
  const name = inBody && nameAt(inBody)
  if (inBody && name) return { span: inFile(inBody, name.span), words: name.words }
  return { span: explanation.span, words: wordsOf(explanation, settings) }
}

const isPutTogether = ({ step }: Explanation): boolean =>
  'inside' in step && (step as InnerStep).inside.excerpt !== undefined

const narrowAt = (place: Place): Narrow | undefined =>
  lockModeAt(place) ?? timeoutAt(place) ?? keywordAt(place) ?? nameAt(place) ?? subcommandAt(place)
