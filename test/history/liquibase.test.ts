import assert from 'node:assert/strict'
import { inCommentLines } from '../../server/src/core/comment-lines'
import { edited } from '../../server/src/core/edits'
import type { Edit, Finding } from '../../server/src/core/finding'
import { type History, historyOf, withFile } from '../../server/src/core/history/history'
import type { Migration } from '../../server/src/core/history/migration'
import { lint } from '../../server/src/core/lint'
import { defaultSettings } from '../../server/src/core/settings'
import { loadInstalledParser } from '../parser'
import { type Files, historyIn, namesOf, sectionsOf } from './folder'
import { followUp, withoutTransaction } from './follow-up'

before(loadInstalledParser)

const head = '--liquibase formatted sql\n'

const sql = (id: number): string => `${head}--changeset ann:${id}\nSELECT ${id};\n`

const one = (body: string): string[] => sectionsOf(historyIn({ 'db.changelog-1.sql': head + body }))

describe('Liquibase', () => {
  it('is known by the first line of its files', () => {
    assert.equal(historyIn({ 'a.sql': `${head}--changeset a:1\nSELECT 1;` }).framework.id, 'liquibase')
    assert.equal(
      historyIn({ 'a.sql': '\n-- LIQUIBASE formatted SQL\n\n-- changeset a:1\nSELECT 1;' }).framework.id,
      'liquibase',
    )
    assert.equal(historyIn({ '1_a.sql': '-- not liquibase\nSELECT 1;' }).framework.id, 'plain')
  })

  it('has a transaction for each changeset, or none', () => {
    const body = `SELECT 0;
--changeset ann:1
SELECT 1;
SELECT 2
-- changeset "ann b":"2 x" runInTransaction:false labels:"a, b"
SELECT 3;
  --CHANGESET ann:3 RUNINTRANSACTION:true
SELECT 4;
`
    assert.deepEqual(one(body), [
      'db.changelog-1.sql up tool: SELECT 1 | SELECT 2',
      'db.changelog-1.sql up own: SELECT 3',
      'db.changelog-1.sql up tool: SELECT 4',
    ])
  })

  it('undoes the last changeset first, by what stands in comments', () => {
    const body = `--changeset ann:1
CREATE TABLE t (a int);
--rollback DROP TABLE t;
--changeset ann:2 runInTransaction:false
CREATE INDEX CONCURRENTLY i
-- rollback DROP INDEX
-- rollback CONCURRENTLY i;
  ON t (a);
--changeset ann:3
INSERT INTO t VALUES (1);
/* liquibase rollback
  DELETE FROM t;
  DELETE FROM u;
*/
--changeset ann:4
SELECT 4;
--rollback not required
--changeset ann:5
SELECT 5;
`
    assert.deepEqual(one(body), [
      'db.changelog-1.sql up tool: CREATE TABLE t (a int)',
      'db.changelog-1.sql up own: CREATE INDEX CONCURRENTLY i -- rollback DROP INDEX -- rollback CONCURRENTLY i; ON t (a)',
      'db.changelog-1.sql up tool: INSERT INTO t VALUES (1)',
      'db.changelog-1.sql up tool: SELECT 4',
      'db.changelog-1.sql up tool: SELECT 5',
      'db.changelog-1.sql down tool:',
      'db.changelog-1.sql down tool: DELETE FROM t | DELETE FROM u',
      'db.changelog-1.sql down own: DROP INDEX CONCURRENTLY i',
      'db.changelog-1.sql down tool: DROP TABLE t',
    ])
  })

  it('leaves changesets for other databases alone, and what is switched off', () => {
    const sets = [
      '',
      'dbms:postgresql',
      'dbms:mysql',
      'dbms:h2,postgresql',
      'dbms:!postgresql',
      'dbms:!h2',
      'dbms:"oracle, h2"',
    ]
    const body = [...sets, 'ignore:true'].map((words, id) => `--changeset ann:${id} ${words}\nSELECT ${id};`).join('\n')
    assert.deepEqual(
      one(body),
      [0, 1, 3, 5].map(id => `db.changelog-1.sql up tool: SELECT ${id}`),
    )
    const other = `${head}--changeset ann:1 dbms:mysql\nSELECT 1;`
    assert.deepEqual(namesOf(historyIn({ 'a.sql': other, 'b.sql': sql(2) })), ['b.sql'])
  })

  it('cuts at the delimiter that the changeset says, else also at lines of GO and of a slash', () => {
    const body = `--changeset ann:1
SELECT 1
GO
SELECT 2
/
--changeset ann:2 endDelimiter:@@
SELECT 3 @@
DO $$ BEGIN PERFORM 4; END $$ @@
--changeset ann:3 splitStatements:false endDelimiter:\\nGO
SELECT 5
GO
`
    assert.deepEqual(one(body), [
      'db.changelog-1.sql up tool: SELECT 1 | SELECT 2',
      'db.changelog-1.sql up tool: SELECT 3 | DO $$ BEGIN PERFORM 4; END $$',
      'db.changelog-1.sql up tool: SELECT 5',
    ])
  })

  it('passes over lines that it is told to ignore', () => {
    const body = `--changeset ann:1
SELECT 1;
--ignoreLines:start
SELECT 2;
--ignoreLines:end
--ignoreLines:1
SELECT 3;
SELECT 4;
`
    assert.deepEqual(one(body), ['db.changelog-1.sql up tool: SELECT 1 | SELECT 4'])
  })

  const files: Files = { 'b-10.sql': sql(3), 'b-9.sql': sql(2), 'a/z.sql': sql(1) }

  it('runs files as a changelog includes them, by path where it includes all, else by number', () => {
    const yaml = `databaseChangeLog:
  - include:
      file: b-10.sql
      relativeToChangelogFile: true
  - include: { file: "classpath:db/a/z.sql" }
`
    const xml = '<databaseChangeLog><include file="./b-10.sql"/><sqlFile path=\'a/z.sql\'/></databaseChangeLog>'
    const changelogs: readonly Files[] = [{ 'db.changelog-master.yaml': yaml }, { 'changelog.xml': xml }]
    for (const listed of changelogs) {
      assert.deepEqual(namesOf(historyIn({ ...files, ...listed })), ['b-10.sql', 'a/z.sql', 'b-9.sql'])
    }
    const all = '<databaseChangeLog><includeAll path="db"/></databaseChangeLog>'
    assert.deepEqual(namesOf(historyIn({ ...files, 'master.xml': all })), ['a/z.sql', 'b-10.sql', 'b-9.sql'])
    assert.deepEqual(namesOf(historyIn(files)), ['a/z.sql', 'b-9.sql', 'b-10.sql'])
  })

  it('is known by the changelog that includes files, where a licence stands before their first line', () => {
    const idWith = (changelog: string) =>
      historyOf({
        path: 'db/changes',
        files: [{ path: 'db/changes/init.sql', text: `/* Licence */\n\n${sql(1)}` }],
        read: file =>
          file === '../changelog-master.xml' ? `<databaseChangeLog>${changelog}</databaseChangeLog>` : undefined,
      }).framework.id
    assert.equal(idWith('<include file="db/changes/init.sql"/>'), 'liquibase')
    assert.equal(idWith('<includeAll relativeToChangelogFile="true" path="./changes/"/>'), 'liquibase')
    assert.equal(idWith('<include file="db/changes/other.sql"/>'), 'plain')
    assert.equal(idWith('<includeAll path="db/others"/>'), 'plain')
  })

  it('takes a file without its first line for one changeset', () => {
    const history = historyIn({ ...files, 'c.sql': 'SELECT 4; SELECT 5;' })
    assert.equal(sectionsOf(history).at(-1), 'c.sql up tool: SELECT 4 | SELECT 5')
  })

  const text = `${head}--changeset ann:1
SELECT 1;
--changeset ann:2 labels:x
SELECT 2;
--rollback SELECT -2;
--changeset ann:3 runInTransaction:true
SELECT 3;
--changeset ann:4
SELECT 4;
--rollback SELECT -4;
--rollback SELECT -5;
--changeset ann:5 splitStatements:false
SELECT 5; SELECT 6;
`
  const marked = (history: History, place: number) =>
    withoutTransaction(history, 'a.sql', 'up', place)?.source.files.get('m/a.sql')

  it('takes its marker on the line of the changeset', () => {
    const history = historyIn({ 'a.sql': text })
    assert.equal(marked(history, 1), text.replace('labels:x', 'labels:x runInTransaction:false'))
    assert.equal(marked(history, 2), text.replace('runInTransaction:true', 'runInTransaction:false'))
    const changed = withFile(history, 'm/a.sql', marked(history, 0))
    assert.equal(marked(changed, 0), changed.source.files.get('m/a.sql'))
  })

  it('has no marker where it would cut up what undoes the changeset, or where statements are sent at once', () => {
    const history = historyIn({ 'a.sql': text })
    assert.equal(marked(history, 3), undefined)
    assert.equal(marked(history, 4), undefined)
  })

  it('is followed by a changeset at the end of the last file', () => {
    const undone = `${head}-- changeset ann:add-y\nSELECT 2;\n-- rollback SELECT 1;\n\n`
    const history = historyIn({ 'b-9.sql': sql(1), 'b-10.sql': undone })
    assert.deepEqual(
      followUp(history, { up: 'SELECT 1;\nSELECT 2;', down: 'SELECT 3;\nSELECT 4;', transaction: false }),
      {
        'm/b-10.sql': `${head}-- changeset ann:add-y
SELECT 2;
-- rollback SELECT 1;

-- changeset ann:check-x runInTransaction:false
SELECT 1;
SELECT 2;
-- rollback SELECT 3;
-- rollback SELECT 4;
`,
      },
    )
    assert.deepEqual(followUp(historyIn({ 'b.sql': sql(9) }), { up: 'DO $$\nBEGIN\n  NULL;\nEND\n$$;', down: '' }), {
      'm/b.sql': `${sql(9)}
--changeset ann:10 splitStatements:false
DO $$
BEGIN
  NULL;
END
$$;
`,
    })
  })

  it('counts on as the ids do', () => {
    for (const [last, next] of [
      ['7', '8'],
      ['1674674689063-2', '1674674689063-3'],
      ['003-documents', '004-check-x'],
      ['check_x', 'check_x_2'],
    ]) {
      const made = followUp(historyIn({ 'a.sql': `${head}--changeset ann:${last}\nSELECT 1;\n` }), { down: '' })
      assert.match(made['m/a.sql'] ?? '', new RegExp(`^--changeset ann:${next}$`, 'm'))
    }
  })

  it('says of a changeset with nothing to undo that it has not, where others are undone', () => {
    const undone = `${sql(1)}--rollback SELECT -1;\n`
    const made = '\n--changeset ann:2\nSELECT 1;\n--rollback empty\n'
    assert.deepEqual(followUp(historyIn({ 'a.sql': undone }), { down: '' }), { 'm/a.sql': undone + made })
  })

  it('keeps fixes of what undoes a changeset in its comments', () => {
    const made = `${head}--changeset ann:1\nCREATE TABLE t (a int, b int);\n--changeset ann:2\nCREATE INDEX i ON t (a);\n`
    const text = `${made}-- rollback DROP INDEX i;\n-- rollback SELECT 1;\n`
    const history = historyIn({ 'a.sql': sql(1), 'b.sql': text })
    const found: Finding = {
      rule: '',
      risk: 'failure',
      severity: 'hint',
      message: '',
      span: { start: 0, end: 0 },
      fixes: [],
    }
    const change = (edits: readonly Edit[]) =>
      inCommentLines(
        { ...found, fixes: [{ title: '', safety: 'safe', edits }] },
        history.migrationAt('m/b.sql') as Migration,
      ).fixes[0]?.edits
    const start = text.indexOf('DROP')
    const line = text.indexOf('-- rollback DROP')
    const at = { path: 'm/b.sql', span: { start, end: start } }
    assert.deepEqual(change([{ ...at, text: 'SET x = 1;\n' }]), [{ ...at, text: 'SET x = 1;\n-- rollback ' }])
    assert.deepEqual(change([{ ...at, span: { start, end: start + 'DROP INDEX i;'.length }, text: '' }]), [
      { ...at, span: { start: line, end: text.indexOf('-- rollback SELECT') }, text: '' },
    ])
  })

  it('gets a new changeset behind a last line without an end, and changes that line beside it', () => {
    const first = `${head}--changeset ann:1\nCREATE TABLE t (a int, b int);\n--rollback DROP TABLE t;\n`
    const second = `${head}--changeset ann:2\nALTER TABLE t DROP COLUMN b;\nDROP TABLE IF EXISTS u;\n--rollback ALTER TABLE t ADD COLUMN b int;`
    const fix = lint(historyIn({ 'a.sql': first, 'b.sql': second }), 'm/b.sql', defaultSettings)
      .flatMap(({ fixes }) => fixes)
      .find(({ title }) => title.startsWith('Deprecate'))
    assert.equal(
      edited(second, fix?.edits ?? []),
      `${head}--changeset ann:2
COMMENT ON COLUMN t.b IS 'DEPRECATED: a later release drops it';
DROP TABLE IF EXISTS u;
--rollback COMMENT ON COLUMN t.b IS NULL;

--changeset ann:3
-- For a later release, when no running code names the column.
ALTER TABLE t DROP COLUMN b;
--rollback ALTER TABLE t ADD COLUMN b int;
`,
    )
  })
})
