import type { CreatePolicyStmt, CreateRoleStmt, GrantStmt, Node, ObjectWithArgs, RangeVar } from 'libpg-query'
import type { Command } from './commands'
import { constantText } from './constants'
import { droppedParts, signatureOf } from './drop'
import { callsIn, columnsIn, relationsIn, usesIn } from './expressions'
import { fields, nameFromParts, nameOf, strings, walk } from './nodes'
import type { OtherCommand, OtherTag, RuleEvent } from './other-commands'
import { type DefaultStatement, sessionDefault } from './parameters'
import type { Name } from './parts'
import { grantOf, passwordIn, policyOf, roleOf, rolesOf } from './privileges'
import { securityOf } from './routine'
import { type Source, spanOf } from './source'

/** Returns a command that is known by its tag alone; `commandOf` reads what EXPLAIN explains. */
export function other(
  kind: string,
  statement: unknown,
  source: Source,
  commandOf: (node: Node, source: Source) => Command,
): OtherCommand {
  const { query, ...raw } = statement as OtherStatement
  const direct = [raw.table, raw.relation].flatMap(relation => (relation?.relname ? [nameOf(relation, source)] : []))
  const all =
    direct.length > 0 ? direct : [...published(raw.pubobjects, source), ...relationsIn({ ...raw, query }, source)]
  const reads = direct.length > 0 ? relationsIn({ ...raw, query }, source) : []
  const writes = writtenBy(raw.actions, source)
  const explained = explaining.has(kind) && query ? commandOf(query, source) : undefined
  const parts = strings(raw.defnames as Node[] | undefined)
  const sets = sessionDefault(kind, statement as DefaultStatement)
  const password = passwordIn(kind, statement, source)
  return {
    tag: otherTag(kind, statement, source),
    ...(raw.action && { action: actions[raw.action] }),
    ...nameOfPart(raw),
    ...(raw.extname !== undefined && { name: { name: raw.extname } }),
    ...(parts.length > 0 && { name: nameFromParts(parts, spanOf(source, 0, 0)) }),
    relations: all,
    ...(reads.length > 0 && { reads }),
    ...(writes.length > 0 && { writes }),
    ...(raw.options !== undefined && { options: optionsOf(raw.options) }),
    ...(raw.target && { options: { target: raw.target.replace('DISCARD_', '').toLowerCase() } }),
    ...(raw.subname !== undefined && raw.newname !== undefined && { rename: { from: raw.subname, to: raw.newname } }),
    ...(raw.funccall !== undefined && { calls: callsIn({ FuncCall: raw.funccall }) }),
    ...alteredRoutine(raw, source),
    ...(owning.has(kind) && { roles: rolesOf(raw.roles) }),
    ...(owning.has(kind) && raw.behavior === 'DROP_CASCADE' && { cascade: true }),
    ...(explained && { explained }),
    ...(sets && { sets }),
    ...(kind === 'GrantStmt' && { grant: grantOf(statement as GrantStmt) }),
    ...(named.has(kind) && { uses: { calls: [], ...usesIn(raw), columns: columnsIn(raw) } }),
    ...(raw.instead && !raw.whereClause && { instead: true }),
    ...(raw.event && { event: raw.event.replace('CMD_', '') as RuleEvent }),
    ...(kind === 'CreatePolicyStmt' && { policy: policyOf(statement as CreatePolicyStmt) }),
    ...(makingRoles.has(kind) && roleOf(statement as CreateRoleStmt)),
    ...(password && { password }),
    ...(kind === 'ExplainStmt' && { analyze: isAnalyze(raw.options ?? []) }),
    keywords: spanOf(source, 0, 1),
  }
}

/** The fields of all these statements that are looked at. */
interface OtherStatement {
  readonly table?: RangeVar
  readonly relation?: RangeVar
  readonly query?: Node
  readonly actions?: readonly Node[]
  /** A number for DECLARE CURSOR: the sum of its flags. */
  readonly options?: readonly Node[] | number
  readonly pubobjects?: readonly Node[]
  readonly target?: string
  readonly action?: string
  readonly pubname?: string
  readonly policy_name?: string
  readonly rulename?: string
  readonly extname?: string
  readonly defnames?: readonly Node[]
  readonly subname?: string
  readonly newname?: string
  readonly funccall?: unknown
  readonly event?: string
  readonly instead?: boolean
  readonly roles?: readonly Node[]
  readonly behavior?: string
  readonly func?: ObjectWithArgs
  readonly object?: Node
  readonly renameType?: string
  readonly objectType?: string
  readonly newschema?: string
  readonly whereClause?: Node
}

/** ALTER FUNCTION and its like, by the shape of their statements. */
function alteredRoutine(raw: OtherStatement, source: Source): Pick<OtherCommand, 'routine'> {
  const isRoutine = routineTypes.has(raw.renameType ?? raw.objectType ?? '')
  const object: Node | undefined = raw.func ? { ObjectWithArgs: raw.func } : isRoutine ? raw.object : undefined
  if (!object) return {}
  const { schema, name } = nameFromParts(droppedParts(object), { start: 0, end: 0 })
  const signature = signatureOf(object)
  const options = raw.func ? (raw.actions ?? []) : []
  const { volatility } = optionsOf(options)
  return {
    routine: {
      ...(schema !== undefined && { schema }),
      name,
      ...(signature !== undefined && { signature }),
      ...(raw.newname !== undefined && { renameTo: raw.newname }),
      ...(raw.newschema !== undefined && { setSchema: raw.newschema }),
      ...(volatility && { volatility: volatility as 'stable' }),
      ...securityOf(options, source, 2),
    },
  }
}

const routineTypes: ReadonlySet<string> = new Set(['OBJECT_FUNCTION', 'OBJECT_PROCEDURE', 'OBJECT_ROUTINE'])

const makingRoles: ReadonlySet<string> = new Set(['CreateRoleStmt', 'AlterRoleStmt'])

const owning: ReadonlySet<string> = new Set(['ReassignOwnedStmt', 'DropOwnedStmt'])

const named: ReadonlySet<string> = new Set(['CreatePolicyStmt', 'AlterPolicyStmt', 'RuleStmt'])

function nameOfPart({ pubname, policy_name, rulename }: OtherStatement) {
  const name = pubname ?? policy_name ?? rulename
  return name === undefined ? {} : { name: { name } }
}

const explaining: ReadonlySet<string> = new Set(['ExplainStmt', 'PrepareStmt', 'DeclareCursorStmt'])

const actions: Readonly<Record<string, OtherCommand['action']>> = {
  AP_AddObjects: 'ADD',
  AP_DropObjects: 'DROP',
  AP_SetObjects: 'SET',
}

const published = (objects: readonly Node[] | undefined, source: Source): OtherCommand['relations'] =>
  (objects ?? []).flatMap(object => {
    const relation = fields(object).PublicationObjSpec?.pubtable?.relation
    return relation ? [{ ...nameOf(relation, source), only: relation.inh !== true }] : []
  })

/** The tables that INSERT, UPDATE and DELETE in the actions of a rule write. */
function writtenBy(actions: readonly Node[] | undefined, source: Source): Name[] {
  const written: Name[] = []
  walk(actions, (kind, node: { relation?: RangeVar }) => {
    if (['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'].includes(kind) && node.relation)
      written.push(nameOf(node.relation, source))
  })
  return written
}

/** CURSOR_OPT_HOLD of PostgreSQL's source. */
const withHold = 0x20

function optionsOf(options: readonly Node[] | number): Record<string, string> {
  if (typeof options === 'number') return { hold: String((options & withHold) !== 0) }
  const found: Record<string, string> = {}
  for (const node of options) {
    const option = fields(node).DefElem
    if (!option?.defname) continue
    const { String: text, Integer: number, Boolean: truth, TypeName: type } = fields(option.arg)
    const value =
      text?.sval ?? strings(type?.names).at(-1) ?? constantText(option.arg) ?? number?.ival ?? truth?.boolval
    found[option.defname.toLowerCase()] = option.arg ? String(value ?? '') : 'true'
  }
  return found
}

const isAnalyze = (options: readonly Node[] | number): boolean => {
  const value = optionsOf(options).analyze
  return value !== undefined && !['false', 'off', '0'].includes(value.toLowerCase())
}

const otherTags: Record<string, OtherTag> = {
  CreatePolicyStmt: 'CREATE POLICY',
  AlterPolicyStmt: 'ALTER POLICY',
  RuleStmt: 'CREATE RULE',
  CreateStatsStmt: 'CREATE STATISTICS',
  AlterStatsStmt: 'ALTER STATISTICS',
  AlterDefaultPrivilegesStmt: 'ALTER DEFAULT PRIVILEGES',
  CreateExtensionStmt: 'CREATE EXTENSION',
  AlterExtensionStmt: 'ALTER EXTENSION',
  AlterExtensionContentsStmt: 'ALTER EXTENSION',
  CreatePublicationStmt: 'CREATE PUBLICATION',
  AlterPublicationStmt: 'ALTER PUBLICATION',
  CreateSubscriptionStmt: 'CREATE SUBSCRIPTION',
  AlterSubscriptionStmt: 'ALTER SUBSCRIPTION',
  DropSubscriptionStmt: 'DROP SUBSCRIPTION',
  CreatedbStmt: 'CREATE DATABASE',
  AlterDatabaseStmt: 'ALTER DATABASE',
  AlterDatabaseSetStmt: 'ALTER DATABASE',
  AlterDatabaseRefreshCollStmt: 'ALTER DATABASE',
  DropdbStmt: 'DROP DATABASE',
  CreateTableSpaceStmt: 'CREATE TABLESPACE',
  AlterTableSpaceOptionsStmt: 'ALTER TABLESPACE',
  DropTableSpaceStmt: 'DROP TABLESPACE',
  CreateRoleStmt: 'CREATE ROLE',
  AlterRoleStmt: 'ALTER ROLE',
  AlterRoleSetStmt: 'ALTER ROLE',
  DropRoleStmt: 'DROP ROLE',
  CreateOpClassStmt: 'CREATE OPERATOR CLASS',
  CreateOpFamilyStmt: 'CREATE OPERATOR FAMILY',
  CreateCastStmt: 'CREATE CAST',
  CreateEventTrigStmt: 'CREATE EVENT TRIGGER',
  AlterEventTrigStmt: 'ALTER EVENT TRIGGER',
  CreateForeignServerStmt: 'CREATE SERVER',
  CreateFdwStmt: 'CREATE FOREIGN DATA WRAPPER',
  CreateUserMappingStmt: 'CREATE USER MAPPING',
  CreatePLangStmt: 'CREATE LANGUAGE',
  CreateAmStmt: 'CREATE ACCESS METHOD',
  CreateTransformStmt: 'CREATE TRANSFORM',
  CreateConversionStmt: 'CREATE CONVERSION',
  AlterSystemStmt: 'ALTER SYSTEM',
  ReassignOwnedStmt: 'REASSIGN OWNED',
  DropOwnedStmt: 'DROP OWNED',
  ImportForeignSchemaStmt: 'IMPORT FOREIGN SCHEMA',
  SecLabelStmt: 'SECURITY LABEL',
  ConstraintsSetStmt: 'SET CONSTRAINTS',
  ExplainStmt: 'EXPLAIN',
  CallStmt: 'CALL',
  ExecuteStmt: 'EXECUTE',
  PrepareStmt: 'PREPARE',
  DeallocateStmt: 'DEALLOCATE',
  DeclareCursorStmt: 'DECLARE CURSOR',
  FetchStmt: 'FETCH',
  ClosePortalStmt: 'CLOSE CURSOR',
  ListenStmt: 'LISTEN',
  NotifyStmt: 'NOTIFY',
  UnlistenStmt: 'UNLISTEN',
  DiscardStmt: 'DISCARD',
  CheckPointStmt: 'CHECKPOINT',
  LoadStmt: 'LOAD',
  VariableShowStmt: 'SHOW',
}

/** Commands whose tag the object they name decides, read from their first words. */
const namedByWords =
  /^(?:(?:CREATE|ALTER|DROP)(?: OR REPLACE)? )?(?:TEXT SEARCH (?:CONFIGURATION|DICTIONARY|PARSER|TEMPLATE)|OPERATOR (?:CLASS|FAMILY)|EVENT TRIGGER|FOREIGN DATA WRAPPER|LARGE OBJECT|MATERIALIZED VIEW|USER MAPPING|ACCESS METHOD|\w+)/

function otherTag(kind: string, statement: unknown, source: Source): OtherTag {
  if (kind === 'GrantStmt') return (statement as { is_grant?: boolean }).is_grant ? 'GRANT' : 'REVOKE'
  if (kind === 'GrantRoleStmt') return (statement as { is_grant?: boolean }).is_grant ? 'GRANT ROLE' : 'REVOKE ROLE'
  if (kind === 'AlterTableMoveAllStmt') return moveAllTags[(statement as { objtype?: string }).objtype ?? ''] ?? 'OTHER'
  const words = source.tokens
    .slice(0, 6)
    .map(token => token.text.toUpperCase())
    .join(' ')
  const tag = otherTags[kind] ?? namedByWords.exec(words)?.[0].replace(' OR REPLACE', '')
  return tag === undefined || typedTags.test(tag) ? 'OTHER' : (tag as OtherTag)
}

const moveAllTags: Readonly<Record<string, OtherTag>> = {
  OBJECT_TABLE: 'ALTER TABLE ALL',
  OBJECT_INDEX: 'ALTER INDEX ALL',
  OBJECT_MATVIEW: 'ALTER MATERIALIZED VIEW ALL',
}

/** Tags whose commands have a type of their own: what has that tag but not that shape (ALTER TABLE ALL) has no tag here. */
const typedTags =
  /^(?:DROP (?!DATABASE|ROLE|TABLESPACE|SUBSCRIPTION|OWNED|USER MAPPING).*|(?:CREATE|ALTER) (?:TABLE|INDEX|VIEW|MATERIALIZED VIEW|SEQUENCE|FOREIGN TABLE|TYPE|DOMAIN)|CREATE (?:FUNCTION|PROCEDURE|TRIGGER|SCHEMA))$/
