import assert from 'node:assert/strict'
import { historyOf } from '../../server/src/core/history/history'
import { loadInstalledParser } from '../parser'
import { historyIn, sectionsOf, tool } from './folder'
import { followUp } from './follow-up'

before(loadInstalledParser)

describe('Play evolutions', () => {
  const body = 'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1;; END $$;'

  it('are known by their lines, which need be no comments', () => {
    assert.equal(tool({ '1.sql': '# --- !Ups\nSELECT 1;' }), 'play')
    assert.equal(tool({ '1.sql': '-- !Ups\nSELECT 1;' }), 'play')
    assert.equal(tool({ '1.sql': '-- Up\nSELECT 1;' }), 'plain')
  })

  it('commit statement by statement, in both directions, by number', () => {
    const history = historyIn({
      '10.sql': `-- !Ups\n${body}\nSELECT 1;\n-- !Downs\nDROP FUNCTION f;`,
      '9.sql': '# Users schema\n\n# --- !Ups\nCREATE TABLE users ();\n\n# --- !Downs\n\nDROP TABLE users;\n',
      'readme.sql': 'SELECT 1;',
    })
    assert.deepEqual(sectionsOf(history), [
      '9.sql up own: CREATE TABLE users ()',
      '9.sql down own: DROP TABLE users',
      `10.sql up own: ${body.slice(0, -1).replace(';;', ';')} | SELECT 1`,
      '10.sql down own: DROP FUNCTION f',
    ])
    assert.deepEqual(
      history.migrations
        .flatMap(({ sections }) => sections.flatMap(({ statements }) => statements))
        .map(s => s.problem),
      [undefined, undefined, undefined, undefined, undefined],
    )
  })

  it('are one transaction where the configuration says so', () => {
    const read = (file: string) =>
      file === '../../application.conf' ? 'play.evolutions {\n  autocommit = false\n}\n' : undefined
    const files = [{ path: 'conf/evolutions/default/1.sql', text: '-- !Ups\nSELECT 1;' }]
    const history = historyOf({ path: 'conf/evolutions/default', files, read })
    assert.equal(history.migrations[0]?.sections[0]?.transaction, 'tool')
  })

  it('name the next after the last, with the semicolons of bodies doubled', () => {
    const history = historyIn({ '9.sql': '# --- !Ups\nSELECT 1;\n# --- !Downs\n' })
    assert.deepEqual(followUp(history, { up: body.replace(';;', ';') }), {
      'm/10.sql': `-- check x\n\n# --- !Ups\n\n${body}\n\n# --- !Downs\n\nSELECT 2;\n`,
    })
  })
})
