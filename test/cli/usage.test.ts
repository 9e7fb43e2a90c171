import { strict as assert } from 'node:assert'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { frameworkIds } from '../../server/src/core/history/frameworks/index'
import { rules } from '../../server/src/core/rules'
import { folderWith, invoke, invokeIn, removeFolders } from './invoke'

const users = 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n'
const index = 'CREATE INDEX users_email_idx ON users (email);\n'

describe('command line', () => {
  afterEach(removeFolders)

  const mistakes: [string, string[], string][] = [
    ['no command', [], 'a command is needed: check, explain, fix, rules or lsp (see --help)'],
    ['an unknown command', ['chekc'], 'there is no command "chekc": check, explain, fix, rules or lsp (see --help)'],
    ['an unknown option', ['check', '--fromat', 'json'], "unknown option '--fromat' (Did you mean --format?)"],
    [
      'a version that is none',
      ['check', '--postgres', 'nine'],
      "option '--postgres <version>' argument 'nine' is invalid. It must be a major version from 12 to 18, or the oldest and the newest of several, such as \"14-17\".",
    ],
    [
      'a version before all',
      ['--postgres', '9', 'check'],
      "option '--postgres <version>' argument '9' is invalid. It must be a major version from 12 to 18, or the oldest and the newest of several, such as \"14-17\".",
    ],
    [
      'a range that runs backwards',
      ['--postgres', '17-14', 'check'],
      "option '--postgres <version>' argument '17-14' is invalid. It must be a major version from 12 to 18, or the oldest and the newest of several, such as \"14-17\".",
    ],
    [
      'a migration tool that is not known',
      ['check', '--framework', 'gose'],
      `option '--framework <id>' argument 'gose' is invalid. Allowed choices are ${frameworkIds.join(', ')}.`,
    ],
    [
      'a transaction that is none',
      ['check', '--transaction', 'always'],
      "option '--transaction <mode>' argument 'always' is invalid. Allowed choices are file, none.",
    ],
    [
      'a severity that is none',
      ['check', '--fail-on', 'fatal'],
      "option '--fail-on <severity>' argument 'fatal' is invalid. Allowed choices are error, warning, information, hint.",
    ],
    [
      'a format that is none',
      ['check', '--format', 'xml'],
      "option '--format <format>' argument 'xml' is invalid. Allowed choices are pretty, json.",
    ],
    [
      'a rule that is none',
      ['check', '--rule', 'index-without=off'],
      'no rule is called "index-without"; did you mean "index-without-concurrently"?',
    ],
    [
      'a weight that is none',
      ['check', '--rule', 'syntax=loud'],
      "option '--rule <id=severity>' argument 'syntax=loud' is invalid. It must be <id>=<severity>, with a severity of error, warning, information, hint or off.",
    ],
    [
      'standard input',
      ['check', '-'],
      'standard input is not read: a migration is judged by those before it; name a file or a folder',
    ],
    ['nothing to explain', ['explain'], "missing required argument 'files'"],
    ['a server without a way to speak', ['lsp'], 'lsp needs --stdio'],
  ]
  for (const [title, args, message] of mistakes) {
    it(`answers ${title} with one line and exit code 2`, async () => {
      assert.deepEqual(await invoke(folderWith({}), ...args), {
        code: 2,
        out: '',
        err: `migration-guard: ${message}\n`,
      })
    })
  }

  it('prints its version and its help', async () => {
    const { version } = JSON.parse(readFileSync(resolve('package.json'), 'utf8'))
    assert.deepEqual(await invoke('.', '--version'), { code: 0, out: `${version}\n`, err: '' })
    const { code, out } = await invoke('.', '--help')
    assert.equal(code, 0)
    for (const word of ['check', 'explain', 'fix', 'rules', 'lsp', '--postgres', '--fail-on', 'Exit codes:']) {
      assert(out.includes(word), word)
    }
  })

  it('lists the rules and shows one', async () => {
    const list = await invoke('.', 'rules')
    assert.equal(list.code, 0)
    assert.match(list.out, /^index-without-concurrently +error +locking$/m)
    assert.match(list.out, /^length-limit +off +design$/m)
    const one = await invoke('.', 'rules', 'index-without-concurrently')
    assert.match(one.out, /^index-without-concurrently \(error, locking\)\n\n/)
    for (const part of ['Instead', 'Examples', 'https://www.postgresql.org/docs/15/']) assert(one.out.includes(part))
    assert(!one.out.includes('-- shows:'))
    assert.match((await invoke('.', 'rules', 'syntax')).out, /^syntax \(error, failure\)/)
  })

  it('fits what it says of a rule to the terminal, and no line to more than a hundred columns', async () => {
    for (const [columns, most] of [
      [60, 60],
      [200, 100],
    ] as const) {
      for (const { id } of rules) {
        const { out } = await invokeIn({ folder: '.', columns }, 'rules', id)
        const [prose = ''] = out.split('\n\nExamples\n')
        for (const line of prose.split('\n').slice(2)) {
          assert(line.length <= most || !line.includes(' '), line)
          if (most === 100) assert(line.split('`').length % 2 === 1, `code is broken in two: ${line}`)
        }
      }
    }
  })

  it('names what it cannot read with the reason, checks the rest, and exits with 2', async () => {
    const folder = folderWith({
      'm/000001_users.up.sql': users,
      'm/000002_index.up.sql': index,
      'm/000003_binary.up.sql': Uint8Array.from({ length: 64 }, (_, byte) => byte),
      'm/000004_latin.up.sql': Uint8Array.from([0x2d, 0x2d, 0x20, 0xe9, 0x0a]),
    })
    const { code, out, err } = await invoke(folder, 'check', 'missing', 'm/nothing.sql', 'm')
    assert.equal(code, 2)
    const lines = err.trimEnd().split('\n')
    assert.equal(lines.length, 4, err)
    for (const name of ['missing', 'm/nothing.sql', 'm/000003_binary.up.sql', 'm/000004_latin.up.sql']) {
      assert(
        lines.some(line => line.startsWith(`migration-guard: ${name}: `)),
        `${name} in ${err}`,
      )
    }
    assert.match(out, /m\/000002_index\.up\.sql:1:1 error /)
  })

  it('does not pass over a migration that it found and could not read', async () => {
    const folder = folderWith({ 'm/000001_users.up.sql': users, 'm/000002_x.up.sql': Uint8Array.from([0, 1, 2, 3]) })
    for (const args of [['check'], ['check', 'm'], ['explain', 'm'], ['fix', '--diff']]) {
      const { code, err } = await invoke(folder, ...args)
      assert.equal(code, 2, args.join(' '))
      assert.match(err, /^migration-guard: m\/000002_x\.up\.sql: is a binary file\n/)
    }
    const { code, err } = await invoke(folder, 'check', 'm/000001_users.up.sql')
    assert.equal(code, 0, 'nobody asked for that one')
    assert.match(err, /^migration-guard: m\/000002_x\.up\.sql: is a binary file\n$/)
  })
})

describe('command line as a process', function () {
  this.timeout(120_000)
  afterEach(removeFolders)
  const main = resolve('server/src/cli/main.ts')
  const argumentsFor = (...args: string[]) => ['--import', 'tsx', main, ...args]
  const project = () =>
    folderWith({
      'm/000001_users.up.sql': users,
      ...Object.fromEntries(
        Array.from({ length: 900 }, (_, number) => [
          `m/${1000_000 + number}_index.up.sql`,
          index.replace('email_idx', `i${number}`),
        ]),
      ),
    })

  it('survives a reader that has seen enough', async () => {
    const child = spawn(process.execPath, argumentsFor('check', project()), { stdio: ['ignore', 'pipe', 'pipe'] })
    let complaints = ''
    child.stderr.on('data', data => {
      complaints += data
    })
    child.stdout.once('data', () => child.stdout.destroy())
    const [code] = await once(child, 'close')
    assert.equal(complaints, '')
    assert.equal(code, 1)
  })

  it('reads what a tool looks into before its files are in order', () => {
    const folder = folderWith({
      'sql/V1__users.sql': users,
      'sql/V2__index.sql': 'CREATE INDEX CONCURRENTLY users_email_idx ON users (email);\nDROP TABLE users;\n',
    })
    const { stdout } = spawnSync(process.execPath, argumentsFor('check', '--format', 'json', folder), {
      encoding: 'utf8',
    })
    const rules = JSON.parse(stdout).files.flatMap(({ findings }: { findings: { rule: string }[] }) =>
      findings.map(({ rule }) => rule),
    )
    assert(rules.includes('dropped-table'), rules.join())
    assert(!rules.includes('syntax'))
  })

  it('colours only for a terminal, or when told to', () => {
    const folder = folderWith({ 'm/000001_users.up.sql': users, 'm/000002_index.up.sql': index })
    const control = '\u001b'
    const outputWith = (environment: Record<string, string>) =>
      spawnSync(process.execPath, argumentsFor('check', folder), {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, ...environment },
      }).stdout
    assert(!outputWith({ CI: 'true' }).includes(control))
    assert(outputWith({ FORCE_COLOR: '1' }).includes(`${control}[31m`))
    assert(!outputWith({ FORCE_COLOR: '1', NO_COLOR: '1' }).includes(control))
  })
})
