import type { AlterDomain, AlterType, CreateDomain, CreateType } from '../../sql/commands'
import type { ConstraintDefinition, Expression, TypeName } from '../../sql/parts'
import {
  type Catalog,
  creationSchema,
  type Domain,
  type DomainConstraint,
  key,
  keyIn,
  type Type,
  typeNamed,
} from '../catalog'
import { renamedRelation, withRelation } from '../edit'
import { columnsOfType } from '../searches'
import type { At } from './at'
import { withColumnChanged } from './columns'

/** Returns the catalog after CREATE TYPE and CREATE DOMAIN. */
export function withType(catalog: Catalog, command: CreateType | CreateDomain, at: At): Catalog {
  const name = command.tag === 'CREATE DOMAIN' ? command.domain : command.type
  const schema = creationSchema(catalog, name)
  const type = command.tag === 'CREATE DOMAIN' ? domainOf(catalog, command, at) : typeOf(command, at)
  const known: Catalog = { ...catalog, types: catalog.types.with(key(schema, name.name), type) }
  if (type.kind !== 'composite') return known
  return withRelation(known, { kind: 'composite type', schema, name: name.name, conditional: false, born: at.birth })
}

function domainOf(catalog: Catalog, command: CreateDomain, at: At): Domain {
  const { domain, type, constraints } = command
  const standard = command.default ?? defaultOf(type, catalog)
  let made = withDefault({ kind: 'domain', base: type, constraints: [], born: at.birth }, standard)
  for (const constraint of constraints) made = withConstraint(made, domain.name, constraint)
  return made
}

const defaultOf = (type: TypeName, catalog: Catalog): Expression | undefined => {
  const base = type.dimensions === 0 ? typeNamed(catalog, type) : undefined
  return base?.kind === 'domain' ? base.default : undefined
}

function withDefault({ default: _, ...domain }: Domain, expression: Expression | undefined): Domain {
  return expression && expression.kind !== 'null' ? { ...domain, default: expression } : domain
}

/** In a CHECK the value is written as a column with the name VALUE. */
function withConstraint(domain: Domain, of: string, { kind, name, refusesNull }: Addition): Domain {
  const constraint: DomainConstraint = {
    name: name?.name ?? defaultConstraint(of, domain, kind),
    kind: kind === 'NOT NULL' ? kind : 'CHECK',
    refusesNull: kind === 'NOT NULL' || refusesNull === true,
  }
  return { ...domain, constraints: [...domain.constraints, constraint] }
}

type Addition = Pick<ConstraintDefinition, 'kind' | 'name' | 'refusesNull'>

function defaultConstraint(of: string, { constraints }: Domain, kind: ConstraintDefinition['kind']): string {
  const name = `${of}_${kind === 'NOT NULL' ? 'not_null' : 'check'}`
  for (let n = 0; ; n++) {
    const candidate = n === 0 ? name : `${name}${n}`
    if (!constraints.some(taken => taken.name === candidate)) return candidate
  }
}

function typeOf(command: CreateType, at: At): Type {
  if (command.labels) return { kind: 'enum', labels: command.labels, born: at.birth }
  return { kind: command.attributes ? 'composite' : 'other', born: at.birth }
}

/** Returns the catalog after ALTER TYPE and ALTER DOMAIN. */
export function withTypeAltered(catalog: Catalog, command: AlterType | AlterDomain): Catalog {
  if (command.tag === 'ALTER DOMAIN') return withDomainAltered(catalog, command)
  const name = keyIn(catalog, catalog.types, command.type)
  const type = catalog.types.get(name)
  if (!type) return catalog
  if (command.renameTo || command.setSchema)
    return renamed(catalog, name, type, command.renameTo?.name, command.setSchema?.name)
  if (type.kind !== 'enum') return catalog
  return { ...catalog, types: catalog.types.with(name, { ...type, labels: labelsAfter(type.labels, command) }) }
}

function labelsAfter(labels: readonly string[], { addValue, renameValue }: AlterType): readonly string[] {
  if (addValue) return labels.includes(addValue.label) ? labels : withLabel(labels, addValue)
  if (renameValue) return labels.map(label => (label === renameValue.from ? renameValue.to : label))
  return labels
}

function withLabel(
  labels: readonly string[],
  { label, before, after }: NonNullable<AlterType['addValue']>,
): readonly string[] {
  const place = before === undefined ? labels.indexOf(after ?? '') + 1 : labels.indexOf(before)
  const isKnown = labels.includes(before ?? after ?? '')
  return isKnown ? labels.toSpliced(place, 0, label) : [...labels, label]
}

function renamed(catalog: Catalog, name: string, type: Type, renameTo?: string, setSchema?: string): Catalog {
  const dot = name.indexOf('.')
  const [schema, bare] = [setSchema ?? name.slice(0, dot), renameTo ?? name.slice(dot + 1)]
  const types = catalog.types.without(name).with(key(schema, bare), type)
  let result: Catalog = { ...catalog, types }
  for (const { table, column } of columnsOfType(catalog, name))
    result = withColumnChanged(
      result,
      table,
      column,
      known => ({ ...known, type: { ...known.type, schema, name: bare } }),
      true,
    )
  return type.kind === 'composite' ? renamedRelation(result, name, { schema, name: bare }) : result
}

function withDomainAltered(catalog: Catalog, command: AlterDomain): Catalog {
  const name = keyIn(catalog, catalog.types, command.domain)
  const domain = catalog.types.get(name)
  if (domain?.kind !== 'domain') return catalog
  if (command.renameTo !== undefined || command.setSchema !== undefined)
    return renamed(catalog, name, domain, command.renameTo, command.setSchema)
  return { ...catalog, types: catalog.types.with(name, domainAfter(domain, command)) }
}

function domainAfter(domain: Domain, command: AlterDomain): Domain {
  const { name } = command.domain
  switch (command.action) {
    case 'ADD CONSTRAINT':
      return command.constraint ? withConstraint(domain, name, command.constraint) : domain
    case 'SET NOT NULL':
      return domain.constraints.some(isNotNull) ? domain : withConstraint(domain, name, { kind: 'NOT NULL' })
    case 'DROP NOT NULL':
      return { ...domain, constraints: domain.constraints.filter(constraint => !isNotNull(constraint)) }
    case 'DROP CONSTRAINT':
      return { ...domain, constraints: domain.constraints.filter(known => known.name !== command.constraintName) }
    case 'SET DEFAULT':
    case 'DROP DEFAULT':
      return withDefault(domain, command.default)
    default: {
      const { from, to } = command.renameConstraint ?? {}
      if (to === undefined) return domain
      const constraints = domain.constraints.map(known => (known.name === from ? { ...known, name: to } : known))
      return { ...domain, constraints }
    }
  }
}

const isNotNull = ({ kind }: DomainConstraint): boolean => kind === 'NOT NULL'
