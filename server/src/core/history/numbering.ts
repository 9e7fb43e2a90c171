/**
 * Orders two names as people number them: runs of digits by value, whatever their padding, all else by code unit.
 * Negative where `a` comes first; 0 where they differ in padding alone.
 */
export function compareNumbered(a: string, b: string): number {
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    if (isDigit(a, i) && isDigit(b, j)) {
      const order = compareDigits(a, i, b, j)
      if (order !== 0) return order
      i = digitsEnd(a, i)
      j = digitsEnd(b, j)
    } else {
      if (a[i] !== b[j]) return (a[i] as string) < (b[j] as string) ? -1 : 1
      i++
      j++
    }
  }
  return a.length - i - (b.length - j)
}

/** Orders by code unit, as tools do that sort file names without looking into them. */
export const compareNames = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Orders versions made of numbers between dots or underscores: 1.9 before 1.10, 1 equal to 1.0. */
export function compareDotted(a: string, b: string): number {
  const left = a.split(/[._]/)
  const right = b.split(/[._]/)
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const order = compareNumbered(left[i] || '0', right[i] || '0')
    if (order !== 0) return order
  }
  return 0
}

/**
 * Returns the number after `number`, written as wide: one second later where the digits are a time (14, 17 and 20 digits
 * of date and time, milliseconds since 1970), one minute for 12 digits, one day for 8, else one more. Of several runs of
 * digits the last one counts, unless together they are a date: `2024-01-15-093000`.
 */
export function numberAfter(number: string): string {
  if (/^\D*\d{4}\D\d\d\D\d\d(?!\d)/.test(number)) {
    const time = timeAfter(number.replace(/\D/g, ''))
    let next = 0
    if (time !== undefined) return number.replace(/\d/g, () => time[next++] as string)
  }
  return number.replace(/(\d+)(\D*)$/, (_, last: string, rest: string) => (timeAfter(last) ?? incremented(last)) + rest)
}

const isDigit = (text: string, offset: number) => {
  const code = text.charCodeAt(offset)
  return code >= 48 && code <= 57
}

function digitsEnd(text: string, offset: number): number {
  let end = offset
  while (end < text.length && isDigit(text, end)) end++
  return end
}

function compareDigits(a: string, i: number, b: string, j: number): number {
  const endOfA = digitsEnd(a, i)
  const endOfB = digitsEnd(b, j)
  let start = i
  while (start < endOfA - 1 && a[start] === '0') start++
  let other = j
  while (other < endOfB - 1 && b[other] === '0') other++
  const longer = endOfA - start - (endOfB - other)
  return longer !== 0 ? longer : compareNames(a.slice(start, endOfA), b.slice(other, endOfB))
}

const incremented = (digits: string) => (BigInt(digits) + 1n).toString().padStart(digits.length, '0')

function timeAfter(digits: string): string | undefined {
  if (digits.length === 13 && digits.startsWith('1')) return (BigInt(digits) + 1000n).toString()
  switch (digits.length) {
    case 8:
      return dateAfter(digits, '000000', 86_400_000)?.slice(0, 8)
    case 12:
      return dateAfter(digits, '00', 60_000)?.slice(0, 12)
    case 14:
      return dateAfter(digits, '', 1000)
    case 17:
    case 20: {
      const time = dateAfter(digits.slice(0, 14), '', 1000)
      return time && time + digits.slice(14)
    }
    default:
      return undefined
  }
}

/** Returns YYYYMMDDHHMMSS some milliseconds after `digits + rest`; undefined where that is no time of 1970 or later. */
function dateAfter(digits: string, rest: string, milliseconds: number): string | undefined {
  const all = digits + rest
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(all)?.slice(1).map(Number)
  if (!parts) return undefined
  const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number]
  const time = Date.UTC(year, month - 1, day, hour, minute, second)
  if (year < 1970 || written(time) !== all) return undefined
  return written(time + milliseconds)
}

const written = (time: number) => new Date(time).toISOString().slice(0, 19).replace(/\D/g, '')

/** Returns `look`, which answers from memory when it is asked of the same list again: a folder's names are many. */
export function onceForEach<T extends object, R>(look: (list: T) => R): (list: T) => R {
  const answers = new WeakMap<T, { readonly answer: R }>()
  return list => {
    const known = answers.get(list) ?? { answer: look(list) }
    answers.set(list, known)
    return known.answer
  }
}
