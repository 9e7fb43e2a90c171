import { nameOf } from '../../text'
import { compareNumbered } from '../numbering'
import { isForeignName } from './dialects'
import { isDump } from './dumps'
import type { Framework } from './framework'
import { wholeFile } from './layouts'
import { shareOfTexts } from './recognise'

/**
 * What `alembic upgrade --sql` and `downgrade --sql` print: https://github.com/sqlalchemy/alembic. Verified at commit 20e58db:
 * - `alembic/runtime/migration.py`, `run_migrations`: each revision begins with a line `-- Running upgrade <from> -> <to>` or
 *   `-- Running downgrade`, and changes the rows of `alembic_version`; `begin_transaction`: BEGIN and COMMIT are printed where Alembic
 *   would open a transaction. The script is run by hand, with psql, which opens none (app-psql.html).
 * - Nothing follows such a file: it is printed anew.
 */
export default {
  id: 'alembic',
  name: 'Alembic',
  recognises: folder => 0.9 * shareOfTexts(folder, text => running.test(text)),

  layout(path, text) {
    const name = nameOf(path)
    if (isForeignName(name) || isDump(path)) return undefined
    const direction = running.exec(text)?.[1] === 'down' ? 'down' : 'up'
    const version = name.replace(/[._-](?:up|down|upgrade|downgrade)?(?=\.sql$)|\.sql$/g, '')
    return { version, repeatable: false, sections: wholeFile(direction, text, 'own', false) }
  },

  compareVersions: compareNumbered,
} satisfies Framework

const running = /^-- Running (up|down)grade /m
