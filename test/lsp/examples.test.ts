import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver/node'
import { severities } from '../../server/src/core/finding'
import type { Case, Mark } from '../../server/src/core/rules/examples'
import { ofRules } from '../cases'
import { folder } from '../fixtures'
import { type Editor, startEditor } from './editor'

/** What has run in production git says, and these files are in no repository. */
const cases = ofRules
  .flatMap(source => source.cases)
  .filter(({ files }) => files.every(({ state }) => state === undefined))

/** One server for all cases that are judged with the same settings. */
const groups = [...new Set(cases.map(({ settings }) => JSON.stringify(settings)))].map(settings =>
  cases.filter(example => JSON.stringify(example.settings) === settings),
)

/** Every example once more as a user meets it: files in a folder, opened in an editor that speaks with the server. */
describe('examples, through the language server', function () {
  this.timeout(30_000)
  for (const group of groups) {
    describe(JSON.stringify(group[0]?.settings), () => {
      let root: string
      let editor: Editor
      before(async () => {
        root = realpathSync(mkdtempSync(join(tmpdir(), 'migration-guard-examples-')))
        for (const [number, example] of group.entries()) write(join(root, String(number)), example)
        editor = await startEditor({ folder: root, settings: configured(group[0] as Case) })
      })
      after(async () => {
        assert.equal(await editor.stop(), 0)
        rmSync(root, { recursive: true, force: true })
      })

      for (const [number, example] of group.entries()) {
        it(`${example.origin}: ${example.title}`, () => assertShown(editor, join(root, String(number)), example))
      }
    })
  }
})

/** As a person configures it: a version that is assumed nobody has named. */
const configured = ({ settings: { postgres, isAssumed, ...settings } }: Case) =>
  isAssumed ? settings : { postgres, ...settings }

function write(place: string, { files }: Case) {
  for (const { path, text } of files) {
    const file = join(place, folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}

/** Every mark is a diagnostic and every fix an action with the text that the example shows. */
async function assertShown(editor: Editor, place: string, example: Case) {
  const uriOf = (path: string) => pathToFileURL(join(place, folder, path)).href
  for (const { path, text } of example.files) await editor.open(uriOf(path), text)
  const offered: { title: string; files: Map<string, string> }[] = []
  for (const { path, marks } of example.files) {
    const diagnostics = await editor.diagnostics(uriOf(path))
    assert.deepEqual(diagnostics.map(shown), marks.map(expected), path)
    for (const diagnostic of diagnostics) {
      const actions = await editor.actions(uriOf(path), diagnostic.range, ['quickfix'], [diagnostic])
      // Several findings may meet at one place.
      const own = actions.filter(action => action.diagnostics?.some(({ code }) => code === diagnostic.code))
      const mending = own.filter(({ title }) => !/^Allow [\w-]+ (?:on|for|in) this /.test(title))
      offered.push(...mending.map(({ title, edit }) => ({ title, files: editor.applied(edit) })))
    }
  }
  const wanted = example.fixes.map(({ title, files }) => ({
    title,
    files: new Map(files.map(({ path, text }) => [uriOf(path), text])),
  }))
  assert.deepEqual(offered.map(trimmed), wanted.map(trimmed))
}

/** The notation does not show blank lines at the end. */
const trimmed = ({ title, files }: { title: string; files: Map<string, string> }) => ({
  title,
  files: Object.fromEntries([...files].map(([uri, text]) => [uri, text.trimEnd()])),
})

const shown = ({ range, severity, code, message }: Diagnostic) => ({
  range: [range.start.line, range.start.character, range.end.line, range.end.character],
  severity,
  code,
  message: String(message).split('\n')[0],
})

const expected = (mark: Mark) => ({
  range: [mark.line, mark.start, mark.endLine, mark.end],
  severity: DiagnosticSeverity.Error + severities.indexOf(mark.severity),
  code: mark.rule,
  message: mark.message,
})
