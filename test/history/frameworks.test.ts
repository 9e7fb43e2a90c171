import assert from 'node:assert/strict'
import { type History, historyOf, withFile } from '../../server/src/core/history/history'
import { relationNamed } from '../../server/src/core/postgres/catalog'
import { loadInstalledParser } from '../parser'
import { type Files, historyIn, namesOf, sectionsOf, tool } from './folder'
import { followUp, withoutTransaction } from './follow-up'

before(loadInstalledParser)

describe('golang-migrate', () => {
  const files = {
    '10_c.up.sql': 'SELECT 10; SELECT 11;',
    '9_b.up.sql': 'SELECT 9',
    '9_b.down.sql': '',
    '10_c.down.sql': 'SELECT -10',
    '1_a.sql.up.sql': 'SELECT 1',
    '11_d_down.sql': 'SELECT -11',
    '11_d.up.sql': 'SELECT 11',
    '10_c.mysql.up.sql': 'SELECT 0',
  }

  it('is known by its names', () => {
    assert.equal(tool(files), 'golang-migrate')
    assert.equal(tool({ '1510262030_x.up.sql': '', '1510262030_x.down.sql': '' }), 'golang-migrate')
  })

  it('is not the tool where the program runs its files by maragudk/migrate', () => {
    const history = historyIn({
      '0000_a.up.sql': 'SELECT 1',
      '0000_b.up.sql': 'SELECT 2',
      '../../go.mod': 'require (\n\tgithub.com/maragudk/migrate v0.4.3\n)\n',
    })
    assert.equal(history.framework.id, 'plain')
    assert.deepEqual(sectionsOf(history), ['0000_a.up.sql up tool: SELECT 1', '0000_b.up.sql up tool: SELECT 2'])
  })

  it('does not look into folders', () => {
    assert.equal(tool({ '0/01_x.up.sql': '', '1/01_x.up.sql': '' }), 'plain')
  })

  it('orders by number, each up before its down, and sends a file as one query', () => {
    assert.deepEqual(sectionsOf(historyIn(files)), [
      '1_a.sql.up.sql up implicit: SELECT 1',
      '9_b.up.sql up implicit: SELECT 9',
      '9_b.down.sql down implicit:',
      '10_c.up.sql up implicit: SELECT 10 | SELECT 11',
      '10_c.down.sql down implicit: SELECT -10',
      '11_d.up.sql up implicit: SELECT 11',
      '11_d_down.sql down implicit: SELECT -11',
    ])
  })

  it('is followed by a pair, numbered as wide', () => {
    assert.deepEqual(followUp(historyIn({ '000009_x.up.sql': '', '000009_x.down.sql': '' })), {
      'm/000010_check_x.up.sql': 'SELECT 1;\n',
      'm/000010_check_x.down.sql': 'SELECT 2;\n',
    })
    assert.deepEqual(
      followUp(historyIn({ '20240131235959_x.up.sql': '', '20240131235959_x.down.sql': '' }), { down: '' }),
      {
        'm/20240201000000_check_x.up.sql': 'SELECT 1;\n',
        'm/20240201000000_check_x.down.sql': '-- Nothing to undo.\n',
      },
    )
  })

  it('is followed by no down where the project has none', () => {
    assert.deepEqual(Object.keys(followUp(historyIn({ '1_x.up.sql': '' }))), ['m/2_check_x.up.sql'])
  })

  it('is followed by a file without a direction where newer ones have none', () => {
    const history = historyIn({ '1_x.up.sql': '', '2_y.up.sql': '', '3_z.sql': '' }, 'golang-migrate')
    assert.deepEqual(followUp(history), { 'm/4_check_x.sql': 'SELECT 1;\n' })
  })

  it('is not followed by a file that the tool passes over because one with a number far off is there', () => {
    const history = historyIn({ '01_x.up.sql': '', '99_seed.sql': '' }, 'golang-migrate')
    assert.deepEqual(Object.keys(followUp(history)), ['m/02_check_x.up.sql'])
  })

  it('is followed by one file for each statement that must not share a transaction', () => {
    const history = historyIn({ '0001_x.up.sql': '', '0001_x.down.sql': '' })
    const up = 'CREATE INDEX CONCURRENTLY i ON t (a);\nCREATE INDEX CONCURRENTLY j ON t (b);'
    const down = 'DROP INDEX CONCURRENTLY j;\nDROP INDEX CONCURRENTLY i;'
    assert.deepEqual(followUp(history, { up, down, transaction: false }), {
      'm/0002_check_x.up.sql': 'CREATE INDEX CONCURRENTLY i ON t (a);\n',
      'm/0002_check_x.down.sql': 'DROP INDEX CONCURRENTLY i;\n',
      'm/0003_check_x_2.up.sql': 'CREATE INDEX CONCURRENTLY j ON t (b);\n',
      'm/0003_check_x_2.down.sql': 'DROP INDEX CONCURRENTLY j;\n',
    })
  })

  it('has no marker against transactions', () => {
    assert.equal(withoutTransaction(historyIn(files), '9_b.up.sql'), undefined)
  })
})

describe('goose', () => {
  const body = 'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$'

  it('is known by its annotation', () => {
    assert.equal(tool({ '1_a.sql': '-- +goose Up\nSELECT 1;' }), 'goose')
    assert.equal(tool({ '1_a.sql': '-- +goose up\r\nSELECT 1;\r\n' }), 'goose')
  })

  it('reads annotations in any case, statements that only an annotation ends, and files without a down', () => {
    const files = {
      '20240102000000_b.sql': '-- +GOOSE ignored\n-- +goose up\nSELECT 1;\nSELECT 2;\n-- +goose down\nSELECT 3;\n',
      '00001_a.sql': `-- a comment\n-- +goose Up\n-- +goose StatementBegin\n${body}\n-- +goose StatementEnd\nSELECT 1;\n`,
      '00002_empty.sql': '-- +goose Up\nSELECT 1;\n-- +goose Down\n',
      '10_c.sql': '-- +goose Up\r\nSELECT 1;\r\n-- +goose Down\r\n-- nothing\r\n',
    }
    assert.deepEqual(sectionsOf(historyIn(files)), [
      `00001_a.sql up tool: ${body} | SELECT 1`,
      '00002_empty.sql up tool: SELECT 1',
      '00002_empty.sql down tool:',
      '10_c.sql up tool: SELECT 1',
      '10_c.sql down tool:',
      '20240102000000_b.sql up tool: SELECT 1 | SELECT 2',
      '20240102000000_b.sql down tool: SELECT 3',
    ])
  })

  it('runs both directions without a transaction where the file says so, wherever', () => {
    for (const marker of ['-- +goose NO TRANSACTION', '-- +goose no transaction', '--  +goose NO TRANSACTION ']) {
      const lines = ['-- +goose Up', 'SELECT 1;', '-- +goose Down', 'SELECT 2;']
      for (const place of [0, 1, 4]) {
        const text = lines.toSpliced(place, 0, marker).join('\n')
        assert.deepEqual(sectionsOf(historyIn({ '1_a.sql': text })), [
          '1_a.sql up own: SELECT 1',
          '1_a.sql down own: SELECT 2',
        ])
      }
    }
  })

  it('takes its marker before the first annotation', () => {
    const history = historyIn({ '1_a.sql': '-- made by hand\r\n-- +goose Up\r\nSELECT 1;\r\n-- +goose Down\r\n' })
    const changed = withoutTransaction(history, '1_a.sql')
    assert.equal(
      changed?.source.files.get('m/1_a.sql'),
      '-- made by hand\r\n-- +goose NO TRANSACTION\r\n-- +goose Up\r\nSELECT 1;\r\n-- +goose Down\r\n',
    )
    assert.deepEqual(
      changed?.migrations[0]?.sections.map(({ transaction }) => transaction),
      ['own', 'own'],
    )
  })

  it('has no marker for statements fenced together: they are one query', () => {
    const fenced = '-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\nSELECT 2;\n-- +goose StatementEnd\n'
    assert.equal(withoutTransaction(historyIn({ '1_a.sql': fenced }), '1_a.sql'), undefined)
  })

  it('is followed by a file with both sections', () => {
    const history = historyIn({ '00009_x.sql': '-- +goose Up\nSELECT 1;' })
    assert.deepEqual(followUp(history), {
      'm/00010_check_x.sql': '-- +goose Up\nSELECT 1;\n\n-- +goose Down\nSELECT 2;\n',
    })
    assert.deepEqual(followUp(history, { down: '', transaction: false }), {
      'm/00010_check_x.sql':
        '-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;\n\n-- +goose Down\n-- Nothing to undo.\n',
    })
  })

  it('is followed by a file that fences in what goose would cut', () => {
    const up = 'SELECT 1;\nDO $$\nBEGIN\n  PERFORM 1;\nEND\n$$;'
    const made = followUp(historyIn({ '20240101000000_x.sql': '-- +goose Up\nSELECT 1;' }), { up, down: '' })
    assert.deepEqual(made, {
      'm/20240101000001_check_x.sql':
        '-- +goose Up\nSELECT 1;\n-- +goose StatementBegin\nDO $$\nBEGIN\n  PERFORM 1;\nEND\n$$;\n-- +goose StatementEnd\n\n-- +goose Down\n-- Nothing to undo.\n',
    })
  })
})

describe('dbmate', () => {
  it('is known by its blocks', () => {
    assert.equal(tool({ '1_a.sql': '-- migrate:up\nSELECT 1;\n-- migrate:down\n' }), 'dbmate')
  })

  it('reads blocks with their options, several pairs, and leaves the dump alone', () => {
    const files = {
      '20240101000000_a.sql': '-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n',
      '20240102000000_b.sql': '-- migrate:up transaction:false\nSELECT 1;\n-- migrate:down transaction:true\n',
      '20240103000000_c.sql':
        '-- MIGRATE:UP\nSELECT 1;\n-- migrate:down\nSELECT 2;\n--migrate:up\nSELECT 3;\n--migrate:down\nSELECT 4;\n',
      'schema.sql': 'CREATE TABLE t ();',
    }
    assert.deepEqual(sectionsOf(historyIn(files)), [
      '20240101000000_a.sql up tool: SELECT 1',
      '20240101000000_a.sql down tool: SELECT 2',
      '20240102000000_b.sql up own: SELECT 1',
      '20240102000000_b.sql down tool:',
      '20240103000000_c.sql up tool: SELECT 1',
      '20240103000000_c.sql down tool: SELECT 2',
      '20240103000000_c.sql up tool: SELECT 3',
      '20240103000000_c.sql down tool: SELECT 4',
    ])
  })

  it('orders by name', () => {
    const up = '-- migrate:up\nSELECT 1;\n-- migrate:down\n'
    assert.deepEqual(namesOf(historyIn({ '9_a.sql': up, '10_b.sql': up })), ['10_b.sql', '9_a.sql'])
  })

  it('takes its marker on the line of the block', () => {
    const history = historyIn({ '1_a.sql': '-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n' })
    assert.equal(
      withoutTransaction(history, '1_a.sql')?.source.files.get('m/1_a.sql'),
      '-- migrate:up transaction:false\nSELECT 1;\n-- migrate:down\nSELECT 2;\n',
    )
    assert.deepEqual(sectionsOf(withoutTransaction(history, '1_a.sql', 'down') as History), [
      '1_a.sql up tool: SELECT 1',
      '1_a.sql down own: SELECT 2',
    ])
  })

  it('has no marker for several statements: a block is one query', () => {
    const history = historyIn({ '1_a.sql': '-- migrate:up\nSELECT 1; SELECT 2;\n-- migrate:down\n' })
    assert.equal(withoutTransaction(history, '1_a.sql'), undefined)
  })

  it('is followed by a file with both blocks, one for each statement that must not share a transaction', () => {
    const history = historyIn({ '20240101000000_x.sql': '-- migrate:up\nSELECT 1;\n-- migrate:down\n' })
    assert.deepEqual(followUp(history, { down: '' }), {
      'm/20240101000001_check_x.sql': '-- migrate:up\nSELECT 1;\n\n-- migrate:down\n-- Nothing to undo.\n',
    })
    assert.deepEqual(followUp(history, { up: 'SELECT 1;\nSELECT 2;', down: 'SELECT 3;', transaction: false }), {
      'm/20240101000001_check_x.sql':
        '-- migrate:up transaction:false\nSELECT 1;\n\n-- migrate:down transaction:false\nSELECT 3;\n',
      'm/20240101000002_check_x_2.sql':
        '-- migrate:up transaction:false\nSELECT 2;\n\n-- migrate:down\n-- Nothing to undo.\n',
    })
  })
})

describe('Flyway', () => {
  it('is known by its names', () => {
    assert.equal(tool({ 'V1__a.sql': '', 'V1_2__b.sql': '', 'afterMigrate.sql': '' }), 'flyway')
    assert.equal(tool({ 'R__view.sql': '' }), 'flyway')
    assert.equal(tool({ 'R__view.sql': '', 'fix_rooms.sql': '', 'fix_slots.sql': '' }), 'plain')
    assert.equal(tool({ 'V0001.Initial.up.sql': '' }), 'plain')
    assert.equal(tool({ '20240101__a.sql': '', '../../application.properties': 'spring.flyway.schemas=x' }), 'flyway')
    assert.equal(tool({ '20240101__a.sql': '' }), 'plain')
  })

  it('is known by its default location where files have no prefix', () => {
    const path = 'src/main/resources/db/migration/all'
    const history = historyOf({ path, files: [{ path: `${path}/20240101__a.sql`, text: 'SELECT 1' }] })
    assert.equal(history.framework.id, 'flyway')
  })

  it('has names in the default schema of the project’s settings where these are plain', () => {
    const pathOf = (settings: Files) =>
      historyIn({ 'V1__a.sql': '', ...settings }).before('m/V1__a.sql', 'up').searchPath
    const properties = (text: string) => pathOf({ '../../application.properties': text })
    assert.deepEqual(properties('spring.flyway.schemas=shop, audit\n'), ['shop', 'public'])
    assert.deepEqual(properties('flyway.schemas=audit,shop\nflyway.defaultSchema=shop'), ['shop', 'public'])
    assert.deepEqual(properties('flyway.schemas=${schemas}'), ['public'])
    assert.deepEqual(properties('flyway.schemas=public'), ['public'])
    assert.deepEqual(properties('spring.jpa.properties.hibernate.default_schema=shop'), ['public'])
    const yaml = (text: string) => pathOf({ '../../application.yml': text })
    assert.deepEqual(
      yaml(
        'spring:\n  flyway:\n    table: x\n\n    schemas: [ audit, shop ]\n    default-schema: shop\n  jpa:\n    x: y\n',
      ),
      ['shop', 'public'],
    )
    assert.deepEqual(yaml('spring:\n  flyway:\n    table: x\n  liquibase:\n    default-schema: shop\n'), ['public'])
    assert.deepEqual(yaml('flyway:\n  schemas: "a"\n---\nflyway:\n  schemas: "b"\n'), ['public'])
    assert.deepEqual(pathOf({ '../flyway.toml': '[flyway]\ndefaultSchema = "shop"\n[x]\nschemas = ["y"]\n' }), [
      'shop',
      'public',
    ])
  })

  it('finds what a migration made without its schema in the default one', () => {
    const history = historyIn({
      'flyway.conf': 'flyway.schemas=shop\n',
      'V1__a.sql': 'CREATE TABLE orders (id bigint);',
      'V2__b.sql': 'CREATE INDEX ON shop.orders (id);',
    })
    assert.ok(relationNamed(history.before('m/V2__b.sql', 'up'), { schema: 'shop', name: 'orders' }))
  })

  it('goes down in a folder for what is undone by hand', () => {
    const history = historyIn({ 'V1.1__a.sql': 'SELECT 1', 'rollback/1.1__drop_a.sql': 'SELECT -1' })
    assert.deepEqual(sectionsOf(history), [
      'V1.1__a.sql up tool: SELECT 1',
      'rollback/1.1__drop_a.sql down tool: SELECT -1',
    ])
  })

  it('orders versions part by part, undoes after them, repeatables and callbacks last', () => {
    const names = [
      'V1.10__j.sql',
      'V1.9__i.sql',
      'V1_2__b.sql',
      'V20171031_03__x.sql',
      'V2_36_20__y.sql',
      'U1.9__i.sql',
      'R__view.sql',
      'afterMigrate__grants.sql',
      'NTV1.11__k.sql',
      'V12_1.5.10__LOG.sql',
      'V1.9.5___one_too_many.sql',
      'V3__a.sql.sql',
      'V4__x.mysql.sql',
      '00000000000000005__timestamped.sql',
    ]
    const history = historyIn(Object.fromEntries(names.map(name => [name, 'SELECT 1'])))
    assert.deepEqual(namesOf(history), [
      'V1_2__b.sql',
      'V1.9__i.sql',
      'U1.9__i.sql',
      'V1.9.5___one_too_many.sql',
      'V1.10__j.sql',
      'NTV1.11__k.sql',
      'V2_36_20__y.sql',
      'V3__a.sql.sql',
      '00000000000000005__timestamped.sql',
      'V12_1.5.10__LOG.sql',
      'V20171031_03__x.sql',
      'R__view.sql',
      'afterMigrate__grants.sql',
    ])
    assert.deepEqual(
      history.migrations.filter(({ direction }) => direction === 'down').map(({ path }) => path),
      ['m/U1.9__i.sql'],
    )
    assert.deepEqual(
      history.migrations.filter(({ repeatable }) => repeatable).map(({ path }) => path),
      ['m/R__view.sql', 'm/afterMigrate__grants.sql'],
    )
  })

  const index = 'CREATE INDEX CONCURRENTLY i ON t (a);'
  const modes: readonly (readonly [what: string, files: Files, mode: 'tool' | 'own'])[] = [
    ['a transaction for each migration', { 'V1__a.sql': 'SELECT 1;' }, 'tool'],
    ['none around CONCURRENTLY', { 'V1__a.sql': `-- why\n${index}\nDROP INDEX CONCURRENTLY j;` }, 'own'],
    ['none around VACUUM', { 'V1__a.sql': 'VACUUM t;' }, 'own'],
    [
      'one around REINDEX TABLE CONCURRENTLY, which it does not see',
      { 'V1__a.sql': 'REINDEX TABLE CONCURRENTLY t' },
      'tool',
    ],
    ['one for a mixture, which it refuses', { 'V1__a.sql': `SELECT 1; ${index}` }, 'tool'],
    [
      'none for a mixture where that is allowed',
      { 'V1__a.sql': `SELECT 1; ${index}`, 'flyway.conf': 'flyway.mixed=true' },
      'own',
    ],
    [
      'none where the file beside it says so',
      { 'V1__a.sql': 'SELECT 1', 'V1__a.sql.conf': 'executeInTransaction=false' },
      'own',
    ],
    [
      'one where the file beside it says so',
      { 'V1__a.sql': index, 'V1__a.sql.conf': '# x\nexecuteInTransaction = true' },
      'tool',
    ],
    [
      'none where the project says so',
      { 'V1__a.sql': 'SELECT 1', 'flyway.toml': '[flyway]\nexecuteInTransaction = false' },
      'own',
    ],
    ['one for a word in a comment', { 'V1__a.sql': '-- not CONCURRENTLY\nCREATE INDEX i ON t (a);' }, 'tool'],
  ]
  for (const [what, files, mode] of modes) {
    it(`opens ${what}`, () => assert.equal(historyIn(files).migrations[0]?.sections[0]?.transaction, mode))
  }

  it('needs no marker where it sees CONCURRENTLY itself, and has none else', () => {
    const history = historyIn({
      'V1__a.sql': 'CREATE INDEX i ON t (a);',
      'V2__b.sql': 'REINDEX TABLE t',
      'V3__c.sql': 'SELECT 1; SELECT 2',
    })
    assert.equal(withoutTransaction(history, 'V1__a.sql'), history)
    assert.equal(withoutTransaction(history, 'V2__b.sql'), undefined)
    assert.equal(withoutTransaction(history, 'V3__c.sql'), undefined)
  })

  it('is followed by the next version, with the configuration that it needs', () => {
    assert.deepEqual(followUp(historyIn({ 'V1_9__x.sql': '' })), { 'm/V1_10__check_x.sql': 'SELECT 1;\n' })
    assert.deepEqual(followUp(historyIn({ 'V0009__x.sql': '', 'U0009__x.sql': '' })), {
      'm/V0010__check_x.sql': 'SELECT 1;\n',
      'm/U0010__check_x.sql': 'SELECT 2;\n',
    })
    const undone = historyIn({ 'V1__x.sql': '', 'U1__x.sql': '' })
    assert.deepEqual(followUp(undone, { down: '' }), {
      'm/V2__check_x.sql': 'SELECT 1;\n',
      'm/U2__check_x.sql': '-- Nothing to undo.\n',
    })
    const byHand = historyIn({ 'V1__x.sql': '', 'undo/V1__x.sql': '' })
    assert.deepEqual(followUp(byHand, { after: 'm/V1__x.sql' }), {
      'm/V2__check_x.sql': 'SELECT 1;\n',
      'm/undo/V2__check_x.sql': 'SELECT 2;\n',
    })
    assert.deepEqual(followUp(historyIn({ 'V1__x.sql': '', 'B3__x.sql': '' })), { 'm/V4__check_x.sql': 'SELECT 1;\n' })
    const history = historyIn({ 'V1.0.0.7__x.sql': '', 'V1.0.0.6__x.sql': '', 'R__z.sql': '' })
    assert.deepEqual(followUp(history, { up: index, transaction: false }), { 'm/V1.0.0.8__check_x.sql': `${index}\n` })
    assert.deepEqual(followUp(history, { transaction: false }), {
      'm/V1.0.0.8__check_x.sql': 'SELECT 1;\n',
      'm/V1.0.0.8__check_x.sql.conf': 'executeInTransaction=false\n',
    })
  })
})

describe('Prisma', () => {
  const lock = (provider: string) => ({ 'migration_lock.toml': `# do not edit\nprovider = "${provider}"\n` })

  it('is known by its folders', () => {
    assert.equal(tool({ '20240101000000_init/migration.sql': '' }), 'prisma')
    assert.equal(tool({ '01_init/migration.sql': '', ...lock('postgresql') }), 'prisma')
  })

  it('is not taken for a tool of PostgreSQL where its lock file names another database', () => {
    const history = historyIn({ '01_init/migration.sql': '', ...lock('mysql') })
    assert.notEqual(history.framework.id, 'prisma')
  })

  it('leaves a file to the script that cuts it at markers', () => {
    const text = '-- RUN_OUTSIDE_TRANSACTION_SENTINEL\nCREATE INDEX CONCURRENTLY b ON a (b);\nSELECT 1;'
    const sections = (text: string) => sectionsOf(historyIn({ '1_a/migration.sql': text }, 'prisma'))
    assert.match(sections(text)[0] ?? '', / up own: /)
    assert.match(sections(text.replace('RUN_', 'to be run '))[0] ?? '', / up implicit: /)
  })

  it('orders by the names of folders and sends a file as one query', () => {
    const files = {
      '20240102000000_b/migration.sql': 'SELECT 2; SELECT 3;',
      '20240101000000_a/migration.sql': 'SELECT 1;',
      '20240101000000_a/down.sql': 'SELECT -1;',
      '202401031200_c.sql/migration.sql': '',
      'notes.sql': 'SELECT 0;',
      ...lock('postgresql'),
    }
    assert.deepEqual(sectionsOf(historyIn(files)), [
      '20240101000000_a/migration.sql up implicit: SELECT 1',
      '20240101000000_a/down.sql down implicit: SELECT -1',
      '20240102000000_b/migration.sql up implicit: SELECT 2 | SELECT 3',
      '202401031200_c.sql/migration.sql up implicit:',
    ])
  })

  it('is followed by a folder, one for each statement that must not share a transaction', () => {
    const history = historyIn({ '20240101000059_a/migration.sql': '', ...lock('postgresql') })
    assert.deepEqual(followUp(history), { 'm/20240101000100_check_x/migration.sql': 'SELECT 1;\n' })
    assert.deepEqual(followUp(history, { up: 'SELECT 1; SELECT 2;', transaction: false }), {
      'm/20240101000100_check_x/migration.sql': 'SELECT 1;\n',
      'm/20240101000101_check_x_2/migration.sql': 'SELECT 2;\n',
    })
  })
})

describe('plain SQL', () => {
  it('is what nobody else runs', () => {
    assert.equal(tool({ '001_a.sql': 'SELECT 1;' }), 'plain')
    assert.equal(tool({ 'a.sql': 'SELECT 1;' }), 'plain')
  })

  it('is not what a program calls by name', () => {
    const found = (text: string) => historyIn({ '001_a.sql': 'SELECT 1;', '002_b.sql': text }).migrations.length
    for (const head of [
      '-- name: users-by-town',
      '--name: add_user<!',
      '-- name: GetUser :one',
      '-- :name users :? :*',
    ])
      assert.equal(found(`${head}\nSELECT 1;`), 1, head)
    for (const head of ['-- Name: users; Type: TABLE; Schema: public', '-- name: of the shop', '-- by name: a'])
      assert.equal(found(`${head}\nSELECT 1;`), 2, head)
  })

  it('becomes what a comment says while it is typed', () => {
    const history = historyIn({ '001_a.sql': 'SELECT 1;' })
    const typed = withFile(history, 'm/001_a.sql', 'SELECT 12;')
    assert.equal(typed.framework, history.framework)
    assert.equal(withFile(typed, 'm/001_a.sql', '-- +goose Up\nSELECT 12;').framework.id, 'goose')
  })

  it('runs each file in a transaction where the project says so, and then has no place outside one', () => {
    const files = [{ path: 'm/001_a.sql', text: 'SELECT 1; SELECT 2;' }]
    const modes = (['file', 'none', undefined] as const).map(transaction =>
      sectionsOf(historyOf({ path: 'm', files, transaction })),
    )
    assert.deepEqual(modes, [
      ['001_a.sql up tool: SELECT 1 | SELECT 2'],
      ['001_a.sql up own: SELECT 1 | SELECT 2'],
      ['001_a.sql up own: SELECT 1 | SELECT 2'],
    ])
    const history = historyOf({ path: 'm', files, transaction: 'file' })
    assert.deepEqual(followUp(history, { transaction: false, runner: 'file' }), {})
    assert.deepEqual(Object.keys(followUp(history, { runner: 'file' })), ['m/002_check_x.sql'])
  })

  it('orders what leads from one version to the next by the version that it makes', () => {
    const names = ['shop.postgres.1.9.0-to-1.10.0.upgrade.sql', 'shop.postgres.1.8.0-to-1.9.0.upgrade.sql']
    const history = historyIn({
      ...Object.fromEntries(names.map(name => [name, ''])),
      'shop.postgres.1.8.0.create.sql': '',
      'quartz_tables_postgres.sql': '',
    })
    assert.deepEqual(namesOf(history), ['shop.postgres.1.8.0.create.sql', names[1], names[0]])
  })

  it('leaves the whole schema of each version that stands beside upgrades', () => {
    const names = [
      'deploy/7/001-auto.sql',
      'deploy/7/001-auto-__VERSION.sql',
      'deploy/8/002-users.sql',
      '6-7/001-auto.sql',
    ]
    const history = historyIn(Object.fromEntries(names.map(name => [name, ''])), 'plain')
    assert.deepEqual(namesOf(history).sort(), ['6-7/001-auto.sql', 'deploy/8/002-users.sql'])
  })

  it('goes down in a folder for rollbacks', () => {
    const files = [{ path: 'db/rollback_dbs/postgresql/1.3/1.3.sql', text: 'DROP TABLE a;' }]
    const [migration] = historyOf({ path: 'db/rollback_dbs/postgresql', files }).migrations
    assert.equal(migration?.direction, 'down')
  })

  it('leaves what pg_dump has printed unless it has a number', () => {
    const dump = '--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\n'
    const history = historyIn({ '2102/ready.sql': dump, '2102/fix.sql': '', '2598/01_base.sql': dump })
    assert.deepEqual(namesOf(history), ['2102/fix.sql', '2598/01_base.sql'])
  })

  it('leaves what another database alone can read where files are named for databases', () => {
    const files = {
      '1/01_a.sql': 'CREATE TABLE a (id integer PRIMARY KEY AUTOINCREMENT);',
      '1/02_b.sql': 'SELECT 1',
    }
    assert.deepEqual(namesOf(historyIn({ ...files, '1/03_c.sql.postgres': '' })), ['1/02_b.sql', '1/03_c.sql.postgres'])
    assert.deepEqual(namesOf(historyIn(files)), Object.keys(files))
  })

  it('orders by the numbers in the path and sends statements one by one', () => {
    const files = {
      '10_c.sql': 'SELECT 10; SELECT 11;',
      '9_b.sql': 'SELECT 9;',
      'v1.10/0001##z.sql': 'SELECT 5;',
      'v1.9/0002##y.sql': 'SELECT 4;',
      'v1.9/0001##x.sql': 'SELECT 3;',
      'schema.sql': 'SELECT 0;',
      'structure.sql': 'SELECT 0;',
      'full_schemas/72/full.sql': 'SELECT 0;',
      '3_x.sqlite.sql': 'SELECT 0;',
    }
    assert.deepEqual(sectionsOf(historyIn(files)), [
      '9_b.sql up own: SELECT 9',
      '10_c.sql up own: SELECT 10 | SELECT 11',
      'v1.9/0001##x.sql up own: SELECT 3',
      'v1.9/0002##y.sql up own: SELECT 4',
      'v1.10/0001##z.sql up own: SELECT 5',
    ])
  })

  const pairs: readonly (readonly [up: string, down: string])[] = [
    ['001_x.sql', '001_x.down.sql'],
    ['001_x.up.sql', '001_x_rollback.sql'],
    ['001_x.sql', '001_x.undo.sql'],
    ['001_x_up.sql', '001_x_down.sql'],
    ['up/001_x.sql', 'down/001_x.sql'],
    ['001_x.sql', 'rollback/001_x.sql'],
    ['2024-01-01-000000_x/up.sql', '2024-01-01-000000_x/down.sql'],
    ['V0001.X.up.sql', 'V0001.X.down.sql'],
    ['3/01_x.up.sql', '3/01_x.down.sql'],
  ]
  for (const [up, down] of pairs) {
    it(`pairs ${up} with ${down}`, () => {
      const history = historyIn({ [down]: 'SELECT -1', [up]: 'SELECT 1', 'a/zzz.sql': '' }, 'plain')
      const [first, second] = history.migrations
      assert.deepEqual([first?.path, first?.direction], [`m/${up}`, 'up'])
      assert.deepEqual([second?.path, second?.direction], [`m/${down}`, 'down'])
      assert.equal(history.framework.compareVersions(first?.version ?? '', second?.version ?? '-'), 0)
    })
  }

  it('does not take words inside a name for a direction', () => {
    const history = historyIn({
      '1_roll_up_sales.sql': '',
      '2_upgrade_prices.sql': '',
      '3_downtime.sql': '',
      '4_shut_down.sql': '',
    })
    assert.deepEqual(
      history.migrations.map(({ direction }) => direction),
      ['up', 'up', 'up', 'up'],
    )
  })

  it('reads a header that is nothing but a direction, and no other comment', () => {
    const up = 'SET lock_timeout = 1;\n-- UP MIGRATION\nSELECT 1;\n'
    for (const header of [
      '-- DOWN MIGRATION',
      '-- Down',
      '-- ===== rollback =====',
      '--- down ---',
      '-- +migrate Down',
    ]) {
      assert.deepEqual(sectionsOf(historyIn({ '1_a.sql': `${up}${header}\nSELECT 2;\n` })), [
        '1_a.sql up own: SET lock_timeout = 1 | SELECT 1',
        '1_a.sql down own: SELECT 2',
      ])
    }
    for (const comment of ['-- down to earth', '-- rollback of the last one is by hand', '  -- DROP TABLE t;']) {
      assert.equal(historyIn({ '1_a.sql': `${up}${comment}\nSELECT 2;\n` }).migrations[0]?.direction, 'up')
    }
  })

  const followUps: readonly (readonly [files: Files, made: Record<string, string>])[] = [
    [{ '009_add_x.sql': '' }, { 'm/010_check_x.sql': 'SELECT 1;\n' }],
    [{ '20240131-add-x.sql': '' }, { 'm/20240201-check-x.sql': 'SELECT 1;\n' }],
    [{ '2024-12-31-235959_x.sql': '' }, { 'm/2025-01-01-000000_check_x.sql': 'SELECT 1;\n' }],
    [{ '3.4/0001##a.sql': '', '3.5/0009##b.sql': '' }, { 'm/3.5/0010##check_x.sql': 'SELECT 1;\n' }],
    [
      { 'up/01_x.sql': '', 'down/01_x.sql': '' },
      { 'm/up/02_check_x.sql': 'SELECT 1;\n', 'm/down/02_check_x.sql': 'SELECT 2;\n' },
    ],
    [
      { '1_x.sql': '', '1_x.rollback.sql': '' },
      { 'm/2_check_x.sql': 'SELECT 1;\n', 'm/2_check_x.rollback.sql': 'SELECT 2;\n' },
    ],
    [
      { '01_x.sql': '-- UP\nSELECT 0;\n-- DOWN\nSELECT 0;\n' },
      { 'm/02_check_x.sql': '-- UP\nSELECT 1;\n\n-- DOWN\nSELECT 2;\n' },
    ],
    [{ 'users.sql': '' }, {}],
  ]
  for (const [files, made] of followUps) {
    it(`is followed by ${Object.keys(made).join(' and ') || 'nothing'} after ${Object.keys(files).at(-1)}`, () => {
      assert.deepEqual(followUp(historyIn(files)), made)
    })
  }
})
