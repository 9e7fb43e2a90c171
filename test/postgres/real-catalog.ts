import type { Session } from '../../scripts/postgres/session'
import {
  asTable,
  type Catalog,
  type Domain,
  isIndex,
  keyOfRelation,
  type Relation,
  type Table,
} from '../../server/src/core/postgres/catalog'

/** A relation in words, one line for each fact, so that two catalogs can be compared and a difference read. */
export type Description = Readonly<Record<string, readonly string[]>>

/** Returns what PostgreSQL's catalog says of all relations that are not its own. */
export async function realCatalog(session: Session): Promise<Description> {
  const facts = new Map<string, string[]>()
  const { rows, error } = await session.run(queries.join('\nUNION ALL\n'))
  if (error) throw new Error(error.message)
  for (const [relation = '', fact = ''] of rows) facts.set(relation, [...(facts.get(relation) ?? []), fact])
  return sorted(facts)
}

const relationName = (oid: string) =>
  `(SELECT CASE WHEN nspname ~ '^pg_temp' THEN 'pg_temp' ELSE nspname END || '.' || relname
    FROM pg_class x JOIN pg_namespace y ON y.oid = relnamespace WHERE x.oid = ${oid})`

const isOurs = (relation: string) =>
  `${relation}.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_(?!temp)' AND nspname <> 'information_schema')`

const columnNames = (relation: string, numbers: string) =>
  `(SELECT coalesce(string_agg(coalesce(attname, '?'), ',' ORDER BY n), '') FROM unnest(${numbers}) WITH ORDINALITY AS u(number, n)
    LEFT JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = u.number AND u.number <> 0)`

const queries = [
  `SELECT ${relationName('c.oid')}, CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
     WHEN 'm' THEN 'materialized view' WHEN 'i' THEN 'index' WHEN 'I' THEN 'partitioned index' WHEN 'S' THEN 'sequence'
     WHEN 'c' THEN 'composite type' WHEN 'f' THEN 'foreign table' ELSE relkind::text END
   FROM pg_class c WHERE ${isOurs('c')}`,
  `SELECT ${relationName('attrelid')}, 'column ' || attname || ' ' || t.typname || CASE WHEN attnotnull AND NOT EXISTS (SELECT FROM pg_constraint n WHERE n.conrelid = attrelid
       AND contype = 'n' AND conkey = ARRAY[attnum] AND NOT convalidated) THEN ' not null' ELSE '' END
     || CASE WHEN attidentity <> '' THEN ' identity' ELSE '' END || CASE WHEN attgenerated <> '' THEN ' generated' ELSE '' END
     || CASE WHEN attgenerated = '' AND pg_get_expr(adbin, adrelid) !~ '^NULL::' THEN ' default' ELSE '' END
   FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN pg_type t ON t.oid = atttypid
     LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
   WHERE ${isOurs('c')} AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped`,
  `SELECT ${relationName('conrelid')}, CASE contype WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' WHEN 'c' THEN 'CHECK'
     WHEN 'f' THEN 'FOREIGN KEY' ELSE 'EXCLUDE' END || ' ' || conname || ' (' || CASE WHEN contype = 'c' THEN '' ELSE ${columnNames('conrelid', 'array_remove(conkey, 0::int2)')} END
     || ')' || CASE WHEN convalidated THEN '' ELSE ' not valid' END
     || CASE WHEN contype = 'f' THEN ' to ' || ${relationName('confrelid')} || ' (' || ${columnNames('confrelid', 'confkey')} || ')' ELSE '' END
   FROM pg_constraint JOIN pg_class c ON c.oid = conrelid
   WHERE ${isOurs('c')} AND contype IN ('p', 'u', 'c', 'f', 'x')
     AND (contype <> 'f' OR conparentid = 0 OR conrelid <> (SELECT conrelid FROM pg_constraint p WHERE p.oid = pg_constraint.conparentid))`,
  `SELECT ${relationName('indexrelid')}, 'on ' || ${relationName('indrelid')} || ' (' || ${columnNames('indrelid', 'indkey::int2[]')} || ')'
     || CASE WHEN indisunique THEN ' unique' ELSE '' END || CASE WHEN indisprimary THEN ' primary' ELSE '' END
     || CASE WHEN indpred IS NOT NULL THEN ' partial' ELSE '' END || ' ' || amname
   FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_am ON pg_am.oid = relam WHERE ${isOurs('c')}`,
  `SELECT ${relationName('inhrelid')}, CASE WHEN c.relispartition THEN 'part of ' ELSE 'inherits ' END || ${relationName('inhparent')}
   FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE ${isOurs('c')}`,
  `SELECT ${relationName('objid')}, 'owned by ' || ${relationName('refobjid')} || '.' || attname
   FROM pg_depend JOIN pg_class c ON c.oid = objid AND relkind = 'S' JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
   WHERE ${isOurs('c')} AND classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i')`,
  // Before 15 those that partitions have of their parent's count as internal, as those of constraints do.
  `SELECT ${relationName('tgrelid')}, 'trigger ' || tgname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
   WHERE ${isOurs('c')} AND (NOT tgisinternal OR tgconstraint = 0)`,
  `SELECT ${relationName('polrelid')}, 'policy ' || polname FROM pg_policy JOIN pg_class c ON c.oid = polrelid WHERE ${isOurs('c')}`,
  `SELECT ${relationName('c.oid')}, 'row level security' FROM pg_class c WHERE ${isOurs('c')} AND relrowsecurity`,
  `SELECT ${relationName('ev_class')}, 'rule ' || rulename FROM pg_rewrite JOIN pg_class c ON c.oid = ev_class
   WHERE ${isOurs('c')} AND rulename <> '_RETURN'`,
  `SELECT 'type ' || nspname || '.' || typname, CASE typtype
     WHEN 'd' THEN 'domain' || CASE WHEN typnotnull THEN ' not null' ELSE '' END || CASE WHEN typdefault IS NULL THEN '' ELSE ' default' END
       || (SELECT coalesce(string_agg(' ' || conname, '' ORDER BY conname), '') FROM pg_constraint WHERE contypid = c.oid AND contype = 'c')
     ELSE 'enum '
     || (SELECT coalesce(string_agg(enumlabel, ',' ORDER BY enumsortorder), '') FROM pg_enum WHERE enumtypid = c.oid) END
   FROM (SELECT *, typnamespace AS relnamespace FROM pg_type) c JOIN pg_namespace n ON n.oid = relnamespace
   WHERE ${isOurs('c')} AND typtype IN ('d', 'e')`,
  `SELECT DISTINCT 'routine ' || nspname || '.' || proname, 'routine'
   FROM (SELECT proname, pronamespace AS relnamespace FROM pg_proc WHERE prokind <> 'a') c JOIN pg_namespace n ON n.oid = relnamespace WHERE ${isOurs('c')}`,
]

/** Returns the same of our catalog. Tables whose columns it does not claim to know have none. */
export function describedCatalog(catalog: Catalog): Description {
  const facts = new Map<string, string[]>()
  for (const [key, relation] of catalog.relations) facts.set(key, factsOf(relation))
  for (const [key, type] of catalog.types) {
    if (type.kind === 'domain') facts.set(`type ${key}`, [factOfDomain(type)])
    if (type.kind === 'enum') facts.set(`type ${key}`, [`enum ${type.labels.join()}`])
  }
  for (const key of catalog.routines.keys()) facts.set(`routine ${key}`, ['routine'])
  return sorted(facts)
}

function factOfDomain({ constraints, default: value }: Domain): string {
  const checks = constraints.filter(({ kind }) => kind === 'CHECK').map(({ name }) => ` ${name}`)
  const isNotNull = checks.length < constraints.length
  return `domain${isNotNull ? ' not null' : ''}${value ? ' default' : ''}${checks.sort().join('')}`
}

function factsOf(relation: Relation): string[] {
  if (isIndex(relation)) {
    const columns = [...relation.columns.map(column => column ?? '?'), ...relation.include]
    const flags = [relation.unique && ' unique', relation.primary && ' primary', relation.partial && ' partial']
    const on = `on ${relation.table} (${columns.join(',')})${flags.filter(Boolean).join('')} ${relation.method}`
    return [relation.kind, on, ...(relation.partitionOf ? [`part of ${relation.partitionOf}`] : [])]
  }
  if (relation.kind === 'sequence')
    return [
      relation.kind,
      ...(relation.ownedBy ? [`owned by ${relation.ownedBy.table}.${relation.ownedBy.column}`] : []),
    ]
  const table = asTable(relation)
  return table ? factsOfTable(table) : [relation.kind]
}

function factsOfTable(table: Table): string[] {
  const isStored = table.kind === 'table' || table.kind === 'partitioned table'
  return [
    table.kind,
    ...(isStored ? table.columns : []).map(
      ({ name, type, notNull, identity, generated, default: value }) =>
        `column ${name} ${type.dimensions > 0 ? '_' : ''}${type.name}${notNull ? ' not null' : ''}${identity ? ' identity' : ''}${
          generated ? ' generated' : ''
        }${value ? ' default' : ''}`,
    ),
    ...table.constraints
      .filter(({ kind }) => kind !== 'NOT NULL')
      .map(({ kind, name, columns, validated, references }) => {
        const to = references ? ` to ${references.table} (${references.columns.join(',')})` : ''
        const named = kind === 'CHECK' ? '' : columns.join(',')
        return `${kind} ${name} (${named})${validated ? '' : ' not valid'}${to}`
      }),
    ...(table.partitionOf ? [`part of ${table.partitionOf}`] : []),
    ...table.inherits.map(parent => `inherits ${parent}`),
    ...table.triggers.map(({ name }) => `trigger ${name}`),
    ...(table.policies ?? []).map(({ name }) => `policy ${name}`),
    ...(table.rules ?? []).map(({ name }) => `rule ${name}`),
    ...(table.rowSecurity ? ['row level security'] : []),
  ]
}

/** Returns the keys of tables whose columns our catalog does not claim to know. */
export const unknownColumns = (catalog: Catalog): string[] =>
  [...catalog.relations.values()].filter(relation => asTable(relation)?.columnsKnown === false).map(keyOfRelation)

const sorted = (facts: ReadonlyMap<string, readonly string[]>): Description =>
  Object.fromEntries([...facts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, lines]) => [key, [...lines].sort()]))
