import { loadInstalledParser } from '../parser'
import { beginnings } from './histories'
import { editAtRandom } from './session'

const tools = beginnings.filter(({ name }) => !name.includes(':')).length

/** Few, and always the same: `npm run fuzz` makes as many others as one likes. */
describe('random edits', function () {
  this.timeout(60_000)
  before(loadInstalledParser)

  for (let number = 0; number < tools; number++) {
    it(`of ${beginnings[number]?.name}: what an open history tells is what a fresh reading tells`, () =>
      editAtRandom(1, number, 10))
  }

  it('of examples: what an open history tells is what a fresh reading tells', () => {
    for (let number = tools; number < beginnings.length; number += 60) editAtRandom(1, number, 10)
  })
})
