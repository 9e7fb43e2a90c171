import assert from 'node:assert/strict'
import { compareDotted, compareNumbered, numberAfter } from '../../server/src/core/history/numbering'

describe('numbers', () => {
  it('order by value, not by letters', () => {
    const names = ['1000_z', '9_b', '10_a', '0100_c', '2024-01-15-b', '2024-01-15-a', 'v1.10/x', 'v1.9/x']
    assert.deepEqual(names.toSorted(compareNumbered), [
      '9_b',
      '10_a',
      '0100_c',
      '1000_z',
      '2024-01-15-a',
      '2024-01-15-b',
      'v1.9/x',
      'v1.10/x',
    ])
    assert.equal(compareNumbered('007', '7'), 0)
    assert.equal(Math.sign(compareNumbered('99999999999999999998', '99999999999999999999')), -1)
  })

  it('order versions part by part', () => {
    const versions = ['1.10', '1_2', '1.9', '2', '1', '1.0.0.7', '20171031_03', '20171031_2']
    assert.deepEqual(versions.toSorted(compareDotted), [
      '1',
      '1.0.0.7',
      '1_2',
      '1.9',
      '1.10',
      '2',
      '20171031_2',
      '20171031_03',
    ])
    assert.equal(compareDotted('1.0', '1'), 0)
  })

  const successors: readonly (readonly [number: string, next: string, what: string])[] = [
    ['0009', '0010', 'as wide'],
    ['9', '10', 'wider where it must be'],
    ['20240131235959', '20240201000000', 'a second, over the end of a month'],
    ['20240228235959', '20240229000000', 'a second, into a leap day'],
    ['202312312359', '202401010000', 'a minute'],
    ['20231231', '20240101', 'a day'],
    ['2024-01-15-093059', '2024-01-15-093100', 'a second, between dashes'],
    ['2024-12-31', '2025-01-01', 'a day, between dashes'],
    ['1700000000', '1700000001', 'a second since 1970'],
    ['1700000000123', '1700000001123', 'a second in milliseconds'],
    ['20240131235959123', '20240201000000123', 'a second before milliseconds'],
    ['20150101000001000000', '20150101000002000000', 'a second before six digits more'],
    ['20249931000000', '20249931000001', 'one where it is no time'],
    ['1.10', '1.11', 'the last part'],
    ['1_09', '1_10', 'the last part, as wide'],
    ['20210608_1249', '20210608_1250', 'the part after a date'],
  ]
  for (const [number, next, what] of successors) {
    it(`are followed by ${what}: ${number}`, () => assert.equal(numberAfter(number), next))
  }
})
