import { type ActiveRule, activeRules } from './active-rules'
import { type Allowance, allowancesIn } from './allow/allowances'
import { withoutAllowed } from './allow/apply'
import { inCommentLines } from './comment-lines'
import { type Finding, type Fix, isUrgent, type Risk, type Severity, withFixes } from './finding'
import { inBody } from './fixes/placement'
import { withhold, withReason } from './fixes/withheld'
import type { History } from './history/history'
import { type InnerStep, stepsInside } from './history/inside'
import { isOpening } from './history/opening'
import { type Step, stepsIn, stepsOf } from './history/steps'
import { StepContext } from './judgement/context'
import { inLetterCase } from './letter-case'
import { findingAsWritten } from './placeholders'
import { rules } from './rules'
import type { AllowanceContext, MigrationContext, Rule, RuleFinding, StatementRule } from './rules/rule'
import type { Settings } from './settings'
import type { BodyStatement } from './sql/routine-commands'
import type { Statement } from './sql/statements'
import { tokensOf } from './sql/tokens'
import { type Span, shifted } from './text'

/** Told of a rule that threw: its other findings and those of all other rules stand. */
export type Report = (rule: string, error: unknown) => void

/**
 * Returns what is wrong in the migration at `path`, in the order of the file: what the rules find, and as rule `syntax`
 * what could not be read. A function of its arguments alone.
 */
export function lint(history: History, path: string, settings: Settings, report?: Report): Finding[] {
  const migration = history.migrationAt(path)
  if (!migration) return []
  const steps = stepsOf(history, migration, settings)
  const findings = migration.sections.flatMap(section => {
    const own = stepsIn(steps, section)
    return own.flatMap((step, index) => [
      ...findingsOf(step, own, index, history, settings, report),
      ...findingsInside(step, own, index, history, settings, report),
    ])
  })
  findings.push(...findingsOfMigration({ migration, history, settings, steps }, report))
  const allowances = allowancesIn(migration, settings)
  const told = isOpening(history.migrations, migration) ? lighter(once(findings), settings) : once(findings)
  const { findings: left, used } = withoutAllowed(told, allowances, settings)
  const hasAllowed = (allowance: Allowance, rule: string) => used.get(allowance)?.has(rule) ?? false
  const ofComments = findingsOfComments(
    { migration, settings, allowances, hasAllowed, ruleIds, isOff: rule => !activeRules(settings).has(rule) },
    report,
  )
  const written = [...onceInFile(left), ...ofComments].map(finding =>
    findingAsWritten(inCommentLines(inLetterCase(finding, migration), migration), migration.placeholders),
  )
  return written.sort(
    (a, b) =>
      a.span.start - b.span.start || a.span.end - b.span.end || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0),
  )
}

function findingsOfMigration(context: MigrationContext, report?: Report): Finding[] {
  const { direction } = context.migration
  return activeRules(context.settings).ofMigrations.flatMap(({ rule, severity }) => {
    if (direction !== 'both' && !(rule.directions ?? ['up']).includes(direction)) return []
    const found = asked(rule, () => rule.check(context), report)
    return found.map(one => new FoundByRule(one, rule, severity, 0, report))
  })
}

function findingsOfComments(context: AllowanceContext, report?: Report): Finding[] {
  if (context.allowances.length === 0) return []
  return activeRules(context.settings).ofComments.flatMap(({ rule, severity }) =>
    asked(rule, () => rule.check(context), report).map(one => new FoundByRule(one, rule, severity, 0, report)),
  )
}

/** Returns what a rule finds; nothing where it throws, which does not keep the others from being asked. */
function asked(rule: Rule, check: () => Iterable<RuleFinding>, report?: Report): readonly RuleFinding[] {
  try {
    return [...check()]
  } catch (error) {
    report?.(rule.id, error)
    return []
  }
}

function findingsOf(
  step: Step,
  steps: readonly Step[],
  index: number,
  history: History,
  settings: Settings,
  report?: Report,
): Finding[] {
  const problems = problemOf(step, settings)
  const found = foundBy(step, steps, index, history, settings, report)
  if (found.length === 0) return problems
  const offset = step.statement.span.start
  // Where a semicolon is missing in front of it a statement is read all the same.
  return [...problems, ...found.map(each => new FoundByRule(each.found, each.rule, each.severity, offset, report))]
}

interface Found extends ActiveRule<StatementRule> {
  readonly found: RuleFinding
}

/** Returns what the rules find in one step; `steps` and `index` are the place of the statement of the file that runs it. */
function foundBy(
  step: Step,
  steps: readonly Step[],
  index: number,
  history: History,
  settings: Settings,
  report?: Report,
  inside?: BodyStatement,
): Found[] {
  const { command, direction } = step
  if (!command) return []
  const context = new StepContext(step, command, steps, index, history, settings, inside)
  const active = activeRules(settings)
  const found: Found[] = []
  for (const rules of [active.ofEveryStatement[direction], active.concernedWith(command, direction)]) {
    for (const { rule, severity } of rules) {
      for (const one of asked(rule, () => rule.check(command, context), report))
        found.push({ rule, severity, found: one })
    }
    // What PostgreSQL refuses does nothing that a rule could warn of.
    if (step.failure) break
  }
  return found
}

/**
 * What runs in a DO block, or in a function that is called, is judged as if it stood there by itself, and flagged where it
 * stands; in an earlier file, where it is called. Most fixes are for statements that stand alone.
 */
function findingsInside(
  step: Step,
  steps: readonly Step[],
  index: number,
  history: History,
  settings: Settings,
  report?: Report,
): Finding[] {
  const inside = stepsInside(step, settings.postgres)
  if (inside.length === 0 || step.effects?.fails) return []
  return inside.flatMap(inner =>
    foundBy(inner, steps, index, history, settings, report, inner.inside).map(({ rule, severity, found }) => {
      const at = inner.placeOf(found.at)
      const where = at || !inner.routine ? undefined : `It stands in "${inner.routine.name.name}", which runs here.`
      const told = { ...found, detail: where ? [where, found.detail].filter(Boolean).join(' ') : found.detail }
      const isReached = isMendable(inner, rule)
      const placed = {
        ...told,
        at: at ?? firstWord(step),
        ...(!isReached && { fixes: () => fixesWithin(inner, found) }),
      }
      return new FoundByRule(placed, rule, severity, 0, report)
    }),
  )
}

/** Loops and calls may lead to the same statement more than once. */
function once(findings: readonly Finding[]): Finding[] {
  const known = new Map<string, Finding>()
  for (const finding of findings) {
    const { rule, message, span } = finding
    const key = `${rule} ${message} ${span.start} ${span.end}`
    if (!known.has(key)) known.set(key, finding)
  }
  return [...known.values()]
}

/** Who waits for tables that are still being made? What the settings give a severity keeps it. */
const lighter = (findings: readonly Finding[], { rules }: Settings): Finding[] =>
  findings.map(finding =>
    finding.risk === 'locking' && rules[finding.rule] === undefined && isUrgent(finding)
      ? withFixes(finding, () => 'While nobody uses the tables the statement does as it is.', {
          severity: 'information',
          detail:
            `The project begins with this migration and those before it: the table may be empty still. ${finding.detail ?? ''}`.trim(),
        })
      : finding,
  )

/** Where a file has more of a kind than are worth telling one by one, the first is told, and says how many it speaks for. */
function onceInFile(findings: readonly Finding[]): readonly Finding[] {
  const kinds = new Map<string, Finding[]>()
  for (const finding of findings) {
    if (finding.mostInFile === undefined) continue
    const kind = `${finding.rule} ${finding.severity}`
    const alike = kinds.get(kind)
    if (alike) alike.push(finding)
    else kinds.set(kind, [finding])
  }
  const spokenFor = new Map<Finding, Finding | undefined>()
  for (const alike of kinds.values()) {
    const most = alike[0]?.mostInFile ?? alike.length
    if (alike.length <= most) continue
    const first = alike.reduce((a, b) => (b.span.start < a.span.start ? b : a))
    const detail = `${first.detail ?? ''} This file has ${alike.length - 1} more like it.`.trim()
    for (const finding of alike) spokenFor.set(finding, undefined)
    const isTaken = alike.length <= manyFixes
    spokenFor.set(
      first,
      withFixes(first, fix => (isTaken ? fix : eachBySetting), { detail }),
    )
  }
  if (spokenFor.size === 0) return findings
  return findings.flatMap(finding => (spokenFor.has(finding) ? (spokenFor.get(finding) ?? []) : [finding]))
}

const manyFixes = 10

const eachBySetting = 'Where the settings give the rule a severity each is told, and has its fix.'

/** Of the fixes of a statement in a body those that change nothing but its own text, where that is what runs. */
function fixesWithin({ inside, routine, statement }: InnerStep, { fixes }: RuleFinding): readonly Fix[] {
  const all = fixes?.() ?? []
  const { start, end } = statement.span
  const isWithin = ({ edits, creates = [] }: Fix) =>
    creates.length === 0 && edits.every(({ span }) => start <= span.start && span.end <= end)
  const within = routine || inside.excerpt ? [] : all.filter(isWithin)
  if (within.length === 0 && all.length > 0) withhold(inBody)
  return within
}

/** Whether a statement of a DO block stands there as it runs and, but for loops, what it makes is there when the block ends. */
function isMendable({ inside, routine }: InnerStep, { mends }: Rule): boolean {
  if (!mends || routine || inside.excerpt) return false
  return mends === 'loops' || (!inside.repeated && (!inside.conditional || inside.guard === 'absence'))
}

const firstWord = ({ command, statement }: Step): Span =>
  shifted(command && 'keywords' in command ? command.keywords : { start: 0, end: 1 }, statement.span.start)

/** What a rule found, in the terms of the file; its fixes are worked out when somebody asks. */
class FoundByRule implements Finding {
  readonly rule: string
  readonly risk: Risk
  readonly severity: Severity
  readonly message: string
  readonly detail?: string
  readonly hint?: string
  readonly relation?: string
  readonly mostInFile?: number
  readonly span: Span
  private known: Offered | undefined

  /** A severity from the settings holds for all of a rule's findings; else one may weigh more or less than its rule. */
  constructor(
    private readonly found: RuleFinding,
    rule: Rule,
    severity: Severity | undefined,
    offset: number,
    private readonly report?: Report,
  ) {
    this.rule = rule.id
    this.risk = rule.risk
    this.severity = severity ?? found.severity ?? rule.severity
    this.message = found.message
    this.detail = found.detail
    this.hint = found.hint
    this.relation = found.relation
    this.mostInFile = severity === undefined ? found.mostInFile : undefined
    this.span = shifted(found.at, offset)
  }

  get fixes(): readonly Fix[] {
    return this.offered.fixes
  }

  get withheld(): string | undefined {
    return this.offered.withheld
  }

  private get offered(): Offered {
    this.known ??= offeredFor(this.found, this.rule, this.report)
    return this.known
  }
}

/** The fixes of a finding; where there are none, why. */
type Offered = Pick<Finding, 'fixes' | 'withheld'>

function offeredFor({ fixes, hint }: RuleFinding, rule: string, report?: Report): Offered {
  if (!fixes) return { fixes: [] }
  try {
    const { result, why } = withReason(fixes)
    const isTold = result.length > 0 || why === undefined || hint?.includes(why)
    return { fixes: result, ...(!isTold && { withheld: why }) }
  } catch (error) {
    report?.(rule, error)
    return { fixes: [] }
  }
}

/** What PostgreSQL's parser refuses is an error; what only our engine could not read may be all right. */
function problemOf({ statement, migration }: Step, settings: Settings): Finding[] {
  const { problem } = statement
  const severity = settings.rules[syntaxRule]
  if (!problem || severity === 'off' || isAtPlaceholder(statement, problem.span, migration.placeholders)) return []
  const { message, span, kind } = problem
  return [
    {
      rule: syntaxRule,
      risk: 'failure',
      severity: severity ?? (kind === 'syntax' ? 'error' : 'information'),
      message,
      span: shifted(span, statement.span.start),
      fixes: [],
    },
  ]
}

/** Any words may come in the place of `${escape}`: the parser stops there, or at what follows, where it took it for a name. */
function isAtPlaceholder({ text }: Statement, { start }: Span, placeholders: ReadonlyMap<string, string>): boolean {
  if (placeholders.size === 0) return false
  const words = tokensOf(text).filter(({ kind }) => kind !== 'comment')
  const at = words.findIndex(word => word.end > start)
  return words.slice(Math.max(0, at - 1), at + 1).some(word => placeholders.has(word.text.toLowerCase()))
}

export const syntaxRule = 'syntax'

/** Every id that settings and allow comments may name. */
export const ruleIds: readonly string[] = [syntaxRule, ...rules.map(({ id }) => id)]
