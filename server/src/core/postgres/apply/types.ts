import type { AlterDomain, AlterType, CreateDomain, CreateType } from '../../sql/commands'
import type { ConstraintDefinition } from '../../sql/parts'
import { type Catalog, creationSchema, key, keyIn, type Type } from '../catalog'
import { renamedRelation, withRelation } from '../edit'
import { columnsOfType } from '../searches'
import type { At } from './at'
import { withColumnChanged } from './columns'

/** Returns the catalog after CREATE TYPE and CREATE DOMAIN. */
export function withType(catalog: Catalog, command: CreateType | CreateDomain, at: At): Catalog {
  const name = command.tag === 'CREATE DOMAIN' ? command.domain : command.type
  const schema = creationSchema(catalog, name)
  const type = command.tag === 'CREATE DOMAIN' ? domainOf(command, at) : typeOf(command, at)
  const known: Catalog = { ...catalog, types: catalog.types.with(key(schema, name.name), type) }
  if (type.kind !== 'composite') return known
  return withRelation(known, { kind: 'composite type', schema, name: name.name, conditional: false, born: at.birth })
}

const domainOf = (command: CreateDomain, at: At): Type => ({
  kind: 'domain',
  base: command.type,
  constraints: constraintNames(command),
  born: at.birth,
})

function constraintNames({ domain, constraints }: CreateDomain): readonly string[] {
  const names: string[] = []
  for (const constraint of constraints)
    names.push(constraint.name?.name ?? defaultConstraint(domain.name, names, constraint))
  return names
}

function defaultConstraint(domain: string, taken: readonly string[], { kind }: Pick<ConstraintDefinition, 'kind'>) {
  const name = `${domain}_${kind === 'NOT NULL' ? 'not_null' : 'check'}`
  for (let n = 0; ; n++) {
    const candidate = n === 0 ? name : `${name}${n}`
    if (!taken.includes(candidate)) return candidate
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
  const constraints = constraintsAfter(domain.constraints, command)
  return { ...catalog, types: catalog.types.with(name, { ...domain, constraints }) }
}

function constraintsAfter(constraints: readonly string[], command: AlterDomain): readonly string[] {
  const domain = command.domain.name
  switch (command.action) {
    case 'ADD CONSTRAINT':
      return command.constraint
        ? [...constraints, command.constraint.name?.name ?? defaultConstraint(domain, constraints, command.constraint)]
        : constraints
    case 'SET NOT NULL':
      return [...constraints, `${domain}_not_null`]
    case 'DROP NOT NULL':
      return constraints.filter(name => name !== `${domain}_not_null`)
    case 'DROP CONSTRAINT':
      return constraints.filter(name => name !== command.constraintName)
    default: {
      const { from, to } = command.renameConstraint ?? {}
      return to === undefined ? constraints : constraints.map(name => (name === from ? to : name))
    }
  }
}
