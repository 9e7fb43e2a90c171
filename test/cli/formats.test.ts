import { strict as assert } from 'node:assert'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { folderWith, invoke, removeFolders } from './invoke'

const page = resolve('docs/formats.md')

/** An example in the page: files in SQL blocks headed by their path, or a command with the JSON that it prints. */
const file = /^`(\S+\.sql)`:\n\n```sql\n([\s\S]*?)```$/gm
const command = /^(`migration-guard (.*)` prints\n\n```json\n)([\s\S]*?)```$/gm

describe('docs/formats.md', () => {
  afterEach(removeFolders)

  it('shows what the tool prints', async () => {
    const text = readFileSync(page, 'utf8')
    const folder = folderWith(Object.fromEntries([...text.matchAll(file)].map(([, path, sql]) => [path, sql])))
    const answers: string[] = []
    for (const [, , args = ''] of text.matchAll(command)) answers.push((await invoke(folder, ...args.split(' '))).out)
    assert.equal(answers.length, 2)
    const current = text.replace(command, (_, head) => `${head}${answers.shift()}\`\`\``)
    if (process.env.UPDATE) writeFileSync(page, current)
    assert.equal(readFileSync(page, 'utf8'), current, 'docs/formats.md is stale: run this test with UPDATE=1')
  })

  it('describes every field', () => {
    const text = readFileSync(page, 'utf8')
    const prose = text.replace(command, '')
    const fields = [...text.matchAll(command)].flatMap(([, , , json = '']) => [...json.matchAll(/"(\w+)":/g)])
    assert(fields.length > 50)
    for (const [, field = ''] of fields) assert.match(prose, new RegExp(`\\b${field}\\b`))
  })
})
