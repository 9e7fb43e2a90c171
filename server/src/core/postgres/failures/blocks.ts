import type { Command } from '../../sql/commands'
import { spanOutside } from '../../sql/excerpt'
import type { BodyStatement, Do } from '../../sql/routine-commands'
import { type Span, shifted } from '../../text'
import { apply } from '../apply'
import { withInner } from '../apply/bodies'
import type { Catalog } from '../catalog'
import { doubting, mayDoAnything } from '../doubts'
import type { Failure } from '../failures'
import type { Scene } from './relations'

type FailureOf = (command: Command, catalog: Catalog, settings: { readonly postgres: number }) => Failure | undefined

/**
 * Returns why a DO block fails: the first of its statements that runs for sure, not in a conditional, a loop or a block that
 * catches errors, and that PostgreSQL refuses.
 */
export function blockFailure(
  { catalog: before, postgres }: Scene,
  command: Do,
  failureOf: FailureOf,
): Failure | undefined {
  const { statements, calls = [], hasDynamicSql } = command
  // When it runs what nobody can follow is not known either.
  if (!statements || hasDynamicSql || calls.some(call => mayDoAnything(call, before))) return undefined
  let catalog = before
  for (const statement of statements) {
    const { command: inner, conditional, repeated, guard } = statement
    if (inner.tag === 'ROLLBACK') return undefined
    const isSure = !conditional && !repeated
    const failure = isSure ? failureOf(inner, catalog, { postgres }) : undefined
    if (failure && !mayBeVariable(inner, failure)) return withPlace(failure, statement)
    catalog = withInner(catalog, inner, { conditional: !isSure, postgres }, guard, apply)
    if (!isSure || failure) catalog = doubting(catalog, inner)
  }
  return undefined
}

/** Where a query names a column, PL/pgSQL may put the value of a variable (plpgsql-implementation.html). */
const mayBeVariable = ({ tag }: Command, { code }: Failure): boolean => queries.has(tag) && code !== '42P01'

const queries: ReadonlySet<string> = new Set([
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'MERGE',
  'CREATE TABLE AS',
  'SELECT INTO',
  'CREATE MATERIALIZED VIEW',
  'CALL',
])

function withPlace({ span, ...failure }: Failure, { span: own, excerpt }: BodyStatement): Failure {
  if (!span) return { ...failure, span: own }
  const place: Span = excerpt ? spanOutside(excerpt, span) : shifted(span, own.start)
  return { ...failure, span: place }
}
