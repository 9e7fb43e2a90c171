import type { Span } from '../text'
import type { Command } from './commands'
import type { Call, Name } from './parts'

export interface CreateRoutine {
  readonly tag: 'CREATE FUNCTION' | 'CREATE PROCEDURE'
  readonly name: Name
  readonly orReplace: boolean
  readonly language?: string
  readonly volatility: 'immutable' | 'stable' | 'volatile'
  /** Whether its options let PostgreSQL put its body in the place of a call: not STRICT, SECURITY DEFINER, SET, SETOF. */
  readonly mayBeInlined?: boolean
  readonly returnsTrigger: boolean
  /** As written: `int4`, `setof public.users`, `record(id int4, name text)`; absent where a type is that of a column, and for procedures. */
  readonly returns?: string
  /** SECURITY DEFINER, where it is written. */
  readonly securityDefiner?: Span
  /** The parameters that it sets while it runs, in lower case. */
  readonly ownParameters?: readonly string[]
  /** The schemas that it searches, where it sets search_path to names. */
  readonly ownSearchPath?: readonly string[]
  /** What a body in LANGUAGE sql reads and writes: PostgreSQL looks at it when it creates the function. */
  readonly reads?: readonly Name[]
  readonly writes?: readonly Name[]
  /** Between the quotes, in a statement whose body is a string constant. */
  readonly body?: Span
  /** The body as written, from its opening quote, RETURN or BEGIN ATOMIC on, and where that starts: read when it is called. */
  readonly code?: { readonly text: string; readonly start: number }
  readonly parameters?: Parameters
  readonly keywords: Span
}

/** What may be given to a function or procedure when it is called. */
export interface Parameters {
  /** The types of those that tell overloads apart, as written: `int4,public.tier[]`. */
  readonly signature: string
  /** How many arguments a call must have, and how many it may have; no end for VARIADIC. */
  readonly least: number
  readonly most: number
  /** The names of those that are given to it, in order; undefined for one without. */
  readonly names: readonly (string | undefined)[]
  /** How many have a default. */
  readonly defaults: number
}

export interface Do extends Partial<Body> {
  readonly tag: 'DO'
  readonly language: string
  /** Between the quotes. */
  readonly body: Span
  readonly keywords: Span
}

/** What stands in the body of a DO block, a function or a procedure. */
export interface Body {
  /** The SQL statements, in the order they stand there. */
  readonly statements: readonly BodyStatement[]
  /** What its conditions and assignments read. */
  readonly reads: readonly Name[]
  /** The functions that its conditions and assignments call. */
  readonly calls: readonly Call[]
  /** Whether it runs SQL that it puts together, or that could not be read. */
  readonly hasDynamicSql: boolean
  /** Whether it ends transactions: COMMIT or ROLLBACK. */
  readonly ends: boolean
}

/** A statement inside the body of another. */
export interface BodyStatement {
  readonly command: Command
  /** From the start of the outer statement. */
  readonly span: Span
  /**
   * What runs, where it does not stand in the outer statement as it is: in a string with doubled quotes, put together. The
   * command's own spans are offsets in it; without it they start at `span.start`.
   */
  readonly excerpt?: Excerpt
  /** Whether it may not run, or may be undone: in IF, CASE, a loop over rows, a block with EXCEPTION. */
  readonly conditional: boolean
  /** What the condition makes sure of, where it only asks whether something exists. */
  readonly guard?: Guard
  /** Whether it stands in a loop. */
  readonly repeated: boolean
  /** Of the first UPDATE or DELETE in a loop over the rows of a query: that query. */
  readonly over?: { readonly text: string; readonly reads: readonly Name[] }
  /** Set where the body takes the table that it changes to hold one row: it reads a row without saying which. */
  readonly isOfOneRow?: true
}

/**
 * `absence`: it runs unless what it makes is there (IF NOT EXISTS, WHEN duplicate_object); `presence`: only where what it needs
 * is there (IF EXISTS, WHEN undefined_table).
 */
export type Guard = 'absence' | 'presence'

/** A text that was put together from places of an outer text, in order. */
export interface Excerpt {
  readonly text: string
  readonly pieces: readonly Piece[]
}

/** From `at` to the next piece the excerpt is what stands from `start` to `end` outside: as it is where the lengths agree. */
export interface Piece {
  readonly at: number
  readonly start: number
  readonly end: number
}
