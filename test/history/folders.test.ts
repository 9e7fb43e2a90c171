import assert from 'node:assert/strict'
import { migrationFolders } from '../../server/src/core/history/folders'
import { folderOf, nameOf } from '../../server/src/core/text'
import type { Files } from './folder'

/** Returns each migration folder found, with its tool and its files, as `folder (tool): file, file`. */
const found = (files: Files): string[] =>
  migrationFolders('', Object.keys(files), path => files[path]).map(
    ({ path, framework, files }) => `${path} (${framework.id}): ${files.toSorted().join(', ')}`,
  )

const empty = (...paths: string[]): Files => Object.fromEntries(paths.map(path => [path, '']))

describe('migration folders', () => {
  const goose = '-- +goose Up\nSELECT 1;'

  it('are found one by one, each with its tool', () => {
    assert.deepEqual(
      found({
        'a/migrations/1_x.up.sql': '',
        'a/migrations/1_x.down.sql': '',
        'b/db/1_x.sql': goose,
        'c/src/main/resources/db/migration/V1__x.sql': '',
        'd/prisma/migrations/20240101000000_x/migration.sql': '',
        'd/prisma/migrations/migration_lock.toml': 'provider = "postgresql"',
        'e/sql/001.sql': 'SELECT 1',
        'f/queries/report.sql': 'SELECT 1',
      }),
      [
        'a/migrations (golang-migrate): 1_x.down.sql, 1_x.up.sql',
        'b/db (goose): 1_x.sql',
        'c/src/main/resources/db/migration (flyway): V1__x.sql',
        'd/prisma/migrations (prisma): 20240101000000_x/migration.sql, migration_lock.toml',
        'e/sql (plain): 001.sql',
      ],
    )
  })

  it('reach over folders of one release, one migration or one direction', () => {
    assert.deepEqual(found(empty('m/3.4/0000##a.sql', 'm/3.5/0000##b.sql')), [
      'm (plain): 3.4/0000##a.sql, 3.5/0000##b.sql',
    ])
    assert.deepEqual(found(empty('m/2024-01-01-000000_a/up.sql', 'm/2024-01-01-000000_a/down.sql')), [
      'm (diesel): 2024-01-01-000000_a/down.sql, 2024-01-01-000000_a/up.sql',
    ])
    assert.deepEqual(found(empty('m/up/1_a.sql', 'm/down/1_a.sql')), ['m (plain): down/1_a.sql, up/1_a.sql'])
    assert.deepEqual(found(empty('db/migration/R2016_07_12/a.sql', 'db/migration/R2016_08_22/b.sql')), [
      'db/migration (plain): R2016_07_12/a.sql, R2016_08_22/b.sql',
    ])
    assert.deepEqual(found(empty('m/versioned/v1.9/schema.sql', 'm/versioned/v1.10/queue.sql')), [
      'm/versioned (plain): v1.10/queue.sql, v1.9/schema.sql',
    ])
  })

  it('reach over the trees of a tool, but one such name alone says nothing', () => {
    assert.deepEqual(
      found({
        ...empty('db/deploy/a.sql', 'db/revert/a.sql', 'db/verify/a.sql', 'db/sqitch.plan'),
        'db/deploy/x/b.sql': '',
      }),
      ['db (sqitch): deploy/a.sql, deploy/x/b.sql, revert/a.sql, sqitch.plan, verify/a.sql'],
    )
    assert.deepEqual(found(empty('m/committed/000001.sql', 'm/current.sql')), [
      'm (plain): committed/000001.sql, current.sql',
    ])
    assert.deepEqual(found(empty('k8s/deploy/001_a.sql')), ['k8s/deploy (plain): 001_a.sql'])
  })

  it('of Flyway reach over its folders, unless a version stands in two', () => {
    assert.deepEqual(
      found(empty('db/migration/2.31/V2_31__a.sql', 'db/migration/core/V3__b.sql', 'db/migration/R__v.sql')),
      ['db/migration (flyway): 2.31/V2_31__a.sql, R__v.sql, core/V3__b.sql'],
    )
    assert.deepEqual(found(empty('db/migration/tenant/V1__a.sql', 'db/migration/shared/V1__b.sql')), [
      'db/migration/shared (flyway): V1__b.sql',
      'db/migration/tenant (flyway): V1__a.sql',
    ])
  })

  it('of Flyway that its settings name together are one, whichever module has them', () => {
    const res = 'app/src/main/resources'
    const both = empty(`${res}/db/migration/V1__a.sql`, `${res}/db/specific/postgresql/V2__b.sql`)
    const together = `${res}/db (flyway): migration/V1__a.sql, specific/postgresql/V2__b.sql`
    const apart = [`${res}/db/migration (flyway): V1__a.sql`, `${res}/db/specific/postgresql (flyway): V2__b.sql`]
    const list = 'classpath:/db/migration, classpath:/db/specific/{vendor}'
    const settings: Files = {
      'web/src/main/resources/application.yaml': `spring:\n  flyway:\n    enabled: true\n    locations: ${list}\n`,
      [`${res}/application.properties`]: `spring.flyway.locations=${list}\n`,
      'web/src/main/resources/application.yml': `spring:\n  flyway:\n    locations:\n      - classpath:db/migration\n      - classpath:db/specific/postgresql\n`,
      'job/src/main/resources/application.yml': "spring:\n  flyway:\n    locations: [ '${WHERE:db/**/*.sql}' ]\n",
    }
    for (const [path, text] of Object.entries(settings)) {
      const names = found({ ...both, [path]: text }).map(folder =>
        folder.replace(/, application.*|application\S*, /, ''),
      )
      assert.deepEqual(names, [together], path)
    }
    assert.deepEqual(found(both), apart)
    const other = { 'web/src/main/resources/application.yml': 'spring:\n  flyway:\n    locations: db/migration\n' }
    assert.deepEqual(found({ ...both, ...other }), apart)
    const twice = { ...empty(`${res}/db/specific/postgresql/V1__c.sql`), ...both, ...settings }
    assert.equal(found(twice).length, 2)
  })

  it('of Flyway may be named from the folder of its settings', () => {
    const toml = '[flyway]\nlocations = ["filesystem:sql/core", "filesystem:./sql/extra"]\n'
    assert.deepEqual(found({ 'db/flyway.toml': toml, ...empty('db/sql/core/V1__a.sql', 'db/sql/extra/V2__b.sql') }), [
      'db/sql (flyway): core/V1__a.sql, extra/V2__b.sql',
    ])
  })

  it('for other databases are left alone', () => {
    assert.deepEqual(
      found({
        ...empty(
          'migrations/mysql/1_a.up.sql',
          'migrations/sqlite3/1_a.up.sql',
          'migrations/postgres/1_a.up.sql',
          'db/clickhouse/migrations/1_a.sql',
          'server-sqlite/migrations/1_a.sql',
          'jdbc-mysql/migrations/1_a.sql',
          'n/1_a.mysql.up.sql',
          'n/1_a.postgres.up.sql',
          'p/migrations/20240101000000_x/migration.sql',
        ),
        'p/migrations/migration_lock.toml': 'provider = "sqlite"',
      }),
      ['migrations/postgres (golang-migrate): 1_a.up.sql', 'n (pop): 1_a.postgres.up.sql'],
    )
  })

  it('for other databases are known by longer names, and by the name of their twin', () => {
    assert.deepEqual(
      found(
        empty(
          'db/migrations-goose-sqlite/1_a.sql',
          'mysql-persistence/src/main/resources/db/migration/V1__a.sql',
          'upgrades/03-a-postgres.sql',
          'upgrades/04-a-sqlite.sql',
          'upgrades/05-drop-sqlite.sql',
          'internal/db2/schema/migrations/1_a.sql',
        ),
      ),
      ['internal/db2/schema/migrations (plain): 1_a.sql', 'upgrades (plain): 03-a-postgres.sql, 05-drop-sqlite.sql'],
    )
  })

  it('for other databases are known by their SQL, where most of it is theirs', () => {
    const foreign = [
      'CREATE TABLE `users` (`id` text);',
      'CREATE TABLE t (id integer PRIMARY KEY AUTOINCREMENT);',
      'CREATE TABLE t (id UInt64 CODEC(ZSTD(3))) ENGINE = ReplacingMergeTree ORDER BY id;',
      "IF OBJECT_ID('t') IS NOT NULL DROP TABLE t;",
      'SELECT * INTO #people FROM @cdm.person;',
    ]
    for (const text of foreign) {
      assert.deepEqual(found({ 'm/1_a.sql': text, 'm/2_b.sql': text, 'm/3_c.sql': 'SELECT 1;' }), [], text)
      assert.equal(found({ 'm/1_a.sql': text, 'm/2_b.sql': 'SELECT 1;', 'm/3_c.sql': 'SELECT 1::int;' }).length, 1)
    }
  })

  it('of tests are left alone where no tool names them', () => {
    assert.deepEqual(
      found({
        'supabase/tests/01_a.sql': 'SELECT plan(1);',
        'pkg/testdata/1_a.sql': '',
        'db/docker-init/01_a.sql': '',
        'schema/data/dev/001_users.sql': '',
        'db/seeds/01_users.sql': '',
        'test/db/1_a.sql': goose,
      }),
      ['test/db (goose): 1_a.sql'],
    )
  })

  it('of queries that change nothing are left alone', () => {
    const query = 'WITH a AS (\n  SELECT 1\n)\nSELECT * FROM a;'
    assert.deepEqual(found({ 'metabase/archives/20240916_a.sql': query, 'src/queries/12_miles.sql': query }), [])
    assert.equal(found({ 'queries/1_a.sql': 'CREATE TABLE a (id int);', 'queries/2_b.sql': query }).length, 1)
  })

  it('called for the schema, or for migrations without any number, are none where a tool runs others', () => {
    const aside = empty('sql/schema/v1-core.sql', 'sql/schema/v1-olap.sql', 'worker/migrations_moved/apps.sql')
    assert.deepEqual(found({ ...aside, 'db/1_a.sql': goose, 'ops/migrations/1_b.sql': '' }), [
      'db (goose): 1_a.sql',
      'ops/migrations (plain): 1_b.sql',
    ])
    assert.equal(found(aside).length, 2)
  })

  it('of one project of a repository do not depend on what another one’s are run by', () => {
    const texts: Files = {
      'one/package.json': '{}',
      'one/migrations/1_a.sql': goose,
      'one/schema/tables.sql': '',
      'two/package.json': '{}',
      'two/schema/1_a.sql': '',
      'three/package.json': '{}',
      'three/migrations/tables.sql': '',
    }
    const sql = Object.keys(texts).filter(path => path.endsWith('.sql'))
    const list = (folder: string) =>
      Object.keys(texts).flatMap(path => (folderOf(path) === folder ? [nameOf(path)] : []))
    const folders = migrationFolders('', sql, path => texts[path], list)
    assert.deepEqual(
      folders.map(({ path }) => path),
      ['one/migrations', 'three/migrations', 'two/schema'],
    )
  })

  it('about other databases are not', () => {
    assert.deepEqual(found(empty('mysql-importer/migrations/1_a.up.sql')), [
      'mysql-importer/migrations (golang-migrate): 1_a.up.sql',
    ])
  })

  it('with files of two tools belong to the one that is surer', () => {
    const other = { 'm/2_b.up.sql': 'SELECT 1', 'm/2_b.down.sql': 'SELECT 1' }
    assert.match(found({ 'm/1_a.sql': goose, 'm/3_c.sql': goose, 'm/4_d.sql': goose, ...other })[0] ?? '', /\(goose\)/)
    assert.match(found({ 'm/1_a.sql': goose, ...other, 'm/3_c.up.sql': '' })[0] ?? '', /\(golang-migrate\)/)
  })

  it('keep what stands beside the migrations', () => {
    assert.deepEqual(found(empty('m/V1__a.sql', 'm/V1__a.sql.conf', 'm/V2__B.java', 'x/V3__C.java')), [
      'm (flyway): V1__a.sql, V1__a.sql.conf, V2__B.java',
    ])
  })

  it('may be the root itself, and read above it', () => {
    const asked: string[] = []
    migrationFolders('/srv/app/migrations', ['V1__a.sql'], path => {
      asked.push(path)
      return undefined
    }).map(({ path, framework, read }) => {
      assert.equal(path, '/srv/app/migrations')
      assert.equal(framework.id, 'flyway')
      return read('../flyway.conf')
    })
    assert.ok(asked.includes('../flyway.conf'))
  })
})
