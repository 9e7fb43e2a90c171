import { strict as assert } from 'node:assert'
import { folderWith, invoke, removeFolders } from './invoke'

const partitioned = `CREATE TABLE events (at date NOT NULL, number int NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_old PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
`
const identity = 'ALTER TABLE events ALTER number ADD GENERATED ALWAYS AS IDENTITY;\n'

describe('what only a newer major version runs', () => {
  afterEach(removeFolders)
  const project = () =>
    folderWith({ 'm/1_a.sql': 'CREATE TABLE a (b int, c int GENERATED ALWAYS AS (b * 2) VIRTUAL);\n' })

  it('is told where no version is named, and refused on a version that is', async () => {
    const assumed = await invoke(project(), 'check', 'm')
    assert.equal(assumed.code, 0)
    assert.match(assumed.out, /information the statement needs PostgreSQL 18 \[statement-fails\]/)
    assert.match(assumed.out, /HINT: .*--postgres/)
    const named = await invoke(project(), 'check', '--postgres', '15', 'm')
    assert.equal(named.code, 1)
    assert.match(named.out, /error syntax error at or near "VIRTUAL" \[statement-fails\]/)
    assert.equal((await invoke(project(), 'check', '--postgres', '18', 'm')).code, 0)
  })
})

describe('explain of what its transaction does not let it do', () => {
  afterEach(removeFolders)

  it('tells that a new enum value is used too early', async () => {
    const folder = folderWith({
      'm/000001_days.up.sql': "CREATE TYPE mood AS ENUM ('sad');\nCREATE TABLE days (day date, mood mood);\n",
      'm/000002_calm.up.sql':
        "ALTER TYPE mood ADD VALUE 'calm';\nUPDATE days SET mood = 'calm' WHERE day = '2024-01-01';\n",
    })
    const { out } = await invoke(folder, 'explain', '--format', 'json', 'm/000002_calm.up.sql')
    const [, update] = JSON.parse(out).files[0].statements
    assert.deepEqual(update.fails, { message: 'unsafe use of new value "calm" of enum type mood', code: '55P04' })
    assert.deepEqual(update.locks, [])
  })
})

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

describe('explain of what triggers run', () => {
  afterEach(removeFolders)
  const earlier = `CREATE TABLE t (a int);
CREATE TABLE log (at timestamptz);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO log VALUES (now()); RETURN NULL; END';
CREATE TRIGGER first AFTER INSERT ON t EXECUTE FUNCTION note();
`
  const project = () => folderWith({ 'm/1_a.sql': earlier, 'm/2_b.sql': 'INSERT INTO t VALUES (1);\n' })

  it('is a sentence for people and a list for machines', async () => {
    const folder = project()
    const { out } = await invoke(folder, 'explain', 'm/2_b.sql')
    assert.match(out, /^ +Fires trigger first: it runs note, which takes ROW EXCLUSIVE on table public\.log\.$/m)
    const answer = JSON.parse((await invoke(folder, 'explain', '--format', 'json', 'm/2_b.sql')).out)
    const log = { relation: 'public.log', kind: 'table', mode: 'ROW EXCLUSIVE' }
    assert.deepEqual(answer.files[0].statements[0].fires, [{ function: 'note', triggers: ['first'], locks: [log] }])
  })
})
