import assert from 'node:assert/strict'
import type { Command, CreateTable } from '../../server/src/core/sql/commands'
import { withSharedParts } from '../../server/src/core/sql/sharing'
import { statementsIn } from '../../server/src/core/sql/split'
import { loadInstalledParser } from '../parser'

before(loadInstalledParser)

const command = (sql: string): Command => statementsIn(sql).statements[0]?.command as Command
const columns = (sql: string) => (command(sql) as CreateTable).columns

describe('parts of commands', () => {
  it('that are equal are one object, in one statement and in several', () => {
    const [a, b] = columns('CREATE TABLE t (first_of_all varchar(255), "second" varchar(255) NOT NULL)')
    const [c] = columns('CREATE TABLE u (first_of_all varchar(255) NOT NULL)')
    assert.equal(a?.name.span, c?.name.span)
    assert.equal(a?.constraints, b?.constraints)
    assert.equal(a?.type.modifiers, b?.type.modifiers)
    assert.notEqual(a?.type.span, b?.type.span)
  })

  it('are what they were', () => {
    const parts = () => ({
      tag: 'X',
      name: 'n',
      long: 'x'.repeat(100),
      none: [],
      one: [10],
      other: [255],
      two: [10, 2],
      nested: [{ span: { start: 1, end: 2 } }, { span: { start: 1, end: 3 } }, { span: { start: 2, end: 3 } }],
      wider: { start: 1, end: 2, more: true },
      far: [
        { start: 20_000_000, end: 20_000_001 },
        { start: 1, end: 20_000_001 },
      ],
      absent: undefined,
      nothing: null,
    })
    assert.deepEqual(withSharedParts(parts()), parts())
    assert.deepEqual(withSharedParts(parts()), parts())
  })

  it('stay what they are however many there are', () => {
    const spans = Array.from({ length: 100_000 }, (_, start) => ({ start, end: start + 1 }))
    const shared = withSharedParts(spans.map(span => ({ span: { ...span }, name: `n${span.start}` })))
    assert.ok(
      shared.every(({ span, name }, start) => span.start === start && span.end === start + 1 && name === `n${start}`),
    )
  })
})
