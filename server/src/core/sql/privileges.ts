import type {
  AlterRoleStmt,
  CreatePolicyStmt,
  CreateRoleStmt,
  CreateSubscriptionStmt,
  CreateUserMappingStmt,
  GrantStmt,
  Node,
} from 'libpg-query'
import { fields, strings } from './nodes'
import type { Grant, Password, Policy } from './other-commands'
import type { Source } from './source'

/** Returns what GRANT gives to whom. */
export const grantOf = ({ privileges, grantees, grant_option, objtype, targtype, objects }: GrantStmt): Grant => ({
  privileges: (privileges ?? []).flatMap(node => fields(node).AccessPriv?.priv_name?.toUpperCase() ?? []),
  on: (objtype ?? '').replace('OBJECT_', ''),
  schemas: targtype === 'ACL_TARGET_ALL_IN_SCHEMA' || objtype === 'OBJECT_SCHEMA' ? strings(objects) : [],
  ...((privileges ?? []).some(node => fields(node).AccessPriv?.cols) && { ofColumns: true as const }),
  to: rolesOf(grantees),
  isGrantable: grant_option === true,
})

/** Returns what CREATE POLICY lets whom do. */
export const policyOf = ({ cmd_name, permissive, roles, qual, with_check }: CreatePolicyStmt): Policy => ({
  command: (cmd_name ?? 'all').toUpperCase(),
  isPermissive: permissive === true,
  to: rolesOf(roles),
  isAlwaysTrue: [qual, with_check].some(isTrue) && [qual, with_check].every(node => !node || isTrue(node)),
})

/** Returns which role CREATE ROLE makes, and whether it or ALTER ROLE makes a superuser. */
export const roleOf = ({ role, options }: Partial<Pick<CreateRoleStmt, 'role' | 'options'>>) => ({
  ...(typeof role === 'string' && { name: { name: role } }),
  isSuperuser: (options ?? []).some(node => {
    const { defname, arg } = fields(node).DefElem ?? {}
    return defname === 'superuser' && fields(arg).Boolean?.boolval === true
  }),
})

/** Returns the password that a statement sets; undefined where it takes one away or sets none. */
export function passwordIn(kind: string, statement: unknown, source: Source): Password | undefined {
  const set = passwordOptions[kind]?.(statement as never)
  if (!set?.text) return undefined
  const word = source.tokens.findIndex(({ kind: token, text }) => token === 'word' && text === set.word)
  const string = source.tokens.slice(word).find(({ kind: token }) => token.endsWith('string'))
  return word < 0 || !string ? undefined : { span: string, text: set.text, of: set.of }
}

interface SetPassword {
  readonly text: string | undefined
  /** The password is the first string behind it. */
  readonly word: string
  readonly of: string
}

/** Returns the password in a connection string (libpq-connect.html#LIBPQ-CONNSTRING). */
export const passwordOfConnection = (text: string): string | undefined =>
  /\bpassword\s*=\s*(\S+)|\/\/[^:@/\s]+:([^@\s]+)@/.exec(text)?.slice(1).find(Boolean)

function ofMapping({ servername, options }: CreateUserMappingStmt): SetPassword {
  return { text: passwordOption(options), word: 'PASSWORD', of: `a user mapping for server "${servername}"` }
}

function ofSubscription({ subname, conninfo }: CreateSubscriptionStmt): SetPassword {
  return { text: passwordOfConnection(conninfo ?? ''), word: 'CONNECTION', of: `subscription "${subname}"` }
}

const passwordOptions: Readonly<Record<string, (statement: never) => SetPassword>> = {
  CreateRoleStmt: ({ role, options }: CreateRoleStmt) => ofRole(role, options),
  AlterRoleStmt: ({ role, options }: AlterRoleStmt) => ofRole(rolesOf([{ RoleSpec: role ?? {} }])[0], options),
  CreateUserMappingStmt: ofMapping,
  AlterUserMappingStmt: ofMapping,
  CreateSubscriptionStmt: ofSubscription,
  AlterSubscriptionStmt: ofSubscription,
}

const ofRole = (role: string | undefined, options: readonly Node[] | undefined): SetPassword => ({
  text: passwordOption(options),
  word: 'PASSWORD',
  of: `role "${role}"`,
})

const passwordOption = (options: readonly Node[] | undefined): string | undefined =>
  (options ?? [])
    .flatMap(node => fields(node).DefElem ?? [])
    .flatMap(({ defname, arg }) => (defname === 'password' ? [fields(arg).String?.sval] : []))[0]

/** Returns the roles by name; `public` for PUBLIC. */
export const rolesOf = (nodes: readonly Node[] | undefined): string[] =>
  (nodes ?? []).flatMap(node => {
    const role = fields(node).RoleSpec
    if (!role) return []
    return role.roletype === 'ROLESPEC_PUBLIC'
      ? ['public']
      : [role.rolename ?? (role.roletype ?? '').replace('ROLESPEC_', '')]
  })

const isTrue = (node: Node | undefined): boolean => fields(node).A_Const?.boolval?.boolval === true
