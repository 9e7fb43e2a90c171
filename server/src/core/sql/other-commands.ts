import type { Span } from '../text'
import type { Command } from './commands'
import type { Call, Name, Uses } from './parts'
import type { CreateRoutine } from './routine-commands'

/**
 * Every other command, known by its tag. `relation` is the one it names, where it names one: the table of CREATE
 * POLICY, of CREATE RULE, of CREATE STATISTICS; the relations of GRANT are in `relations`.
 */
export interface OtherCommand {
  readonly tag: OtherTag
  /** What it makes or changes, where that is no relation: the statistics, the publication, the role. */
  readonly name?: { readonly schema?: string; readonly name: string }
  readonly relations: readonly (Name & { readonly only?: boolean })[]
  /** Tables that the expressions of CREATE POLICY and the actions of CREATE RULE read. */
  readonly reads?: readonly Name[]
  /** Tables that the actions of CREATE RULE write. */
  readonly writes?: readonly Name[]
  /** WITH (...) options by lower-case name, values as written: `connect` of CREATE SUBSCRIPTION, `hold` of DECLARE CURSOR. */
  readonly options?: Readonly<Record<string, string>>
  /** ALTER FUNCTION, PROCEDURE and ROUTINE: what becomes of which. */
  readonly routine?: AlteredRoutine
  /** REASSIGN OWNED and DROP OWNED: whose things. */
  readonly roles?: readonly string[]
  /** DROP OWNED ... CASCADE. */
  readonly cascade?: true
  /** ALTER PUBLICATION: what becomes of the tables it names. */
  readonly action?: 'ADD' | 'DROP' | 'SET'
  /** ALTER TRIGGER, POLICY, RULE, SCHEMA ... RENAME TO. */
  readonly rename?: { readonly from: string; readonly to: string }
  /** What CALL calls. */
  readonly calls?: readonly Call[]
  /** What EXPLAIN, PREPARE or DECLARE CURSOR has PostgreSQL plan. */
  readonly explained?: Command
  /** EXPLAIN ANALYZE. */
  readonly analyze?: boolean
  /** ALTER ROLE, ALTER DATABASE and ALTER SYSTEM ... SET. */
  readonly sets?: SessionDefault
  readonly grant?: Grant
  readonly policy?: Policy
  /** What the expressions and actions of a policy or a rule name; `columns` without their table. */
  readonly uses?: Uses & { readonly columns: readonly string[] }
  /** What sets off a rule. */
  readonly event?: RuleEvent
  /** DO INSTEAD without a condition: what sets off the rule does nothing itself. */
  readonly instead?: true
  /** CREATE ROLE and ALTER ROLE ... SUPERUSER. */
  readonly isSuperuser?: boolean
  /** The string that a role, a user mapping or a subscription gets a password from. */
  readonly password?: Password
  readonly keywords: Span
}

export interface AlteredRoutine extends Pick<CreateRoutine, 'securityDefiner' | 'ownParameters' | 'ownSearchPath'> {
  readonly schema?: string
  readonly name: string
  /** As in `Parameters`; absent where no arguments are written. */
  readonly signature?: string
  readonly renameTo?: string
  readonly setSchema?: string
  readonly volatility?: CreateRoutine['volatility']
}

/** A password in a statement. */
export interface Password {
  readonly span: Span
  /** What is written between the quotes. */
  readonly text: string
  /** Whose: `role "shop"`. */
  readonly of: string
}

export type RuleEvent = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE'

/** What GRANT gives. */
export interface Grant {
  /** In upper case; empty for ALL. */
  readonly privileges: readonly string[]
  /** `TABLE`, `SCHEMA`, `FUNCTION`, `SEQUENCE`, ... */
  readonly on: string
  /** ON SCHEMA and ON ALL ... IN SCHEMA: which. */
  readonly schemas: readonly string[]
  /** Of some columns of a table. */
  readonly ofColumns?: true
  /** `public` for PUBLIC. */
  readonly to: readonly string[]
  /** WITH GRANT OPTION. */
  readonly isGrantable: boolean
}

/** What a policy lets through. */
export interface Policy {
  readonly command: string
  readonly isPermissive: boolean
  /** `public` for PUBLIC, or where no role is named. */
  readonly to: readonly string[]
  /** Whether USING and WITH CHECK, as far as they are there, are the constant true. */
  readonly isAlwaysTrue: boolean
}

/** A parameter that sessions are to start with. */
export interface SessionDefault {
  /** Lower case; `all` for RESET ALL. */
  readonly parameter: string
  /** As in SET; absent for RESET and TO DEFAULT. */
  readonly value?: string
  /** ALTER ROLE: a name, or the words `CURRENT_USER`, `SESSION_USER`, `CURRENT_ROLE` and `ALL`. */
  readonly role?: string
  /** ALTER DATABASE, and ALTER ROLE ... IN DATABASE. */
  readonly database?: string
}

export type OtherTag =
  | 'CREATE POLICY'
  | 'ALTER POLICY'
  | 'CREATE RULE'
  | 'CREATE STATISTICS'
  | 'ALTER STATISTICS'
  | 'GRANT'
  | 'REVOKE'
  | 'GRANT ROLE'
  | 'REVOKE ROLE'
  | 'ALTER DEFAULT PRIVILEGES'
  | 'CREATE EXTENSION'
  | 'ALTER EXTENSION'
  | 'CREATE PUBLICATION'
  | 'ALTER PUBLICATION'
  | 'CREATE SUBSCRIPTION'
  | 'ALTER SUBSCRIPTION'
  | 'DROP SUBSCRIPTION'
  | 'CREATE DATABASE'
  | 'ALTER DATABASE'
  | 'DROP DATABASE'
  | 'CREATE TABLESPACE'
  | 'ALTER TABLESPACE'
  | 'DROP TABLESPACE'
  | 'CREATE ROLE'
  | 'ALTER ROLE'
  | 'DROP ROLE'
  | 'CREATE AGGREGATE'
  | 'CREATE OPERATOR'
  | 'CREATE OPERATOR CLASS'
  | 'CREATE OPERATOR FAMILY'
  | 'CREATE COLLATION'
  | 'CREATE CAST'
  | 'CREATE EVENT TRIGGER'
  | 'ALTER EVENT TRIGGER'
  | 'CREATE SERVER'
  | 'CREATE FOREIGN DATA WRAPPER'
  | 'CREATE USER MAPPING'
  | 'CREATE LANGUAGE'
  | 'CREATE ACCESS METHOD'
  | 'CREATE TRANSFORM'
  | 'CREATE CONVERSION'
  | 'CREATE TEXT SEARCH CONFIGURATION'
  | 'CREATE TEXT SEARCH DICTIONARY'
  | 'CREATE TEXT SEARCH PARSER'
  | 'CREATE TEXT SEARCH TEMPLATE'
  | 'DROP USER MAPPING'
  | 'SHOW'
  | 'ALTER TABLE ALL'
  | 'ALTER INDEX ALL'
  | 'ALTER MATERIALIZED VIEW ALL'
  | 'ALTER FUNCTION'
  | 'ALTER PROCEDURE'
  | 'ALTER SCHEMA'
  | 'ALTER TRIGGER'
  | 'ALTER RULE'
  | 'ALTER SYSTEM'
  | 'ALTER COLLATION'
  | 'ALTER CONVERSION'
  | 'ALTER LANGUAGE'
  | 'ALTER LARGE OBJECT'
  | 'ALTER OPERATOR'
  | 'ALTER OPERATOR CLASS'
  | 'ALTER OPERATOR FAMILY'
  | 'ALTER AGGREGATE'
  | 'ALTER ROUTINE'
  | 'ALTER SERVER'
  | 'ALTER FOREIGN DATA WRAPPER'
  | 'ALTER USER MAPPING'
  | 'ALTER TEXT SEARCH CONFIGURATION'
  | 'ALTER TEXT SEARCH DICTIONARY'
  | 'ALTER TEXT SEARCH PARSER'
  | 'ALTER TEXT SEARCH TEMPLATE'
  | 'REASSIGN OWNED'
  | 'DROP OWNED'
  | 'IMPORT FOREIGN SCHEMA'
  | 'SECURITY LABEL'
  | 'SET CONSTRAINTS'
  | 'EXPLAIN'
  | 'CALL'
  | 'EXECUTE'
  | 'PREPARE'
  | 'DEALLOCATE'
  | 'DECLARE CURSOR'
  | 'FETCH'
  | 'CLOSE CURSOR'
  | 'LISTEN'
  | 'NOTIFY'
  | 'UNLISTEN'
  | 'DISCARD'
  | 'CHECKPOINT'
  | 'LOAD'
  | 'OTHER'
