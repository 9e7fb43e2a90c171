import { strict as assert } from 'node:assert'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { WorkDoneProgress } from 'vscode-languageserver/node'
import { modern, startEditor } from './editor'

const capabilities = { ...modern, window: { workDoneProgress: true } }

/** What the editor is shown while a folder with so many migrations is read. */
async function shownFor(count: number): Promise<readonly unknown[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'migration-guard-progress-')))
  mkdirSync(join(folder, 'migrations'))
  const pathOf = (number: number) => join(folder, 'migrations', `${String(number).padStart(6, '0')}_t.up.sql`)
  for (let number = 1; number <= count; number++)
    writeFileSync(pathOf(number), `CREATE TABLE t${number} (id bigint);\n`)
  const editor = await startEditor({ folder, capabilities })
  const shown: unknown[] = []
  editor.connection.onRequest('window/workDoneProgress/create', ({ token }) => {
    editor.connection.onProgress(WorkDoneProgress.type, token, value => void shown.push(value))
    return null
  })
  await editor.open(pathToFileURL(pathOf(count)).href, 'CREATE TABLE last (id bigint);\n')
  await editor.diagnostics(pathToFileURL(pathOf(count)).href)
  assert.equal(await editor.stop(), 0)
  rmSync(folder, { recursive: true })
  return shown
}

describe('progress of the first reading', function () {
  this.timeout(60_000)

  it('is shown for many migrations, with their number, and ends', async () => {
    const shown = await shownFor(2000)
    // Where finding them takes a second already, it begins without their number.
    assert.deepEqual(Object.assign({}, shown[0], { message: undefined }), {
      kind: 'begin',
      title: 'Reading migrations',
      percentage: 0,
      message: undefined,
    })
    assert.match(JSON.stringify(shown.slice(0, 2)), /"message":"2000 migrations"/)
    assert.deepEqual(shown.at(-2), { kind: 'report', percentage: 100, message: '2000 of 2000 migrations' })
    assert.deepEqual(shown.at(-1), { kind: 'end' })
  })

  it('is not shown for few', async () => {
    assert.deepEqual(await shownFor(3), [])
  })
})
