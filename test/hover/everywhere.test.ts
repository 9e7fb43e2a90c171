import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { historyOf } from '../../server/src/core/history/history'
import { hintsOf } from '../../server/src/core/hover/hints'
import { hoverAt } from '../../server/src/core/hover/hover'
import { markdownOf } from '../../server/src/core/hover/rendering'
import { loadInstalledParser } from '../parser'

const settings = { postgres: 14, newest: 18, rules: {} }
const texts = ['test/postgres/effects.sql', 'test/sql/statements.sql', 'test/hover/hover.sql'].map(path =>
  readFileSync(resolve(path), 'utf8').slice(0, 60_000),
)

describe('hover at every place', function () {
  this.timeout(120_000)
  before(loadInstalledParser)

  /** Hovers at every `step`-th offset; returns how long each took, in milliseconds. */
  function hovered(text: string, step: number): number[] {
    const history = historyOf({ path: 'm', files: [{ path: 'm/1_a.sql', text }], framework: 'plain' })
    const times: number[] = []
    for (let offset = 0; offset <= text.length; offset += step) {
      const start = performance.now()
      const hover = hoverAt(history, 'm/1_a.sql', offset, settings)
      if (hover) {
        const told = markdownOf(hover.words)
        assert.doesNotMatch(told, /\bundefined\b|\[object/)
        assert(hover.span.start <= offset && offset <= hover.span.end, `told of another place at ${offset}`)
      }
      times.push(performance.now() - start)
    }
    hintsOf(history, 'm/1_a.sql', { start: 0, end: text.length }, settings)
    return times
  }

  it('tells of that place, and is there before anybody has to wait', () => {
    const times = texts.flatMap(text => hovered(text, 7).slice(100)).sort((a, b) => a - b)
    assert(times.length > 5000)
    assert((times[Math.floor(times.length * 0.95)] ?? 0) < 10)
  })

  it('does so in text that breaks off anywhere', () => {
    for (const text of texts) {
      for (let end = 1; end < 3000; end += 97) hovered(text.slice(0, end), 31)
      for (let start = 1; start < 3000; start += 97) hovered(text.slice(start, start + 600), 31)
    }
  })
})
