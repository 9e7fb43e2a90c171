import type { Routine, Type, WrittenName } from '../postgres/catalog'
import type { Words } from '../words'
import { originOf } from './definitions'
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
      return `A domain over \`${typeText(type.base)}\`${type.constraints.length > 0 ? ` with ${type.constraints.map(name => `\`${name}\``).join(', ')}` : ''}.`
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
export const routineWords = (name: WrittenName, { volatility }: Routine): Words => ({
  title: `Function \`${name.name}\``,
  sentences: [`Declared \`${volatility.toUpperCase()}\`: ${meaning[volatility]}`],
  conflicts: [],
})

const meaning: Record<Routine['volatility'], string> = {
  immutable: 'the same arguments always give the same result.',
  stable: 'within one statement the same arguments give the same result.',
  volatile: 'each call may give another result, so a default that calls it is worked out for every row.',
}
