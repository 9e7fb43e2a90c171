import { relationNamed } from '../postgres/catalog'
import { defineRule } from './rule'
import { existingTable } from './target'

export default defineRule({
  id: 'dropped-table',
  risk: 'data-loss',
  severity: 'warning',
  on: ['DROP TABLE'],
  why: `
\`DROP TABLE\` deletes the table with all its rows, and from that moment every running query that names it fails.

Nothing is said of a table that the same migration makes, of a temporary table, of \`IF EXISTS\` where the history shows that
there is no such table, and of down migrations, whose business it is.`,
  instead: `
Deploy code that no longer uses the table first; drop it in a later release, when its rows are kept elsewhere or not
needed. Renaming it for a while shows whether somebody still needs it, and is easily undone.`,
  manual: ['sql-droptable.html'],

  *check(drop, context) {
    for (const name of drop.names) {
      const target = existingTable(name, context)
      if (!target) continue
      if (drop.ifExists && context.catalog.complete && !relationNamed(context.catalog, name)) continue
      yield {
        at: name.span,
        message: `DROP TABLE deletes ${target.label} and its rows`,
        detail: 'Running code that names the table fails from this moment on, and nothing brings the rows back.',
        hint: 'Deploy code that does not use the table first, and drop it in a later release.',
        relation: target.relation,
      }
    }
  },

  examples: `
`,
})
