import type { CreatePolicyStmt, CreateRoleStmt, GrantStmt, Node } from 'libpg-query'
import type { Grant, Policy } from './commands'
import { fields } from './nodes'

/** Returns what GRANT gives to whom. */
export const grantOf = ({ privileges, grantees, grant_option, objtype }: GrantStmt): Grant => ({
  privileges: (privileges ?? []).flatMap(node => fields(node).AccessPriv?.priv_name?.toUpperCase() ?? []),
  on: (objtype ?? '').replace('OBJECT_', ''),
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

/** Returns whether CREATE ROLE makes a superuser. */
export const isSuperuser = ({ options }: CreateRoleStmt): boolean =>
  (options ?? []).some(node => {
    const { defname, arg } = fields(node).DefElem ?? {}
    return defname === 'superuser' && fields(arg).Boolean?.boolval === true
  })

/** Returns the roles by name; `public` for PUBLIC. */
export const rolesOf = (nodes: readonly Node[] | undefined): string[] =>
  (nodes ?? []).flatMap(node => {
    const role = fields(node).RoleSpec
    if (!role) return []
    return role.roletype === 'ROLESPEC_PUBLIC' ? ['public'] : [role.rolename ?? role.roletype ?? '']
  })

const isTrue = (node: Node | undefined): boolean => fields(node).A_Const?.boolval?.boolval === true
