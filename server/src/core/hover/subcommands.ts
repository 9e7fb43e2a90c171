import { type Effects, subcommandEffects } from '../postgres/effects'
import { lockModes } from '../postgres/locks'
import type { AlterRelation } from '../sql/commands'
import { touches } from '../text'
import { type Words, wordsOf } from '../words'
import { differencesBetween } from './differences'
import type { Narrow, Place } from './place'

/** Returns what one subcommand of ALTER TABLE and its like does on its own, where there are several. */
export function subcommandAt(place: Place): Narrow | undefined {
  const { command, offset } = place
  if (!('subcommands' in command) || command.subcommands.length < 2 || place.explanation.fails) return undefined
  const at = command.subcommands.findIndex(({ span }) => touches(span, offset))
  const span = command.subcommands[at]?.span
  const words = span && wordsFor(command, at, place)
  return words && { span, words }
}

function wordsFor(command: AlterRelation, at: number, { explanation, settings }: Place): Words | undefined {
  const { step } = explanation
  const { parameters } = step.transaction
  const effectsOn = (postgres: number): Effects | undefined =>
    subcommandEffects(command, step.before, { postgres }, parameters)[at]
  const own = effectsOn(settings.postgres)
  const subcommand = command.subcommands[at]
  if (!own || !subcommand) return undefined
  const { kind } = subcommand
  const { postgres, rules } = settings
  const words = wordsOf({ ...explanation, ...own, tag: command.tag }, { postgres, rules }, subcommand)
  return {
    ...words,
    title: `${kind === 'OTHER' ? 'This subcommand' : kind} in ${command.tag}`,
    sentences: [
      ...words.sentences,
      ...differencesBetween(own, effectsOn, settings).map(({ sentence }) => sentence),
      ...strongerTogether(own, explanation.locks),
    ],
  }
}

/** The statement takes the strongest lock that any of its subcommands needs: sql-altertable.html. */
function strongerTogether(own: Effects, whole: Effects['locks']): string[] {
  const stronger = whole.find(lock => {
    const mode = own.locks.find(({ relation }) => relation === lock.relation)?.mode
    return mode !== undefined && lockModes.indexOf(mode) < lockModes.indexOf(lock.mode)
  })
  return stronger
    ? [
        `The statement takes \`${stronger.mode}\` on \`${stronger.relation}\` all the same: another subcommand needs it.`,
      ]
    : []
}
