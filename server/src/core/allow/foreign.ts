import type { Said } from './allowances'

/**
 * Returns what another linter's ignore comment allows, in our rules; undefined for all other comments, and for those that name
 * rules that we have none for. Notations: squawk (squawkhq.com/docs/cli#disabling-rules-via-comments), eugene
 * (github.com/kaaveland/eugene, "Ignoring hints"), atlas (atlasgo.io/lint/analyzers, "nolint"), pgfence (its README,
 * "Suppressing warnings"), diesel-guard (its README, "Safety-assured blocks").
 */
export function foreignAllowance(comment: string): Said | undefined {
  // squawk takes what stands behind a second pair of dashes for the reason.
  const text = comment.replace(/^--\s*|^\/\*\s*|\s*\*\/$/g, '').replace(/\s--\s.*$/s, '')
  if (/^safety-assured:start\s*$/i.test(text)) return { rules: 'all', endsAt: /^--\s*safety-assured:end/i }
  for (const { pattern, rules } of notations) {
    const [, file, list] = pattern.exec(text) ?? []
    if (list === undefined) continue
    const names = list.split(/[\s,]+/).filter(name => name !== '')
    const where = { isWholeFile: file !== undefined, isOfFileAtHead: rules === atlas }
    if (names.length === 0) return { rules: 'all', ...where }
    const ours = names.flatMap(name => rules[name] ?? [])
    return ours.length > 0 ? { rules: ours.map(id => ({ id })), ...where } : undefined
  }
  return undefined
}

const squawk: Readonly<Record<string, readonly string[]>> = {
  'require-concurrent-index-creation': ['index-without-concurrently'],
  'require-concurrent-index-deletion': ['drop-index-without-concurrently'],
  'constraint-missing-not-valid': ['foreign-key-validated-at-once', 'check-validated-at-once'],
  'adding-foreign-key-constraint': ['foreign-key-validated-at-once'],
  'adding-not-nullable-field': ['not-null-scan', 'required-column-without-default'],
  'adding-required-field': ['required-column-without-default'],
  'adding-field-with-default': ['volatile-default'],
  'adding-serial-primary-key-field': ['primary-key-builds-index', 'volatile-default'],
  'disallowed-unique-constraint': ['unique-constraint-builds-index'],
  'changing-column-type': ['column-type-rewrite'],
  'ban-drop-column': ['dropped-column'],
  'ban-drop-table': ['dropped-table'],
  'renaming-column': ['renamed-column'],
  'renaming-table': ['renamed-table'],
  'ban-concurrent-index-creation-in-transaction': ['concurrently-in-transaction-block'],
  'adding-primary-key-constraint': ['primary-key-builds-index'],
  'ban-alter-domain-with-add-constraint': ['domain-constraint-scan'],
  'ban-create-domain-with-constraint': ['domain-constraint-scan'],
  'ban-char-field': ['blank-padded-type'],
  'ban-drop-database': ['dropped-schema'],
  'ban-drop-not-null': ['dropped-not-null'],
  'ban-truncate-cascade': ['truncated-table'],
  'ban-uncommitted-transaction': ['uncommitted-transaction'],
  'transaction-nesting': ['nested-transaction'],
  'prefer-big-int': ['integer-key'],
  'prefer-bigint-over-int': ['integer-key'],
  'prefer-bigint-over-smallint': ['integer-key'],
  'prefer-identity': ['serial-column'],
  'prefer-robust-stmts': ['unguarded-statement'],
  'prefer-text-field': ['length-limit'],
  'prefer-timestamptz': ['timestamp-without-time-zone'],
  'prefer-timestamp-tz': ['timestamp-without-time-zone'],
  'require-timeout-settings': ['lock-timeout-missing'],
  'require-concurrent-partition-detach': ['detach-partition-without-concurrently'],
  'require-concurrent-reindex': ['reindex-without-concurrently'],
  'require-lock-timeout': ['lock-timeout-missing'],
  'prefer-repack': ['table-rewritten'],
  'identifier-too-long': ['identifier-cut'],
}

const eugene: Readonly<Record<string, readonly string[]>> = {
  E1: ['check-validated-at-once', 'foreign-key-validated-at-once'],
  E2: ['not-null-scan'],
  E3: ['json-column'],
  E4: ['work-under-lock', 'unbatched-backfill', 'validated-in-same-transaction'],
  E5: ['column-type-rewrite'],
  E6: ['index-without-concurrently'],
  E7: ['unique-constraint-builds-index', 'primary-key-builds-index'],
  E8: ['exclusion-constraint-builds-index'],
  E9: ['lock-timeout-missing'],
  E10: ['volatile-default', 'column-type-rewrite', 'table-rewritten'],
  E11: ['volatile-default'],
  E15: ['foreign-key-without-index'],
  W13: ['enum-type'],
  W14: ['primary-key-builds-index'],
}

const atlas: Readonly<Record<string, readonly string[]>> = {
  destructive: ['dropped-column', 'dropped-table', 'dropped-schema'],
  DS101: ['dropped-schema'],
  DS102: ['dropped-table'],
  DS103: ['dropped-column'],
  data_depend: ['required-column-without-default', 'not-null-scan'],
  MF103: ['required-column-without-default'],
  MF104: ['not-null-scan'],
  incompatible: ['renamed-column', 'renamed-table'],
  BC101: ['renamed-table'],
  BC102: ['renamed-column'],
  concurrent_index: [
    'index-without-concurrently',
    'drop-index-without-concurrently',
    'concurrently-in-transaction-block',
  ],
  PG101: ['index-without-concurrently'],
  PG102: ['drop-index-without-concurrently'],
  PG103: ['concurrently-in-transaction-block'],
  PG104: ['primary-key-builds-index'],
  PG105: ['unique-constraint-builds-index'],
  PG301: ['column-type-rewrite'],
  PG302: ['volatile-default'],
  PG303: ['not-null-scan'],
  PG305: ['check-validated-at-once'],
  PG306: ['foreign-key-validated-at-once'],
  PG109: ['exclusion-constraint-builds-index'],
  PG304: ['primary-key-builds-index'],
  PG307: ['table-rewritten'],
  PG309: ['volatile-default'],
  PG310: ['volatile-default'],
  PG311: ['table-rewritten'],
  PG312: ['primary-key-dropped'],
  nestedtx: ['nested-transaction'],
  TX201: ['nested-transaction'],
}

const pgfence: Readonly<Record<string, readonly string[]>> = {
  'create-index-not-concurrent': ['index-without-concurrently'],
  'drop-index-not-concurrent': ['drop-index-without-concurrently'],
  'add-column-not-null-no-default': ['required-column-without-default'],
  'add-column-non-constant-default': ['volatile-default'],
  'alter-column-type': ['column-type-rewrite'],
  'alter-column-set-not-null': ['not-null-scan'],
  'add-constraint-fk-no-not-valid': ['foreign-key-validated-at-once'],
  'add-constraint-check-no-not-valid': ['check-validated-at-once'],
  'add-constraint-unique': ['unique-constraint-builds-index'],
  'add-pk-without-using-index': ['primary-key-builds-index'],
  'drop-table': ['dropped-table'],
  'drop-column': ['dropped-column'],
  'rename-column': ['renamed-column'],
  'rename-table': ['renamed-table'],
  'add-column-serial': ['volatile-default'],
  'add-column-stored-generated': ['volatile-default'],
  'add-column-default-pre-pg11': ['volatile-default'],
  'add-column-json': ['json-column'],
  'add-constraint-exclude': ['exclusion-constraint-builds-index'],
  'add-pk-using-index': ['primary-key-builds-index'],
  'alter-enum-add-value': ['enum-value-used-at-once'],
  'attach-partition': ['attach-partition-scan'],
  'detach-partition': ['detach-partition-without-concurrently'],
  'ban-alter-domain-add-constraint': ['domain-constraint-scan'],
  'ban-create-domain-with-constraint': ['domain-constraint-scan'],
  'ban-char-field': ['blank-padded-type'],
  'concurrent-in-transaction': ['concurrently-in-transaction-block'],
  'delete-without-where': ['unbatched-backfill'],
  'update-in-migration': ['unbatched-backfill'],
  'drop-database': ['dropped-schema'],
  'drop-not-null': ['dropped-not-null'],
  'enable-disable-trigger': ['triggers-disabled'],
  'fk-missing-index': ['foreign-key-without-index'],
  'missing-lock-timeout': ['lock-timeout-missing'],
  'lock-timeout-zero': ['lock-timeout-missing'],
  'not-valid-validate-same-tx': ['validated-in-same-transaction'],
  'prefer-bigint-over-int': ['integer-key'],
  'prefer-identity': ['serial-column'],
  'prefer-text-field': ['length-limit'],
  'prefer-timestamptz': ['timestamp-without-time-zone'],
  'prefer-robust-create-index': ['unguarded-statement'],
  'prefer-robust-create-table': ['unguarded-statement'],
  'prefer-robust-drop-index': ['unguarded-statement'],
  'prefer-robust-drop-table': ['unguarded-statement'],
  'refresh-matview-blocking': ['refresh-without-concurrently'],
  'reindex-non-concurrent': ['reindex-without-concurrently'],
  'rename-schema': ['moved-schema'],
  'set-logged-unlogged': ['table-rewritten'],
  'vacuum-full': ['table-rewritten'],
  'statement-after-access-exclusive': ['work-under-lock', 'unbatched-backfill', 'validated-in-same-transaction'],
  truncate: ['truncated-table'],
  'truncate-cascade': ['truncated-table'],
  'unclosed-transaction': ['uncommitted-transaction'],
  'wide-lock-window': ['many-tables-locked'],
}

/** Each finds whether the comment is for the file, and the names. */
const notations = [
  { pattern: /^squawk-ignore(-file)?(?![\w-])(.*)$/i, rules: squawk },
  { pattern: /^eugene:\s*()?ignore(?!\w)(.*)$/i, rules: eugene },
  { pattern: /^atlas:()?nolint(?!\w)(.*)$/i, rules: atlas },
  { pattern: /^pgfence(?:-ignore(?![\w-])|:\s*ignore(?!\w))()?:?(.*)$/i, rules: pgfence },
] as const
