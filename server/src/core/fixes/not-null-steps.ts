import type { RuleContext } from '../judgement/context'
import { asTable, relationNamed } from '../postgres/catalog'
import { nameOfCheck, nameOfNotNull } from '../postgres/names'
import type { Name } from '../sql/parts'
import { quoted } from '../sql/quote'
import type { Part } from './placement'

/** NOT NULL of one column, in two transactions: neither keeps anybody waiting while rows are read. */
export interface Proof {
  /** The name of the constraint that is validated. */
  readonly name: string
  /** The clause of ALTER TABLE that comes first. */
  readonly clause: string
  /** Statements of the first transaction, and those that undo them. */
  readonly add: string
  readonly remove: string
  /** Statements of the second, and those that undo them: the constraint is left as it was found. */
  readonly prove: readonly string[]
  readonly unprove: string
}

/**
 * Returns the steps to NOT NULL. Since PostgreSQL 18 a NOT NULL constraint may itself be NOT VALID
 * (sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT); before, a validated CHECK proves it.
 */
export function proofOfNotNull(
  table: Name,
  tableText: string,
  column: string,
  context: RuleContext,
  given?: ReadonlySet<string>,
): Proof {
  const isNative = context.settings.postgres >= 18
  const name = isNative ? nativeName(table, column, context, given) : checkName(table, column, context, given)
  const alter = `ALTER TABLE ${tableText}`
  const constraint = quoted(name)
  const remove = `${alter} DROP CONSTRAINT ${constraint};`
  const validate = `${alter} VALIDATE CONSTRAINT ${constraint};`
  if (isNative) {
    const clause = `ADD CONSTRAINT ${constraint} NOT NULL ${quoted(column)} NOT VALID`
    return { name, clause, add: `${alter} ${clause};`, remove, prove: [validate], unprove: '' }
  }
  const clause = `ADD CONSTRAINT ${constraint} CHECK (${quoted(column)} IS NOT NULL) NOT VALID`
  const add = `${alter} ${clause};`
  const dropNotNull = `${alter} ALTER COLUMN ${quoted(column)} DROP NOT NULL;`
  return {
    name,
    clause,
    add,
    remove,
    prove: [validate, `${alter} ALTER COLUMN ${quoted(column)} SET NOT NULL;`, remove],
    unprove: `${add}\n${dropNotNull}`,
  }
}

/** Returns the steps to NOT NULL of columns, each under a name of its own. */
export function proofsOfNotNull(
  table: Name,
  tableText: string,
  columns: readonly string[],
  context: RuleContext,
): readonly Proof[] {
  const given = new Set<string>()
  return columns.map(column => {
    const proof = proofOfNotNull(table, tableText, column, context, given)
    given.add(proof.name)
    return proof
  })
}

/** Returns the migrations that make columns NOT NULL, one after the other. */
export function notNullParts(
  table: Name,
  tableText: string,
  columns: readonly string[],
  context: RuleContext,
): [Part, Part] {
  const proofs = proofsOfNotNull(table, tableText, columns, context)
  const title = `${table.name}_${columns.join('_')}_not_null`
  return [
    {
      title: `add_${title}`,
      up: proofs.map(({ add }) => add),
      down: { edits: [], text: proofs.map(({ remove }) => remove).join('\n') },
      transaction: true,
    },
    {
      title: `validate_${title}`,
      // All are validated before the first takes ACCESS EXCLUSIVE.
      up: [...proofs.flatMap(({ prove }) => prove.slice(0, 1)), ...proofs.flatMap(({ prove }) => prove.slice(1))],
      down: {
        edits: [],
        text: proofs
          .map(({ unprove }) => unprove)
          .filter(text => text !== '')
          .join('\n'),
      },
      transaction: true,
    },
  ]
}

/** Long names may come to the same as that of another column. */
function nativeName(table: Name, column: string, { catalog }: RuleContext, given?: ReadonlySet<string>): string {
  const { constraints = [], columns = [] } = asTable(relationNamed(catalog, table)) ?? {}
  const others = columns.filter(({ name, notNull }) => notNull && name !== column)
  return nameOfNotNull(
    table,
    column,
    new Set([
      ...(given ?? []),
      ...constraints.map(({ name }) => name),
      ...others.map(({ name }) => nameOfNotNull(table, name)),
    ]),
  )
}

/** Not the name that PostgreSQL 18 gives to the NOT NULL constraint itself. */
const checkName = (table: Name, column: string, { catalog }: RuleContext, given?: ReadonlySet<string>): string =>
  nameOfCheck(
    catalog,
    { schema: '', name: table.name, constraints: asTable(relationNamed(catalog, table))?.constraints ?? [] },
    [`${column}_not_null`],
    given,
  )
