import assert from 'node:assert/strict'
import { PersistentMap } from '../../server/src/core/postgres/persistent-map'

describe('PersistentMap', () => {
  it('holds what a Map holds, whatever the order of changes', () => {
    const model = new Map<string, number>()
    let map = PersistentMap.empty<number>()
    let seed = 7
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
      return seed % below
    }
    for (let n = 0; n < 20_000; n++) {
      const key = `public.table_${random(3_000)}`
      if (random(3) === 0) {
        model.delete(key)
        map = map.without(key)
      } else {
        model.set(key, n)
        map = map.with(key, n)
      }
    }
    assert.equal(map.size, model.size)
    assert.deepEqual([...map].sort(), [...model].sort())
    for (let n = 0; n < 3_000; n++) assert.equal(map.get(`public.table_${n}`), model.get(`public.table_${n}`))
  })

  it('tells what another holds otherwise, and no more', () => {
    let one = PersistentMap.empty<number>()
    for (let n = 0; n < 5_000; n++) one = one.with(`public.table_${n}`, n)
    let other = one.without('public.table_7').with('public.table_4999', 0).with('public.new', 1)
    // Removed and put back: the paths differ, the entries do not.
    other = other.without('public.table_100').with('public.table_100', 100)
    assert.deepEqual([...one.changes(other)].sort(), [
      ['public.new', undefined, 1],
      ['public.table_4999', 4999, 0],
      ['public.table_7', 7, undefined],
    ])
    assert.deepEqual([...one.changes(one)], [])
    assert.equal([...PersistentMap.empty<number>().changes(one)].length, 5_000)
  })

  it('tells the entries with a wanted value, whatever it was asked before', () => {
    const isEven = (value: number) => value % 2 === 0
    const [first, second] = collision()
    let map = PersistentMap.empty<number>().with(first, 2).with(second, 4)
    assert.deepEqual(PersistentMap.empty<number>().where(isEven), [])
    for (let n = 0; n < 500; n++) {
      map = map.with(`public.table_${n}`, n)
      if (n % 3 === 0) map = map.without(`public.table_${n - 2}`)
      assert.deepEqual([...map.where(isEven)].sort(), [...map].filter(([, value]) => value % 2 === 0).sort())
    }
    assert.equal(map.where(isEven), map.where(isEven))
    assert.equal(map.where(value => value === 4)[0]?.[0], second)
  })

  it('never changes', () => {
    const one = PersistentMap.empty<number>().with('a', 1)
    const two = one.with('a', 2).with('b', 3)
    two.without('a')
    assert.deepEqual([...one], [['a', 1]])
    assert.deepEqual([...two].sort(), [
      ['a', 2],
      ['b', 3],
    ])
    assert.equal(one.with('a', 1), one)
    assert.equal(one.without('x'), one)
  })

  it('tells apart keys of one hash', () => {
    const [first, second] = collision()
    const both = PersistentMap.empty<number>().with(first, 1).with(second, 2).with('other', 3)
    assert.deepEqual([both.get(first), both.get(second), both.size], [1, 2, 3])
    const one = both.without(first)
    assert.deepEqual([one.get(first), one.get(second), one.size], [undefined, 2, 2])
    assert.equal(one.with(second, 4).get(second), 4)
  })
})

/** Two keys with one hash, by the birthday paradox: some 80,000 tries for 32 bits. */
function collision(): [string, string] {
  const seen = new Map<number, string>()
  for (let n = 0; ; n++) {
    const key = `t${n.toString(36)}`
    let hash = 0x811c9dc5
    for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
    const other = seen.get(hash)
    if (other !== undefined) return [other, key]
    seen.set(hash, key)
  }
}
