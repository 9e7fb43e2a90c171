import { statementsIn } from '../../sql/split'
import { folderOf, nameOf } from '../../text'
import { compareNames, numberAfter } from '../numbering'
import { dependsOn } from './dependencies'
import type { Framework } from './framework'
import { beside, nothingToUndo, pathBelow, wholeFile } from './layouts'
import { share } from './recognise'
import { oneByOne } from './statements'

/**
 * Diesel: https://github.com/diesel-rs/diesel. Verified at commit 04cc1b0:
 * - `diesel_migrations/src/file_based_migrations.rs`: a migration is a folder with `up.sql` and `down.sql`, each run by one
 *   `batch_execute`, a simple query, and `metadata.toml`, whose `run_in_transaction = false` turns off the transaction around
 *   both; without it each migration has one, up and down (`migration_harness.rs`).
 * - `diesel_migrations/migrations_internals/src/lib.rs`, `version_from_string`: the version is what stands before the first
 *   underscore, without its dashes, compared as text.
 * - `diesel_cli/src/main.rs`, `TIMESTAMP_FORMAT`: folders are named by time, `2024-01-15-093000_x`. Projects are seen with four
 *   digits more.
 */
export default {
  id: 'diesel',
  name: 'Diesel',
  recognises(folder) {
    const ours = share(folder.files, (_, file) => pair.test(file))
    if (ours === 0) return 0
    if (folder.read('../diesel.toml') !== undefined || dependsOn(folder, 'Cargo.toml', 'diesel')) return 0.95 * ours
    return 0.85 * share(folder.files, (_, file) => dated.test(file))
  },

  layout(path, text, folder) {
    const name = nameOf(path).toLowerCase()
    if (name !== 'up.sql' && name !== 'down.sql') return undefined
    const version = /^[^_]*/.exec(nameOf(folderOf(path)))?.[0].replaceAll('-', '') ?? ''
    const settings = folder.read(pathBelow(folder, beside(path, 'metadata.toml'))) ?? ''
    const transaction = isOff.test(settings) ? 'own' : 'tool'
    return {
      version,
      repeatable: false,
      sections: wholeFile(name === 'up.sql' ? 'up' : 'down', text, transaction, true),
    }
  },

  compareVersions: compareNames,

  withoutTransaction: (_, text) => (statementsIn(text).statements.length > 1 ? undefined : []),

  markerFile: { path: path => beside(path, 'metadata.toml'), text: switchedOff },

  followUp(request) {
    const last = numberOf(request.taken.findLast(numberOf) ?? '')
    if (last === undefined) return undefined
    const root = folderOf(folderOf(request.after))
    let number = last
    return oneByOne(request).flatMap(part => {
      number = numberAfter(number)
      const folder = `${root === '' ? '' : `${root}/`}${number}_${part.title}`
      const files = [
        { path: `${folder}/up.sql`, text: `${part.up}\n` },
        { path: `${folder}/down.sql`, text: part.down === '' ? nothingToUndo : `${part.down}\n` },
      ]
      return part.transaction ? files : [...files, { path: `${folder}/metadata.toml`, text: marker }]
    })
  },
} satisfies Framework

const marker = 'run_in_transaction = false\n'

const pair = /^[^/]+_[^/]*\/(?:up|down)\.sql$/i

const dated = /^(?:\d{4}-\d\d-\d\d-\d{6}(?:-\d{4})?|\d{14})_[^/]*\/(?:up|down)\.sql$/i

const isOff = /^\s*run_in_transaction\s*=\s*false\b/m

/** The setting stands before all tables of the file. */
function switchedOff(existing = ''): string {
  const without = existing.replace(/^[ \t]*run_in_transaction[ \t]*=.*(?:\r?\n|$)/m, '')
  return `${marker}${without}`
}

const numberOf = (path: string): string | undefined => /^\d[\d-]*(?=_)/.exec(nameOf(folderOf(path)))?.[0]
