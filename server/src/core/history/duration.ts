/**
 * Returns the milliseconds that a timeout's value stands for (`5s`, `5000`, `1.5 min`; 0 is off), or undefined where
 * PostgreSQL refuses it. Units are those of config-setting.html#CONFIG-SETTING-NAMES-VALUES, in upper or lower case as
 * given there; what PostgreSQL rounds is proven in test/history/duration.test.ts.
 */
export function millisecondsOf(value: string): number | undefined {
  const [, written, unit = 'ms'] = /^\s*([+-]?[\d.][\da-fA-FxX.+-]*?)\s*(us|ms|s|min|h|d)?\s*$/.exec(value) ?? []
  const number = written === undefined ? undefined : numberOf(written)
  if (number === undefined) return undefined
  const { size, smaller } = units[unit as keyof typeof units]
  const milliseconds = roundedToEven(roundedToEven((number * size) / smaller) * smaller)
  return milliseconds >= 0 && milliseconds <= mostMilliseconds ? Math.abs(milliseconds) : undefined
}

/** Returns a duration as SHOW prints it: in the largest unit that holds it in whole numbers. */
export function durationText(milliseconds: number): string {
  const unit = (['d', 'h', 'min', 's'] as const).find(name => milliseconds % units[name].size === 0)
  if (milliseconds === 0) return '0'
  return unit ? `${milliseconds / units[unit].size}${unit}` : `${milliseconds}ms`
}

/** In milliseconds, with the next smaller unit, to which PostgreSQL rounds first (`guc.c`, convert_to_base_unit). */
const units = {
  us: { size: 0.001, smaller: 0.001 },
  ms: { size: 1, smaller: 0.001 },
  s: { size: 1000, smaller: 1 },
  min: { size: 60_000, smaller: 1000 },
  h: { size: 3_600_000, smaller: 60_000 },
  d: { size: 86_400_000, smaller: 3_600_000 },
}

/** INT_MAX, the most that a timeout can be. */
const mostMilliseconds = 2_147_483_647

/** As C reads it: 0x10 is hexadecimal, 010 octal. */
function numberOf(written: string): number | undefined {
  const sign = written.startsWith('-') ? -1 : 1
  const digits = written.replace(/^[+-]/, '')
  if (/^0x[\da-f]+$/i.test(digits)) return sign * Number(digits)
  if (/^0[0-7]+$/.test(digits)) return sign * Number.parseInt(digits, 8)
  return /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(digits) && !/^0\d+$/.test(digits)
    ? sign * Number(digits)
    : undefined
}

/** As C's rint(): a half goes to the even neighbour. */
function roundedToEven(value: number): number {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
