import { strict as assert } from 'node:assert'
import { folderWith, invoke, removeFolders } from './invoke'

const partitioned = `CREATE TABLE events (at date NOT NULL, number int NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_old PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
`
const identity = 'ALTER TABLE events ALTER number ADD GENERATED ALWAYS AS IDENTITY;\n'

describe('explain for several major versions', () => {
  afterEach(removeFolders)
  const project = () => folderWith({ 'm/000001_events.up.sql': partitioned, 'm/000002_identity.up.sql': identity })
  const explained = (...versions: string[]) =>
    invoke(project(), 'explain', ...versions, '--format', 'json', 'm/000002_identity.up.sql')

  it('tells from which version on a statement does otherwise', async () => {
    const { out } = await invoke(project(), 'explain', '--postgres', '15-18', 'm/000002_identity.up.sql')
    assert.match(out, /^ +From PostgreSQL 17 on it takes ACCESS EXCLUSIVE on table public\.events_old too\.$/m)
  })

  it('tells machines all that it does there', async () => {
    const answer = JSON.parse((await explained('--postgres', '15-18')).out)
    assert.equal(answer.postgres, 15)
    assert.equal(answer.newest, 18)
    const [{ locks, differences }] = answer.files[0].statements
    assert.deepEqual(locks, [{ relation: 'public.events', kind: 'partitioned table', mode: 'ACCESS EXCLUSIVE' }])
    assert.deepEqual(differences, [
      {
        from: 17,
        sentence: 'From PostgreSQL 17 on it takes ACCESS EXCLUSIVE on table public.events_old too.',
        refusesTransactionBlock: false,
        locks: [
          { relation: 'public.events', kind: 'partitioned table', mode: 'ACCESS EXCLUSIVE' },
          { relation: 'public.events_old', kind: 'table', mode: 'ACCESS EXCLUSIVE' },
        ],
        rewrites: [],
        scans: [],
        builds: [],
        drops: [],
        waitsForTransactions: false,
      },
    ])
  })

  it('says nothing of it where one version is named, or nothing differs', async () => {
    const alone = JSON.parse((await explained('--postgres', '15')).out)
    assert(!('newest' in alone))
    assert(!('differences' in alone.files[0].statements[0]))
    const same = JSON.parse((await explained('--postgres', '17-18')).out)
    assert.deepEqual(same.files[0].statements[0].differences, [])
  })
})
