/** Returns `name` as it must be written in SQL: quoted where PostgreSQL would fold it or read it as a keyword. */
export function quoted(name: string): string {
  const isPlain = /^[a-z_\u0080-\uffff][a-z0-9_$\u0080-\uffff]*$/.test(name) && !reserved.has(name)
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`
}

/** Returns a text as a string constant of SQL (sql-syntax-lexical.html#SQL-SYNTAX-STRINGS). */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Keywords that cannot name a column or a type unquoted in 18: sql-keywords-appendix.html; proven by pg_get_keywords(). */
const reserved = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column
  concurrently constraint create cross current_catalog current_date current_role current_schema current_time
  current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from
  full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime
  localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning
  right select session_user similar some symmetric system_user table tablesample then to trailing true union unique user
  using variadic verbose when where window with`.split(/\s+/),
)
