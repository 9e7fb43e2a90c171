import type { AlterDomain, AlterType, CreateDomain, CreateSchema, CreateType } from '../../sql/commands'
import type { Name, TypeName } from '../../sql/parts'
import { asTable, creationSchema, key, keyIn, type Type, tableAt, type WrittenName } from '../catalog'
import { isAbsenceSure, isSure } from '../doubts'
import type { Failure } from '../failures'
import { columnsOfType } from '../searches'
import { isBuiltIn } from '../types'
import { isAnywhere, isSchemaKnown, type Scene, sureRelation, written } from './relations'

/** Returns the enum, domain or other type that a name means, where the catalog is certain of it. */
export function sureType({ catalog }: Scene, name: WrittenName): Type | undefined {
  const { doubts } = catalog
  if (doubts?.since || doubts?.names.has(name.name) || !isSchemaKnown(catalog, name.schema)) return undefined
  return catalog.types.get(keyIn(catalog, catalog.types, name))
}

/** Returns `type "x" does not exist` where that is certain. */
export function typeFailure(scene: Scene, type: TypeName | Name): Failure | undefined {
  const { catalog } = scene
  const { schema, name, span } = type
  if (schema === undefined && isBuiltIn(name)) return undefined
  if (catalog.types.has(keyIn(catalog, catalog.types, type))) return undefined
  if (!isAbsenceSure(catalog, name, 'other') || !isSchemaKnown(catalog, schema)) return undefined
  if (ofExtensions.has(name)) return undefined
  // Each relation is a type too, and each type has an array.
  if (/^_|^pg_|^information_schema$/.test(schema ?? name)) return undefined
  if (isAnywhere(catalog.types, type) || isAnywhere(catalog.relations, type)) return undefined
  const suffix = 'dimensions' in type && type.dimensions > 0 ? '[]' : ''
  return { message: `type "${written(type)}${suffix}" does not exist`, code: '42704', span }
}

/** Types of extensions that somebody may have created in the database before the first migration. */
const ofExtensions: ReadonlySet<string> = new Set(
  (
    'citext hstore ltree lquery ltxtquery cube seg earth lo ean13 isbn isbn13 ismn ismn13 issn issn13 upc query_int ' +
    'geometry geography box2d box2df box3d raster topogeometry geomval vector halfvec sparsevec bm25query h3index hll ' +
    'roaringbitmap roaringbitmap64 ip4 ip4r ip6 ip6r ipaddress iprange semver uint1 uint2 uint4 uint8 int1 int16 uint16 ' +
    'periods agtype graphid tdigest ddsketch pgmp mpz mpq pguri uri email currency ulid uuidv7 nanoid jsquery'
  ).split(' '),
)

export function createTypeFailure(scene: Scene, command: CreateType): Failure | undefined {
  if (command.attributes) {
    for (const { type } of command.attributes) {
      const missing = typeFailure(scene, type)
      if (missing) return missing
    }
  }
  return typeTaken(scene, command.type, command.attributes !== undefined)
}

export const createDomainFailure = (scene: Scene, command: CreateDomain): Failure | undefined =>
  typeTaken(scene, command.domain) ?? typeFailure(scene, command.type)

/** Tables and views have a type of their own; an index or a sequence only bars a composite type, which is a relation. */
function typeTaken(scene: Scene, name: Name, isComposite = false): Failure | undefined {
  const place = { schema: creationSchema(scene.catalog, name), name: name.name }
  const relation = sureRelation(scene, place)
  // A type that is new but for its definition, such as a shell type, may be made once more.
  if (asTable(relation) || (sureType(scene, place)?.kind ?? 'other') !== 'other')
    return { message: `type "${name.name}" already exists`, code: '42710', span: name.span }
  if (!isComposite || !relation) return undefined
  return { message: `relation "${name.name}" already exists`, code: '42P07', span: name.span }
}

export function alterTypeFailure(scene: Scene, command: AlterType | AlterDomain): Failure | undefined {
  const { catalog } = scene
  const name = command.tag === 'ALTER DOMAIN' ? command.domain : command.type
  const missing = typeFailure(scene, name)
  if (missing) return missing
  const type = sureType(scene, name)
  if (command.tag === 'ALTER DOMAIN') return undefined
  if (command.renameTo && type) {
    const schema = keyIn(catalog, catalog.types, name).slice(0, -name.name.length - 1)
    if (sureType(scene, { schema, name: command.renameTo.name }))
      return { message: `type "${command.renameTo.name}" already exists`, code: '42710', span: command.renameTo.span }
  }
  if (type && command.retypes) return attributeInUse(scene, command.type)
  return type?.kind === 'enum' ? labelFailure(scene, type.labels, command) : undefined
}

/** The values in a column are kept as the type was; of several columns nobody can tell which is found first. */
function attributeInUse({ catalog }: Scene, type: Name): Failure | undefined {
  const [only, ...others] = columnsOfType(catalog, keyIn(catalog, catalog.types, type))
  const table = only && tableAt(catalog, only.table)
  if (!table || others.length > 0 || table.kind === 'view' || !isSure(catalog, table, only.table)) return undefined
  const message = `cannot alter type "${type.name}" because column "${table.name}.${only.column}" uses it`
  return { message, code: '0A000', span: type.span }
}

function labelFailure({ catalog }: Scene, labels: readonly string[], command: AlterType): Failure | undefined {
  const { addValue, renameValue } = command
  const isDoubtful = (label: string) => catalog.doubts?.names.has(label) === true
  const taken = addValue && !addValue.ifNotExists ? addValue.label : renameValue?.to
  if (renameValue && !labels.includes(renameValue.from) && !isDoubtful(renameValue.from))
    return { message: `"${renameValue.from}" is not an existing enum label`, code: '22023' }
  if (taken !== undefined && labels.includes(taken) && !isDoubtful(taken))
    return { message: `enum label "${taken}" already exists`, code: '42710', ...(addValue && { span: addValue.span }) }
  const beside = addValue?.before ?? addValue?.after
  if (
    beside !== undefined &&
    !labels.includes(beside) &&
    !labels.includes(addValue?.label ?? '') &&
    !isDoubtful(beside)
  )
    return { message: `"${beside}" is not an existing enum label`, code: '22023' }
  return undefined
}

export function createSchemaFailure({ catalog }: Scene, command: CreateSchema): Failure | undefined {
  const { schema, ifNotExists } = command
  if (ifNotExists || catalog.doubts?.since || !catalog.schemas?.has(schema)) return undefined
  return { message: `schema "${schema}" already exists`, code: '42P06' }
}

/** Returns the key of a type that a relation of the same name makes impossible, or undefined. */
export const typeInTheWay = (scene: Scene, schema: string, name: string): boolean => {
  const type = sureType(scene, { schema, name })
  return type !== undefined && type.kind !== 'composite' && scene.catalog.types.has(key(schema, name))
}
