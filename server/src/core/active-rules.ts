import type { Severity } from './finding'
import type { Direction } from './history/migration'
import { onceForEach } from './history/numbering'
import { rules } from './rules'
import type { AllowanceRule, EveryStatementRule, MigrationRule, Rule, TaggedRule } from './rules/rule'
import type { Settings } from './settings'
import type { Command } from './sql/commands'

/** A rule that is on, and what all its findings weigh by the settings; undefined leaves that to the rule. */
export interface ActiveRule<R extends Rule = Rule> {
  readonly rule: R
  readonly severity?: Severity
}

/** Returns the rules that the settings leave on. */
export const activeRules = ({ rules }: Settings): ActiveRules => forSeverities(rules)

const forSeverities = onceForEach((severities: Settings['rules']) => new ActiveRules(severities))

/** The rules that are on, sorted by what they judge. */
export class ActiveRules {
  readonly ofComments: readonly ActiveRule<AllowanceRule>[]
  readonly ofMigrations: readonly ActiveRule<MigrationRule>[]
  readonly ofEveryStatement: Readonly<Record<Direction, readonly ActiveRule<EveryStatementRule>[]>>
  private readonly tagged: Readonly<Record<Direction, readonly ActiveRule<TaggedRule>[]>>
  private readonly known = { up: new WeakMap<Command, Candidates>(), down: new WeakMap<Command, Candidates>() }
  private readonly ids: ReadonlySet<string>
  private readonly lists = new Map<string, Candidates>()

  constructor(severities: Settings['rules']) {
    const active = rules.flatMap((rule): ActiveRule[] => {
      const severity = severities[rule.id]
      return (severity ?? (rule.isOff ? 'off' : undefined)) === 'off' ? [] : [{ rule, severity } as ActiveRule]
    })
    this.ids = new Set(active.map(({ rule }) => rule.id))
    this.ofComments = active.filter(isOn('allow comments')) as ActiveRule<AllowanceRule>[]
    this.ofMigrations = active.filter(isOn('migration')) as ActiveRule<MigrationRule>[]
    this.ofEveryStatement = byDirection(active.filter(isOn('every statement')) as ActiveRule<EveryStatementRule>[])
    this.tagged = byDirection(active.filter(({ rule }) => typeof rule.on !== 'string') as ActiveRule<TaggedRule>[])
  }

  /** Returns whether the rule of an id is on. */
  has(id: string): boolean {
    return this.ids.has(id)
  }

  /** Returns the rules that a command has to do with. What they think of it is asked once: a file is judged at every keystroke. */
  concernedWith(command: Command, direction: Direction): Candidates {
    const known = this.known[direction]
    const candidates = known.get(command) ?? this.sought(command, direction)
    known.set(command, candidates)
    return candidates
  }

  /** Commands are many, and so are alike in this: those of one kind share a list. */
  private sought(command: Command, direction: Direction): Candidates {
    const found = this.tagged[direction].filter(
      ({ rule }) => rule.on.includes(command.tag) && (rule.concerns?.(command) ?? true),
    )
    const key = found.map(({ rule }) => rule.id).join()
    const list = this.lists.get(key) ?? found
    this.lists.set(key, list)
    return list
  }
}

type Candidates = readonly ActiveRule<TaggedRule>[]

const isOn =
  (on: Rule['on']) =>
  ({ rule }: ActiveRule): boolean =>
    rule.on === on

function byDirection<R extends Rule>(found: readonly ActiveRule<R>[]): Readonly<Record<Direction, ActiveRule<R>[]>> {
  const isFor = (direction: Direction) => found.filter(({ rule }) => (rule.directions ?? ['up']).includes(direction))
  return { up: isFor('up'), down: isFor('down') }
}
