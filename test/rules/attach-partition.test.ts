import assert from 'node:assert/strict'
import { PGlite } from '@electric-sql/pglite'
import attachPartitionScan from '../../server/src/core/rules/attach-partition-scan'
import { casesIn } from '../../server/src/core/rules/examples'
import { applied, fixesOf } from '../fixtures'
import { loadInstalledParser } from '../parser'

describe('ATTACH PARTITION behind the CHECKs that its fix adds', () => {
  let server: PGlite
  before(async function () {
    this.timeout(60_000)
    await loadInstalledParser()
    server = await PGlite.create()
  })
  after(() => server.close())

  for (const example of casesIn(attachPartitionScan.examples, attachPartitionScan.id)) {
    if (example.fixes.length === 0) continue
    it(`reads no row: ${example.title}`, async () => {
      await server.exec('DROP SCHEMA public CASCADE; CREATE SCHEMA public; SET client_min_messages = debug1')
      const said: string[] = []
      const onNotice = ({ message }: { message?: string | undefined }) => said.push(message ?? '')
      for (const { fix, finding } of fixesOf(example)) {
        for (const { text } of applied(example, [fix]).files) {
          await server.exec(text.replace(/-- \+goose Down[\s\S]*/, ''), { onNotice })
        }
        const flagged = [...finding.message.matchAll(/"(\w+)"/g)].map(([, name]) => name)
        assert(flagged.length > 0)
        for (const name of flagged) {
          assert(
            said.some(message => message.includes(`"${name}" is implied by existing constraints`)),
            name,
          )
        }
      }
    })
  }
})
