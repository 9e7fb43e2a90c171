import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import {
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node'

/**
 * Measures what a person feels: the keystroke, the big file, the whole repository; the last against squawk on the same
 * files in the same run. Timings depend on the machine and on what else it does: compare ratios.
 */
async function bench() {
  const folder = mkdtempSync(join(tmpdir(), 'migration-guard-bench-'))
  try {
    const migrations = thousandMigrations(join(folder, 'migrations'))
    report(
      await keystroke(
        'a keystroke in 54 statements after 1,000 migrations',
        join(folder, 'migrations', '001001_wide.up.sql'),
        wideMigration(54),
        16,
      ),
    )
    report(
      await keystroke(
        'a keystroke in 4,600 statements (1.3 MB)',
        join(folder, 'big', '0001_baseline.up.sql'),
        bigMigration(4600),
        100,
      ),
    )
    report(againstSquawk(migrations))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const root = fileURLToPath(new URL('..', import.meta.url))
const report = (lines: readonly string[]) => console.log(`${lines.join('\n')}\n`)

/** Returns the paths of a history that creates tables and then changes them, as golang-migrate names it. */
function thousandMigrations(folder: string): string[] {
  mkdirSync(folder)
  return Array.from({ length: 1000 }, (_, number) => {
    const path = join(folder, `${String(number + 1).padStart(6, '0')}_step.up.sql`)
    writeFileSync(path, migrationNumber(number))
    return path
  })
}

function migrationNumber(number: number): string {
  const table = `table_${number - (number % 5)}`
  switch (number % 5) {
    case 0:
      return `CREATE TABLE ${table} (\n  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n  name text NOT NULL,\n  owner_id bigint,\n  created_at timestamptz NOT NULL DEFAULT now()\n);\nCREATE INDEX ${table}_owner_idx ON ${table} (owner_id);\n`
    case 1:
      return `ALTER TABLE ${table} ADD COLUMN note_${number} integer NOT NULL DEFAULT 0;\n`
    case 2:
      return `CREATE INDEX ${table}_name_idx ON ${table} (name);\n`
    case 3:
      return `ALTER TABLE ${table} ADD CONSTRAINT ${table}_owner FOREIGN KEY (owner_id) REFERENCES table_0 (id);\n`
    default:
      return `ALTER TABLE ${table} ADD COLUMN label text;\nUPDATE ${table} SET label = name WHERE label IS NULL;\nALTER TABLE ${table} ALTER COLUMN label SET NOT NULL;\n`
  }
}

const wideMigration = (statements: number) =>
  Array.from({ length: statements }, (_, number) => migrationNumber((number % 1000) | 1).trimEnd())
    .join('\n\n')
    .concat('\n')

/** A squashed baseline: long CREATE TABLE statements, as pg_dump writes them. */
const bigMigration = (statements: number) =>
  Array.from({ length: statements }, (_, number) =>
    number % 2 === 0
      ? `CREATE TABLE public.baseline_${number} (\n${Array.from({ length: 12 }, (_, column) => `    column_number_${column} character varying(255) NOT NULL`).join(',\n')}\n);\n`
      : `ALTER TABLE ONLY public.baseline_${number - 1}\n    ADD CONSTRAINT baseline_${number - 1}_pkey PRIMARY KEY (column_number_0);\n`,
  ).join('\n')

/** Opens a file in the server that ships, types in the middle of it, and waits for the findings of every keystroke. */
async function keystroke(title: string, path: string, text: string, goal: number): Promise<string[]> {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
  const server = spawn(process.execPath, [join(root, 'dist/server.js'), '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const connection = createProtocolConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  )
  const waiting = new Map<number, (milliseconds: number) => void>()
  const uri = pathToFileURL(path).href
  let sent = 0
  connection.onNotification(PublishDiagnosticsNotification.type, ({ uri: published, version }) => {
    if (published !== uri || version === undefined) return
    waiting.get(version)?.(performance.now() - sent)
    waiting.delete(version)
  })
  connection.listen()
  const folder = pathToFileURL(join(path, '..')).href
  await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri: folder,
    workspaceFolders: [{ uri: folder, name: 'bench' }],
    capabilities: { textDocument: { publishDiagnostics: { versionSupport: true } } },
  })
  await connection.sendNotification(InitializedNotification.type, {})

  const findings = (version: number) => new Promise<number>(resolve => waiting.set(version, resolve))
  const opened = findings(1)
  sent = performance.now()
  await connection.sendNotification(DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: 'sql', version: 1, text },
  })
  const first = await opened

  const line = text.slice(0, text.indexOf('ADD C', text.length / 2)).split('\n').length - 1
  const times: number[] = []
  for (let version = 2; version <= 201; version++) {
    const published = findings(version)
    const typing = version % 2 === 0
    const range = { start: { line, character: 0 }, end: { line, character: typing ? 0 : 1 } }
    sent = performance.now()
    await connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version },
      contentChanges: [{ range, text: typing ? 'x' : '' }],
    })
    times.push(await published)
  }
  const memory = /VmHWM:\s+(\d+)/.exec(
    existsSync('/proc') ? readFileSync(`/proc/${server.pid}/status`, 'utf8') : '',
  )?.[1]
  await connection.sendRequest(ShutdownRequest.type)
  await connection.sendNotification(ExitNotification.type)

  times.sort((a, b) => a - b)
  const [median, p95] = [times[100], times[190]].map(Number) as [number, number]
  return [
    title,
    `  first findings ${ms(first)}, keystroke median ${ms(median)}, p95 ${ms(p95)} (goal ${goal} ms)`,
    ...(memory ? [`  most memory ${Math.round(Number(memory) / 1024)} MB (goal 250 MB)`] : []),
  ]
}

/** Runs both command lines cold on the same files, in turns; and for the least that can be, a program that only parses them. */
function againstSquawk(migrations: readonly string[]): string[] {
  const squawk = installedSquawk()
  const ours: number[] = []
  const theirs: number[] = []
  const parsers: number[] = []
  const run = (...arguments_: string[]) => {
    const started = performance.now()
    const { status } = spawnSync(process.execPath, arguments_, { cwd: root, stdio: ['ignore', 'ignore', 'ignore'] })
    if (status !== 0 && status !== 1) throw new Error(`${arguments_[0]} ended with ${status}`)
    return performance.now() - started
  }
  for (let turn = 0; turn < 11; turn++) {
    ours.push(run(join(root, 'dist/cli.js'), 'check', '--format', 'json', join(migrations[0] as string, '..')))
    theirs.push(run(squawk, '--reporter', 'Json', ...migrations))
    parsers.push(run('-e', parseOnly, ...migrations))
  }
  const median = (times: number[]) => times.sort((a, b) => a - b)[times.length >> 1] as number
  const [our, their, parser] = [median(ours), median(theirs), median(parsers)]
  return [
    'a cold run over 1,000 migrations',
    `  migration-guard ${ms(our)}, squawk ${ms(their)}, ratio ${(our / their).toFixed(2)} (goal 1.00)`,
    `  Node and libpg-query alone, which parse the files and look at nothing, ${ms(parser)}`,
  ]
}

const parseOnly = `
const { loadModule, parseSync } = require('libpg-query')
const { readFileSync } = require('node:fs')
loadModule().then(() => process.argv.slice(1).forEach(path => parseSync(readFileSync(path, 'utf8'))))`

const ms = (milliseconds: number) => `${milliseconds.toFixed(milliseconds < 100 ? 1 : 0)} ms`

/** The rival is no dependency: it is installed once into an ignored folder, from the same registry as everything else. */
function installedSquawk(): string {
  const folder = join(root, '.cache/rivals')
  const command = join(folder, 'node_modules/squawk-cli/js/bin/squawk')
  if (!existsSync(command)) {
    mkdirSync(folder, { recursive: true })
    execFileSync('npm', ['install', '--no-save', '--prefix', folder, 'squawk-cli@2.66.0'], { stdio: 'ignore' })
  }
  return command
}

void bench()
