import assert from 'node:assert/strict'
import { edited } from '../../server/src/core/edits'
import { historyOf } from '../../server/src/core/history/history'
import { lint } from '../../server/src/core/lint'
import { defaultSettings } from '../../server/src/core/settings'
import { loadInstalledParser } from '../parser'

/** A down is called, and stands, as the downs beside it. */
describe('the down that a fix writes', () => {
  before(loadInstalledParser)

  const table = (name: string) => `CREATE TABLE ${name} (id bigint PRIMARY KEY);\n`
  const pairs = (up: (n: string) => string, down: (n: string) => string) => ({
    [up('1')]: table('a'),
    [down('1')]: 'DROP TABLE a;\n',
    [up('2')]: table('b'),
    [down('2')]: 'DROP TABLE b;\n',
    [up('3')]: table('c'),
  })
  const sections = (head: string, downHead: string) => ({
    '1_a.sql': `${head}${table('a')}\n${downHead}\nDROP TABLE a;\n`,
    '2_b.sql': `${head}${table('b')}\n${downHead}\nDROP TABLE b;\n`,
    '3_c.sql': `${head}${table('c')}`,
  })

  for (const { tool, files, path, text } of [
    {
      tool: 'golang-migrate',
      files: pairs(
        n => `${n}_x.up.sql`,
        n => `${n}_x.down.sql`,
      ),
      path: '3_x.down.sql',
    },
    {
      tool: 'flyway',
      files: pairs(
        n => `V${n}__x.sql`,
        n => `U${n}__x.sql`,
      ),
      path: 'U3__x.sql',
    },
    {
      tool: 'a folder for each version',
      files: pairs(
        n => `2024-01-0${n}-000000_x/up.sql`,
        n => `2024-01-0${n}-000000_x/down.sql`,
      ),
      path: '2024-01-03-000000_x/down.sql',
    },
    {
      tool: 'a folder for each direction',
      files: pairs(
        n => `up/00${n}_x.sql`,
        n => `down/00${n}_x.sql`,
      ),
      path: 'down/003_x.sql',
    },
    {
      tool: 'a suffix',
      files: pairs(
        n => `00${n}_x.sql`,
        n => `00${n}_x.rollback.sql`,
      ),
      path: '003_x.rollback.sql',
    },
    {
      tool: 'dbmate',
      files: sections('-- migrate:up\n', '-- migrate:down'),
      path: '3_c.sql',
      text: `-- migrate:up\n${table('c')}\n-- migrate:down\nDROP TABLE c;\n`,
    },
    {
      tool: 'goose',
      files: sections('-- +goose Up\n', '-- +goose Down'),
      path: '3_c.sql',
      text: `-- +goose Up\n${table('c')}\n-- +goose Down\nDROP TABLE c;\n`,
    },
  ]) {
    it(tool, () => {
      const all: readonly (readonly [string, string])[] = Object.entries(files)
      const history = historyOf({ path: 'm', files: all.map(([name, sql]) => ({ path: `m/${name}`, text: sql })) })
      const found = history.migrations.flatMap(migration => lint(history, migration.path, defaultSettings))
      const [finding, ...others] = found.filter(({ rule }) => rule === 'missing-down')
      assert.deepEqual(others, [])
      const [fix] = finding?.fixes ?? []
      assert(fix)
      const written = text
        ? { path: `m/${path}`, text: edited(history.source.files.get(`m/${path}`) ?? '', fix.edits) }
        : fix.creates?.[0]
      assert.deepEqual(written, { path: `m/${path}`, text: text ?? 'DROP TABLE c;\n' })
    })
  }
})
