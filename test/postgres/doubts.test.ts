import assert from 'node:assert/strict'
import { mayDoAnything } from '../../server/src/core/postgres/doubts'
import { historyIn } from '../history/folder'
import { loadInstalledParser } from '../parser'

before(loadInstalledParser)

describe('a call', () => {
  const mayDo = (functions: readonly string[]) => {
    const history = historyIn({ '001_a.sql': functions.join('\n'), '002_b.sql': 'SELECT 1;' })
    return mayDoAnything({ name: 'f0', arguments: 0 }, history.before('m/002_b.sql', 'up'))
  }
  const calling = (name: string, body: string) =>
    `CREATE FUNCTION ${name}() RETURNS integer LANGUAGE sql AS $$ SELECT ${body} $$;`

  it('is harmless where all that it leads to is, however many ways lead there', () => {
    const doubling = Array.from({ length: 40 }, (_, n) => calling(`f${n}`, `f${n + 1}() + f${n + 1}()`))
    assert.equal(mayDo([...doubling, calling('f40', '1')]), false)
    assert.equal(mayDo([...doubling, calling('f40', 'nobody_knows()')]), true)
  })

  it('may do anything where functions call one another in a circle', () => {
    assert.equal(mayDo([calling('f0', 'f1()'), calling('f1', 'f0()')]), true)
  })
})
