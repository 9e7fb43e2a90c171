import assert from 'node:assert/strict'
import { PGlite } from '@electric-sql/pglite'
import { fixed } from '../../server/src/core/fix'
import { historyIn } from '../history/folder'
import { loadInstalledParser } from '../parser'

/** What a trigger computes in the place of a stored generated column. */
describe('a column that a trigger computes, on PostgreSQL', () => {
  let server: PGlite
  before(async function () {
    this.timeout(60_000)
    await loadInstalledParser()
    server = await PGlite.create()
  })
  after(() => server.close())

  const setup = `CREATE TABLE articles (id bigint PRIMARY KEY, title text, body text);
CREATE FUNCTION trimmed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.title := trim(NEW.title); RETURN NEW; END $$;
CREATE TRIGGER trimmed BEFORE INSERT OR UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION trimmed();
INSERT INTO articles VALUES (1, 'one', 'a'), (2, NULL, 'b'), (4, ' four ', 'c');`
  const column =
    "ALTER TABLE articles ADD COLUMN words tsvector GENERATED ALWAYS AS (setweight(to_tsvector('simple'::regconfig, coalesce(title, '')), 'A') || to_tsvector('simple'::regconfig, articles.body)) STORED;"
  const writes = `INSERT INTO articles (id, title, body) VALUES (3, ' three ', 'c');
UPDATE articles SET body = 'd' WHERE id = 1;
UPDATE articles SET title = ' two' WHERE id = 2;
UPDATE articles SET body = NULL WHERE id = 3;`

  const rowsAfter = async (texts: readonly string[]) => {
    await server.exec('DROP SCHEMA public CASCADE; CREATE SCHEMA public;')
    for (const text of texts) await server.exec(text)
    return (await server.query('SELECT * FROM articles ORDER BY id')).rows
  }

  it('holds what the generated column would hold, whatever other triggers do', async () => {
    const history = historyIn({ '1_articles.sql': setup, '2_words.sql': column }, 'plain')
    const { changes } = fixed(history, ['m/2_words.sql'], { postgres: 15, rules: {} }, { review: true, creates: true })
    const [change, ...others] = changes
    assert(change && others.length === 0)
    const [trigger, block] = change.after.split(/^(?=DO)/m)
    assert(trigger && block && !/GENERATED/.test(trigger))
    assert.deepEqual(await rowsAfter([setup, trigger, block, writes]), await rowsAfter([setup, column, writes]))
  })
})
