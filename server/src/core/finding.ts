import type { Span } from './text'

export type Risk = 'locking' | 'data-loss' | 'rollback' | 'compatibility' | 'failure' | 'performance' | 'design'

/** From the most to the least urgent. */
export const severities = ['error', 'warning', 'information', 'hint'] as const
export type Severity = (typeof severities)[number]

/** One replacement in the file at `path`: `span` are UTF-16 offsets into that file as it was read. */
export interface Edit {
  readonly path: string
  readonly span: Span
  readonly text: string
}

/** A file that a fix creates. */
export interface NewFile {
  readonly path: string
  readonly text: string
}

/**
 * `safe` reaches the same final schema with milder locks, and `fix` applies it unasked;
 * `review` needs a person's decision.
 */
export type Safety = 'safe' | 'review'

export interface Fix {
  readonly title: string
  readonly safety: Safety
  /** Whether the database ends otherwise than without the fix, which is then the point of it: with an index more, or less. */
  readonly isChange?: boolean
  /**
   * When it is applied, where other fixes of the file are too: what leaves others without an object comes `early`, what goes comes
   * `late`, behind what others build, then what columns become `inSteps`, and what is written from all that the migration does comes
   * `last`.
   */
  readonly turn?: 'early' | 'late' | 'inSteps' | 'last'
  readonly edits: readonly Edit[]
  readonly creates?: readonly NewFile[]
}

/** What is wrong and where; `message`, `detail` and `hint` are PostgreSQL's three error fields. */
export interface Finding {
  readonly rule: string
  readonly risk: Risk
  readonly severity: Severity
  readonly message: string
  readonly detail?: string
  readonly hint?: string
  /** The relation at stake, schema-qualified: `public.users`. */
  readonly relation?: string
  readonly span: Span
  readonly fixes: readonly Fix[]
  /** Why there is no fix although the rule has one, as a sentence; worked out with the fixes. */
  readonly withheld?: string
  /** Of more such of its rule in one file the first alone is told, and says how many it speaks for. */
  readonly mostInFile?: number
}

/** What a finding says, and how urgent it is. */
type Told = Pick<Finding, 'severity' | 'message' | 'detail' | 'hint' | 'relation' | 'mostInFile'>

/**
 * Returns a finding that says something else, or whose fixes are changed, or left out with a sentence that says why: each when
 * somebody asks for them.
 */
export function withFixes(finding: Finding, change: (fix: Fix) => Fix | string, told: Partial<Told> = {}): Finding {
  const { rule, risk, span } = finding
  let known: readonly (Fix | string)[] | undefined
  const changed = () => {
    known ??= finding.fixes.map(change)
    return known
  }
  return {
    rule,
    risk,
    span,
    severity: told.severity ?? finding.severity,
    message: told.message ?? finding.message,
    detail: told.detail ?? finding.detail,
    hint: told.hint ?? finding.hint,
    relation: told.relation ?? finding.relation,
    mostInFile: told.mostInFile ?? finding.mostInFile,
    get fixes() {
      return changed().filter(fix => typeof fix !== 'string')
    },
    get withheld() {
      if (finding.fixes.length === 0) return finding.withheld
      const [first] = changed()
      return this.fixes.length === 0 && typeof first === 'string' ? first : undefined
    },
  }
}

/** Returns whether it is more than advice: an error or a warning. */
export const isUrgent = ({ severity }: Pick<Finding, 'severity'>): boolean =>
  severity === 'error' || severity === 'warning'
