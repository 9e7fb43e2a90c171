import assert from 'node:assert/strict'
import { loadInstalledParser } from '../parser'
import { historyIn, sectionsOf } from './folder'
import { followUp, withoutTransaction } from './follow-up'

before(loadInstalledParser)

const head = '--! Previous: -\n--! Hash: sha1:abc\n--! Message: users\n\n'

describe('graphile-migrate', () => {
  it('is known by the header of what is committed', () => {
    assert.equal(historyIn({ 'committed/000001.sql': `${head}SELECT 1;` }).framework.id, 'graphile-migrate')
    assert.equal(historyIn({ '000001.sql': `${head}SELECT 1;` }).framework.id, 'graphile-migrate')
    assert.equal(historyIn({ '000001.sql': 'SELECT 1;' }).framework.id, 'plain')
    const besides = { '10-watch.sql': 'SELECT 1;', 'committed/000001.sql': `${head}SELECT 1;` }
    assert.equal(historyIn(besides).framework.id, 'graphile-migrate')
  })

  it('runs what is committed by number, then the current migration, and nothing else', () => {
    const files = {
      'committed/000010.sql': `${head}SELECT 10;`,
      'committed/000002-users.sql': `${head}--! no-transaction\nSELECT 2;`,
      'current/2-b.sql': 'SELECT 12;',
      'current/001.sql': '--! Message: next\n\nSELECT 11 FROM :x;',
      'afterReset.sql': 'SELECT 0;',
      '3-sequences.sql': 'SELECT 0;',
      'fixtures/functions.sql': 'SELECT 0;',
    }
    assert.deepEqual(sectionsOf(historyIn(files)), [
      'committed/000002-users.sql up own: SELECT 2',
      'committed/000010.sql up tool: SELECT 10',
      'current/001.sql up tool: SELECT 11 FROM _x',
      'current/2-b.sql up tool: SELECT 12',
    ])
  })

  it('reads its marker on the first line behind the header alone', () => {
    const mode = (text: string) =>
      historyIn({ 'committed/000001.sql': `${head}SELECT 0;`, 'current.sql': text }).migrations.at(-1)?.sections[0]
        ?.transaction
    assert.equal(mode('--! no-transaction\nSELECT 1;'), 'own')
    assert.equal(mode('--!no-transaction\r\nSELECT 1;'), 'own')
    assert.equal(mode('-- why\n--! no-transaction\nSELECT 1;'), 'tool')
  })

  it('takes its marker behind the header, for one statement, not in parts of the current migration', () => {
    const history = historyIn({
      'committed/000001.sql': `${head}SELECT 1;\n`,
      'committed/000002.sql': `${head}SELECT 1; SELECT 2;\n`,
      'current/1.sql': 'SELECT 3;\n',
    })
    const marked = (name: string) => withoutTransaction(history, name)?.source.files.get(`m/${name}`)
    assert.equal(marked('committed/000001.sql'), `${head}--! no-transaction\nSELECT 1;\n`)
    assert.equal(marked('committed/000002.sql'), undefined)
    assert.equal(marked('current/1.sql'), undefined)
    const single = historyIn({ 'committed/000001.sql': `${head}SELECT 1;\n`, 'current.sql': 'SELECT 2;\n' })
    assert.equal(
      withoutTransaction(single, 'current.sql')?.source.files.get('m/current.sql'),
      '--! no-transaction\nSELECT 2;\n',
    )
  })

  it('is followed by the current migration, where that is empty', () => {
    const committed = { 'committed/000001.sql': `${head}SELECT 1;\n` }
    const after = 'm/committed/000001.sql'
    const empty = historyIn({ ...committed, 'current.sql': '-- Enter migration here\n' })
    assert.deepEqual(followUp(empty, { after }), { 'm/current.sql': 'SELECT 1;\n' })
    assert.deepEqual(followUp(empty, { after, transaction: false }), {
      'm/current.sql': '--! no-transaction\nSELECT 1;\n',
    })
    assert.deepEqual(followUp(empty, { after, transaction: false, up: 'SELECT 1; SELECT 2;' }), {})
    const full = historyIn({ ...committed, 'current.sql': 'SELECT 2;\n' })
    assert.deepEqual(followUp(full, { after }), {})
    assert.deepEqual(followUp(full), {})
  })
})
