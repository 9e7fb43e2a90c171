import { strict as assert } from 'node:assert'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folderWith, invoke, removeFolders } from './invoke'

const users = 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n'
const project = {
  'migrations/000001_users.up.sql': users,
  'migrations/000001_users.down.sql': 'DROP TABLE users;\n',
  'migrations/000002_index.up.sql': '-- 数据 🙂\n\tCREATE INDEX users_email_idx ON users (email);\n',
  'migrations/000002_index.down.sql': 'DROP INDEX users_email_idx;\n',
}

interface JsonSection {
  readonly direction: string
  readonly transaction: string
  readonly start: { readonly line: number }
  readonly end: { readonly line: number }
}

/** For tests of single files. */
const upsAlone = ['--rule', 'missing-down=off']

describe('migration-guard check', () => {
  afterEach(removeFolders)

  it('prints findings with place, marks, detail, hint and fixes, and what it looked at', async () => {
    const { code, out, err } = await invoke(folderWith(project), 'check')
    assert.equal(code, 1)
    assert.equal(err, '')
    const [place = '', source, marks, ...rest] = out.split('\n')
    assert.match(place, /^migrations\/000002_index\.up\.sql:2:2 error .*"users".* \[index-without-concurrently\]$/)
    assert.equal(source, ' 2 |     CREATE INDEX users_email_idx ON users (email);')
    assert.equal(marks, '   |     ^^^^^^^^^^^^')
    assert(rest.some(line => line.startsWith('   FIX: ')))
    assert.equal(out.trimEnd().split('\n').at(-1), '1 error in 4 files (4 statements).')
  })

  it('counts columns as editors do where a byte order mark stands in front', async () => {
    const index = '\uFEFFCREATE INDEX users_email_idx ON users (email);\n'
    const folder = folderWith({ ...project, 'migrations/000002_index.up.sql': index })
    assert.match((await invoke(folder, 'check')).out, /^migrations\/000002_index\.up\.sql:1:1 error/m)
    const { files } = JSON.parse((await invoke(folder, 'check', '--format', 'json')).out)
    assert.deepEqual(files.find(({ path }: { path: string }) => path.endsWith('2_index.up.sql')).findings[0].start, {
      line: 0,
      column: 0,
      offset: 1,
    })
  })

  it('says why a rule with a fix offers none', async () => {
    const folder = folderWith({
      ...project,
      'migrations/000003_email.up.sql': `ALTER TABLE users RENAME COLUMN id TO key;\nCOMMENT ON COLUMN users.key IS 'new';\n`,
      'migrations/000003_email.down.sql': 'ALTER TABLE users RENAME COLUMN key TO id;\n',
    })
    const why = 'It cannot move behind line 2: that COMMENT names column "key" too.'
    const path = 'migrations/000003_email.up.sql'
    const { out } = await invoke(folder, 'check', path)
    assert(out.split('\n').includes(`   NO FIX: ${why}`))
    const [{ fixes, withheld }] = JSON.parse((await invoke(folder, 'check', '--format', 'json', path)).out).files[0]
      .findings
    assert.deepEqual([fixes, withheld], [[], why])
  })

  it('takes the tool and its transaction from the command line, where files do not tell', async () => {
    const index = 'CREATE INDEX CONCURRENTLY users_email_idx ON users (email);\n'
    const folder = folderWith({ 'sql/001_users.sql': users, 'sql/002_index.sql': index })
    assert.equal((await invoke(folder, 'check', 'sql')).code, 0)
    assert.equal((await invoke(folder, 'check', 'sql', '--transaction', 'none')).code, 0)
    const wrapped = await invoke(folder, 'check', 'sql', '--transaction', 'file')
    assert.equal(wrapped.code, 1)
    assert.match(wrapped.out, /The project runs each file in a transaction\./)
    assert.match(wrapped.out, /nothing here tells how one goes without\. Build the index by hand before/)
    writeFileSync(
      join(folder, 'migrate.py'),
      'import os\nfor f in os.listdir("sql"): cursor.execute(text)\ndb.commit()\n',
    )
    const found = await invoke(folder, 'check', 'sql')
    assert.match(found.out, /migrate\.py runs each file in a transaction\./)
    const named = await invoke(folder, '--framework', 'dbmate', 'check', 'sql')
    assert.match(named.out, /dbmate runs this migration in a transaction\./)
  })

  it('tells machines of each section how the tool runs it', async () => {
    const goose = '-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n'
    const changesets =
      '--liquibase formatted sql\n--changeset a:1\nSELECT 1;\n--rollback SELECT 0;\n--changeset a:2 runInTransaction:false\nSELECT 2;\n'
    const folder = folderWith({
      'goose/001_a.sql': goose,
      'goose/002_b.sql': goose.replace('Up', 'Up\n-- +goose NO TRANSACTION'),
      'liquibase/a.sql': changesets,
      'migrate/1_a.up.sql': 'BEGIN; SELECT 1; COMMIT;',
      'numbered/1_a.sql': 'BEGIN; SELECT 1; COMMIT;',
      'postgres-migrations/1_a.sql': '-- postgres-migrations disable-transaction\nSELECT 1; SELECT 2;',
      'postgres-migrations/2_b.sql': '-- postgres-migrations disable-transaction\nSELECT 1;',
    })
    const { out } = await invoke(folder, 'check', '--format', 'json')
    const { files } = JSON.parse(out) as { files: { path: string; sections: JsonSection[] }[] }
    const told = files.map(({ path, sections }) => [
      path,
      ...sections.map(
        ({ direction, transaction, start, end }) => `${direction} ${transaction} ${start.line}-${end.line}`,
      ),
    ])
    assert.deepEqual(told, [
      ['goose/001_a.sql', 'up tool 0-2', 'down tool 2-4'],
      ['goose/002_b.sql', 'up own 0-3', 'down own 3-5'],
      ['liquibase/a.sql', 'up tool 1-3', 'down tool 3-3', 'up own 4-6'],
      ['migrate/1_a.up.sql', 'up implicit 0-0'],
      ['numbered/1_a.sql', 'up own 0-0'],
      ['postgres-migrations/1_a.sql', 'up implicit 0-1'],
      ['postgres-migrations/2_b.sql', 'up own 0-1'],
    ])
  })

  it('answers machines in the documented shape', async () => {
    const { code, out } = await invoke(folderWith(project), 'check', '--format', 'json', 'migrations')
    assert.equal(code, 1)
    const answer = JSON.parse(out)
    assert.deepEqual(Object.keys(answer), ['version', 'postgres', 'files', 'summary'])
    assert.equal(answer.postgres, 15)
    assert.deepEqual(answer.summary, { files: 4, statements: 4, error: 1, warning: 0, information: 0, hint: 0 })
    assert.deepEqual(
      answer.files.map((file: { path: string; framework: string; direction: string; findings: unknown[] }) => [
        file.path,
        file.framework,
        file.direction,
        file.findings.length,
      ]),
      [
        ['migrations/000001_users.up.sql', 'golang-migrate', 'up', 0],
        ['migrations/000001_users.down.sql', 'golang-migrate', 'down', 0],
        ['migrations/000002_index.up.sql', 'golang-migrate', 'up', 1],
        ['migrations/000002_index.down.sql', 'golang-migrate', 'down', 0],
      ],
    )
    const { message, detail, hint, fixes, ...finding } = answer.files[2].findings[0]
    assert.deepEqual(finding, {
      rule: 'index-without-concurrently',
      risk: 'locking',
      severity: 'error',
      relation: 'public.users',
      start: { line: 1, column: 1, offset: 10 },
      end: { line: 1, column: 13, offset: 22 },
    })
    assert.equal(typeof message, 'string')
    assert.equal(fixes[0].safety, 'safe')
    assert.deepEqual(
      fixes[0].edits.map((edit: { path: string; start: unknown; text: string }) => [edit.path, edit.start, edit.text]),
      [['migrations/000002_index.up.sql', { line: 1, column: 13, offset: 22 }, ' CONCURRENTLY']],
    )
  })

  it('judges a file that is named on what came before it', async () => {
    const folder = folderWith(project)
    const { code, out } = await invoke(folder, 'check', 'migrations/000002_index.up.sql')
    assert.equal(code, 1)
    assert.match(out, /1 error in 1 file \(1 statement\)\.\n$/)
    assert.equal((await invoke(folder, 'check', 'migrations/000001_users.up.sql')).code, 0)
  })

  it('fails at the severity it is told', async () => {
    const folder = folderWith(project)
    const weight = ['--rule', 'index-without-concurrently=warning']
    assert.equal((await invoke(folder, 'check', ...weight)).code, 0)
    assert.equal((await invoke(folder, 'check', ...weight, '--fail-on', 'warning')).code, 1)
    assert.equal((await invoke(folder, '--fail-on', 'hint', 'check', ...weight)).code, 1)
    assert.equal(
      (await invoke(folder, 'check', '--rule', 'index-without-concurrently=off', '--fail-on', 'hint')).code,
      0,
    )
  })

  it('reports a syntax error as a finding and judges its neighbours', async () => {
    const folder = folderWith({
      ...project,
      'migrations/000003_broken.up.sql': 'ALTER TABLE users ADD;\nCREATE INDEX i ON users (email, id);\n',
    })
    const { out } = await invoke(folder, 'check', '--format', 'json', ...upsAlone, 'migrations/000003_broken.up.sql')
    assert.deepEqual(
      JSON.parse(out).files[0].findings.map(({ rule }: { rule: string }) => rule),
      ['syntax', 'index-without-concurrently'],
    )
  })

  it('takes allow comments without a reason, and leaves those of others, where it is told to', async () => {
    const folder = folderWith({
      ...project,
      'migrations/000003_a.up.sql': '-- guard: allow dropped-column\nALTER TABLE users DROP COLUMN email;\n',
      'migrations/000004_b.up.sql': '-- squawk-ignore ban-drop-table\nDROP TABLE users;\n',
    })
    const check = async (name: string, ...options: string[]) => {
      const { out } = await invoke(
        folder,
        'check',
        '--format',
        'json',
        ...upsAlone,
        ...options,
        `migrations/${name}.up.sql`,
      )
      return JSON.parse(out).files[0].findings.map(({ rule }: { rule: string }) => rule)
    }
    assert.deepEqual(await check('000003_a'), ['allow-comment', 'dropped-column'])
    assert.deepEqual(await check('000003_a', '--allow-reasons', 'optional'), [])
    assert.deepEqual(await check('000004_b'), [])
    assert.deepEqual(await check('000004_b', '--no-foreign-comments'), ['dropped-table'])
  })

  it('shows placeholders as they are written', async () => {
    const schema = '\x24{schema}'
    const folder = folderWith({
      'db/migration/V1__users.sql': `CREATE TABLE ${schema}.users (id bigint, email text);\n`,
      'db/migration/V2__index.sql': `CREATE INDEX users_email_idx ON ${schema}.users (email);\n`,
    })
    const { out } = await invoke(folder, 'check', '--format', 'json')
    const [{ message, relation }] = JSON.parse(out).files[1].findings
    assert.equal(relation, `${schema}.users`)
    assert.doesNotMatch(message, /__schema_/)
  })

  it('does not pass for having found nothing to check', async () => {
    const { code, err } = await invoke(folderWith({ 'README.md': 'nothing' }), 'check')
    assert.equal(code, 2)
    assert.equal(err, 'migration-guard: .: no PostgreSQL migrations found in it\n')
  })
})

describe('migration-guard explain', () => {
  afterEach(removeFolders)

  it('answers machines in the documented shape', async () => {
    const folder = folderWith(project)
    const { code, out } = await invoke(folder, 'explain', '--format', 'json', 'migrations/000002_index.up.sql')
    assert.equal(code, 0)
    assert.deepEqual(JSON.parse(out), {
      postgres: 15,
      files: [
        {
          path: 'migrations/000002_index.up.sql',
          framework: 'golang-migrate',
          statements: [
            {
              start: { line: 1, column: 1, offset: 10 },
              end: { line: 1, column: 46, offset: 55 },
              direction: 'up',
              tag: 'CREATE INDEX',
              transaction: 'implicit',
              refusesTransactionBlock: false,
              locks: [{ relation: 'public.users', kind: 'table', mode: 'SHARE' }],
              blocksReads: [],
              blocksWrites: ['public.users'],
              rewrites: [],
              scans: ['public.users'],
              builds: ['users_email_idx'],
              drops: [],
              waitsForTransactions: false,
              unknown: [],
              held: [],
              work: 'build',
              until: { by: 'statement' },
              over: [],
              timeouts: {},
            },
          ],
        },
      ],
    })
  })

  const transaction = [
    "SET lock_timeout = '2s';",
    'BEGIN;',
    'ALTER TABLE users ADD COLUMN name text;',
    'UPDATE users SET name = email;',
    'SAVEPOINT s;',
    'LOCK TABLE parts;',
    'CREATE INDEX ON users (name);',
    'ROLLBACK TO s;',
    'COMMIT;',
  ]
  const withTransaction = {
    'db/1_tables.sql': 'CREATE TABLE users (email text);\nCREATE TABLE parts (id int);\n',
    'db/2_transaction.sql': transaction.join('\n'),
  }

  it('answers machines what is held, until when, and over what', async () => {
    const { out } = await invoke(folderWith(withTransaction), 'explain', '--format', 'json', 'db/2_transaction.sql')
    const [{ statements }] = JSON.parse(out).files
    const at = (line: number) => ({ line, column: 0, offset: transaction.slice(0, line).join('\n').length + 1 })
    const users = { relation: 'public.users', kind: 'table', mode: 'ACCESS EXCLUSIVE', since: at(2) }
    const told = (line: number) => {
      const { held, work, until, over, timeouts } = statements[line]
      return { held, work, until, over, timeouts }
    }
    assert.deepEqual(told(2), {
      held: [],
      work: 'wait',
      until: { by: 'COMMIT', at: at(8) },
      over: [
        { work: 'backfill', count: 1, first: at(3), last: at(3) },
        { work: 'wait', count: 1, first: at(5), last: at(5) },
        { work: 'build', count: 1, first: at(6), last: at(6) },
      ],
      timeouts: { lock_timeout: 2000 },
    })
    assert.deepEqual(told(6), {
      held: [users, { relation: 'public.parts', kind: 'table', mode: 'ACCESS EXCLUSIVE', since: at(5) }],
      work: 'build',
      until: { by: 'ROLLBACK TO SAVEPOINT', at: at(7) },
      over: [],
      timeouts: { lock_timeout: 2000 },
    })
    assert.deepEqual(told(8), {
      held: [users],
      work: undefined,
      until: undefined,
      over: [],
      timeouts: { lock_timeout: 2000 },
    })
  })

  it('tells a person the same', async () => {
    const { out } = await invoke(folderWith(withTransaction), 'explain', 'db/2_transaction.sql')
    for (const sentence of [
      'Its locks are held until COMMIT in line 9, over the backfill in line 4, the wait for a lock in line 6 and the index build in line 7.',
      'ACCESS EXCLUSIVE on tables public.users and public.parts, taken in lines 3 and 6, is still held: reads and writes of them wait while this index build runs.',
      'Releases ACCESS EXCLUSIVE on table public.parts, held since line 6 over the index build in line 7.',
    ])
      assert(out.includes(`${sentence}\n`), out)
  })

  it('explains a file that no tool runs', async () => {
    const folder = folderWith({ 'query.sql': 'UPDATE users SET email = NULL;\nSELEC;\n' })
    const { code, out } = await invoke(folder, 'explain', '--format', 'json', 'query.sql')
    assert.equal(code, 0)
    const [{ statements }] = JSON.parse(out).files
    assert.deepEqual(statements[0].locks, [{ relation: 'public.users', kind: 'table', mode: 'ROW EXCLUSIVE' }])
    assert.equal(statements[1].tag, undefined)
    assert.equal(statements[1].problem, 'syntax error at or near "SELEC"')
  })

  it('explains a file for another database, which check leaves alone', async () => {
    const folder = folderWith({ 'mysql/000001_index.up.sql': 'CREATE INDEX a ON users (email);\n' })
    const file = 'mysql/000001_index.up.sql'
    const explained = await invoke(folder, 'explain', '--format', 'json', file)
    assert.deepEqual([explained.code, explained.err], [0, ''])
    const [{ path, statements }] = JSON.parse(explained.out).files
    assert.deepEqual([path, statements[0].tag], [file, 'CREATE INDEX'])
    const { code, err } = await invoke(folder, 'check', file)
    assert.deepEqual([code, err], [0, `migration-guard: ${file}: is not a PostgreSQL migration; left alone\n`])
  })

  it('explains a dump beside the migrations', async () => {
    const folder = folderWith({ ...project, 'migrations/schema.sql': 'CREATE INDEX a ON users (email);\n' })
    const { out } = await invoke(folder, 'explain', '--format', 'json', 'migrations/schema.sql')
    assert.equal(JSON.parse(out).files[0].statements[0].tag, 'CREATE INDEX')
    assert.equal(JSON.parse((await invoke(folder, 'check', '--format', 'json')).out).summary.files, 4)
  })

  it('says it in words, and what the lock modes mean', async () => {
    const { code, out } = await invoke(folderWith(project), 'explain', 'migrations/000002_index.up.sql')
    assert.equal(code, 0)
    const lines = out.split('\n')
    assert.equal(lines[0], 'migrations/000002_index.up.sql:2:2 CREATE INDEX [up]')
    assert.equal(lines[1], ' 2 |     CREATE INDEX users_email_idx ON users (email);')
    assert.equal(lines[2], '   SHARE on table public.users: writes and schema changes wait; reads go on.')
    assert(lines.includes('ROW EXCLUSIVE (INSERT, UPDATE, DELETE)                      waits'))
  })
})
