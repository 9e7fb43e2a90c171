import { asTable, type Catalog, keyOfRelation, type Routine, type Type, type WrittenName } from '../postgres/catalog'
import type { Words } from '../words'
import { originOf, shortName } from './definitions'
import { atMost, joined } from './lists'
import { typeText } from './type-text'

/** Returns what the migrations so far have made of a type. */
export const typeWords = (name: WrittenName, type: Type): Words => ({
  title: `Type \`${name.name}\``,
  sentences: [typeSentence(type)],
  conflicts: [],
  ...originOf(type.born),
})

/** Returns what a type is, as a sentence. */
export function typeSentence(type: Type): string {
  switch (type.kind) {
    case 'enum':
      return `An enum: ${labels(type.labels)}.`
    case 'domain':
      return `A domain over \`${typeText(type.base)}\`${type.constraints.length > 0 ? ` with ${type.constraints.map(({ name }) => `\`${name}\``).join(', ')}` : ''}.`
    case 'composite':
      return 'A composite type.'
    case 'other':
      return 'A type of its own.'
  }
}

const labels = (all: readonly string[]): string => {
  const shown = all.slice(0, all.length > 12 ? 10 : 12).map(label => `\`${label}\``)
  return [...shown, ...(all.length > shown.length ? [`${all.length - shown.length} more`] : [])].join(', ')
}

/** Returns what the migrations so far have made of a function or procedure (xfunc-volatility.html). */
export function routineWords(name: WrittenName, { volatility, overloads }: Routine, catalog: Catalog): Words {
  const [first] = overloads
  const kind = first?.routine.tag === 'CREATE PROCEDURE' ? 'Procedure' : 'Function'
  const sentences = first?.routine.returnsTrigger
    ? [triggersOf(name, catalog)]
    : kind === 'Function'
      ? [`Declared \`${volatility.toUpperCase()}\`: ${meaning[volatility]}`]
      : []
  return { title: `${kind} \`${name.name}\``, sentences, conflicts: [] }
}

function triggersOf(name: WrittenName, { relations }: Catalog): string {
  const found = [...relations.values()].flatMap(relation =>
    (asTable(relation)?.triggers ?? [])
      .filter(trigger => trigger.function === name.name)
      .map(trigger => `\`${trigger.name}\` of \`${shortName(keyOfRelation(relation))}\``),
  )
  if (found.length === 0) return 'A trigger function that no trigger runs so far.'
  return `A trigger function, run by ${found.length > 1 ? 'triggers' : 'trigger'} ${joined(atMost(5, found))}.`
}

const meaning: Record<Routine['volatility'], string> = {
  immutable: 'the same arguments always give the same result.',
  stable: 'within one statement the same arguments give the same result.',
  volatile: 'each call may give another result, so a default that calls it is worked out for every row.',
}
