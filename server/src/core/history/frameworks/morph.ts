import type { Edit } from '../../finding'
import { statementsIn } from '../../sql/split'
import { compareNumbered } from '../numbering'
import { dependsOn } from './dependencies'
import { lineBreakOf } from './directives'
import type { Framework } from './framework'
import { ofPair, pairsAfter, shareOfPairs } from './golang-migrate'
import { anyText } from './recognise'

/**
 * Mattermost's morph: https://github.com/mattermost/morph. Verified at commit 34e8da7:
 * - `models/parse.go`: names are golang-migrate's, `{version}_{name}.up.{ext}` and `.down.{ext}`, the version an integer;
 *   `morph.go`, `sortMigrations`, orders by its value.
 * - `drivers/postgres/postgres.go`, `Apply`: each file is one `Exec` without arguments in a transaction of its own; without one
 *   where its text starts with `-- morph:nontransactional`, at the very first byte.
 */
export default {
  id: 'morph',
  name: 'morph',
  recognises(folder) {
    const named = shareOfPairs(folder)
    if (named === 0) return 0
    if (dependsOn(folder, 'go.mod', 'github.com/mattermost/morph')) return 0.95 * named
    return anyText(folder, isMarked) ? 0.9 * named : 0
  },

  layout: (path, text) => ofPair(path, text, isMarked(text) ? 'own' : 'tool'),

  compareVersions: compareNumbered,

  withoutTransaction(path, text): readonly Edit[] | undefined {
    if (text.startsWith('\ufeff') || statementsIn(text).statements.length > 1) return undefined
    if (isMarked(text)) return []
    return [{ path, span: { start: 0, end: 0 }, text: `${marker}${lineBreakOf(text)}` }]
  },

  followUp: request => pairsAfter(request, `${marker}\n`),
} satisfies Framework

const marker = '-- morph:nontransactional'

const isMarked = (text: string) => text.startsWith(marker)
