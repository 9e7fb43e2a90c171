import type { NewFile } from '../../finding'
import { compareNumbered, numberAfter } from '../numbering'
import type { Folder, FollowUp, Framework } from './framework'
import { listed, nothingToUndo, onceForText, pathBelow } from './layouts'
import { share } from './recognise'

/**
 * Sqitch: https://github.com/sqitchers/sqitch. Verified at commit 0ab857e:
 * - `lib/App/Sqitch/Plan.pm`, `_parse`: `sqitch.plan` lists changes in the order in which they run, each with a time and a planner;
 *   a line that begins with `@` tags the change before it. `Plan/Change.pm`: a change is `deploy/<name>.sql`, undone by
 *   `revert/<name>.sql`, looked after by `verify/<name>.sql`; one that is planned again after a tag keeps its old files as
 *   `<name>@<tag>.sql`.
 * - `lib/App/Sqitch/Engine/pg.pm`: each file is run by `psql --file` with ON_ERROR_STOP, without `--single-transaction`, so the
 *   transaction is the one that the file opens itself (app-psql.html), and what stands after its COMMIT commits by itself. Sqitch's
 *   own transaction is in another session, which records the change when psql has ended without an error (`Engine.pm`, `deploy_change`).
 * - `etc/templates/*`: new files have BEGIN and COMMIT below the line that names the change, verify files ROLLBACK.
 */
export default {
  id: 'sqitch',
  name: 'Sqitch',
  recognises(folder) {
    const ours = share(folder.files, (_, file) => script.test(file))
    if (ours === 0) return 0
    if (folder.read('sqitch.plan') !== undefined) return 0.5 + 0.48 * ours
    const first = folder.files.find(file => file.startsWith('deploy/'))
    return first !== undefined && head.test(folder.read(first) ?? '') ? 0.9 * ours : 0
  },

  layout(path, text, folder) {
    const [, tree, name] = script.exec(pathBelow(folder, path)) ?? []
    if (tree === undefined || name === undefined || tree === 'verify' || isForOther(text, folder)) return undefined
    const span = { start: 0, end: text.length }
    const direction = tree === 'deploy' ? 'up' : 'down'
    return {
      version: listed(places(folder.read('sqitch.plan') ?? '').get(name), name),
      repeatable: false,
      sections: [{ direction, span, transaction: 'own', boundaries: [], masked: [], queries: [] }],
    }
  },

  list: 'sqitch.plan',
  compareVersions: compareNumbered,

  followUp(request): readonly NewFile[] | undefined {
    const { after, taken, title, up, down, transaction, read } = request
    const [, root = '', change = ''] = /^(.*?)(?:deploy|revert)\/(.+)\.sql$/.exec(after) ?? []
    const plan = read?.(`${root}sqitch.plan`)
    const last = plan === undefined ? undefined : entries(plan).findLast(({ isTag }) => !isTag)
    if (plan === undefined || !last) return undefined
    const name = change.includes('-') && !change.includes('_') ? title.replaceAll('_', '-') : title
    if (taken.includes(`${root}deploy/${name}.sql`)) return undefined
    const project = /^%project=(.*)$/m.exec(plan)?.[1]?.trim()
    const titled = project === undefined ? name : `${project}:${name}`
    const files = [
      { path: `${root}deploy/${name}.sql`, text: `-- Deploy ${titled} to pg\n\n${inBlock(up, transaction)}` },
      { path: `${root}revert/${name}.sql`, text: `-- Revert ${titled} from pg\n\n${inBlock(down, transaction)}` },
    ]
    if (read?.(`${root}verify/${change}.sql`) !== undefined) {
      const verify = `-- Verify ${titled} on pg\n\nBEGIN;\n\n-- XXX Add verifications here.\n\nROLLBACK;\n`
      files.push({ path: `${root}verify/${name}.sql`, text: verify })
    }
    return [...files, { path: `${root}sqitch.plan`, text: `${plan.trimEnd()}\n${entryAfter(last, name, request)}\n` }]
  },
} satisfies Framework

const script = /^(deploy|revert|verify)\/(.+)\.sql$/

const head = /^\s*-- Deploy \S+ to pg\b/

/** Whether the file or the project's configuration names another database. */
const isForOther = (text: string, folder: Folder): boolean => {
  const engine =
    /^-- (?:Deploy|Revert) .* (?:to|from) (\w+)\s*$/m.exec(text)?.[1] ?? engineOf(folder.read('sqitch.conf') ?? '')
  return engine !== undefined && engine !== 'pg'
}

const engineOf = onceForText((configuration: string) => /^\s*engine\s*=\s*(\w+)/m.exec(configuration)?.[1])

interface Entry {
  readonly name: string
  readonly isTag: boolean
  readonly line: string
}

const entries = (plan: string): readonly Entry[] =>
  plan.split(/\r?\n/).flatMap(line => {
    const [, at, name] = /^\s*(?:(@)|[+]\s*)?([^\s%#@[\]:\\-][^\s[\]:#@]*)\s/.exec(`${line} `) ?? []
    return name === undefined ? [] : [{ name, isTag: at !== undefined, line }]
  })

/** By the name of the file: of a change that was planned twice the last one has it, those before a tag are called for that. */
const places = onceForText((plan: string): ReadonlyMap<string, number> => {
  const found = new Map<string, number>()
  const lastOf = new Map<string, number>()
  for (const [place, { name, isTag }] of entries(plan).entries()) {
    if (!isTag) lastOf.set(name, place)
    else for (const [change, at] of lastOf) found.set(`${change}@${name}`, at)
  }
  for (const [change, at] of lastOf) found.set(change, at)
  return found
})

/** A second later than the last one, by the same planner. */
function entryAfter({ line }: Entry, name: string, { title }: FollowUp): string {
  const [, time = '1970-01-01T00:00:00Z'] = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)/.exec(line) ?? []
  const planner = /Z\s+([^#]*<[^>]*>)/.exec(line)?.[1] ?? 'unknown <unknown@localhost>'
  const digits = numberAfter(time.replace(/\D/g, ''))
  let next = 0
  const later = time.replace(/\d/g, () => digits[next++] as string)
  return `${name} ${later} ${planner} # ${title.replaceAll('_', ' ')}`
}

function inBlock(sql: string, transaction: boolean): string {
  if (sql === '') return `BEGIN;\n\n${nothingToUndo}\nCOMMIT;\n`
  return transaction ? `BEGIN;\n\n${sql}\n\nCOMMIT;\n` : `${sql}\n`
}
