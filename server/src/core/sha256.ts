/**
 * SHA-256 (FIPS 180-4) of bytes that come bit by bit. Written out because core knows no platform: Node's and the browser's own
 * are not there, or answer later only.
 */
export class Sha256 {
  private state: Int32Array = Int32Array.from(initial)
  private readonly block = new Uint8Array(64)
  private filled = 0
  private length = 0

  update(bytes: Iterable<number>): this {
    for (const byte of bytes) {
      this.block[this.filled++] = byte
      this.length++
      if (this.filled < 64) continue
      this.state = compressed(this.state, this.block)
      this.filled = 0
    }
    return this
  }

  /** Returns one that has seen the same and goes on by itself. */
  copy(): Sha256 {
    const copy = new Sha256()
    copy.state = this.state.slice()
    copy.block.set(this.block)
    copy.filled = this.filled
    copy.length = this.length
    return copy
  }

  /** Returns the 32 bytes for all that it has seen so far. */
  digest(): number[] {
    const last = this.copy()
    last.update([0x80])
    while (last.filled !== 56) last.update([0])
    const bits = this.length * 8
    last.update(bytesOf(Math.floor(bits / 2 ** 32))).update(bytesOf(bits))
    return [...last.state].flatMap(bytesOf)
  }
}

const bytesOf = (word: number): number[] => [24, 16, 8, 0].map(shift => (word >>> shift) & 0xff)

const primes = Array.from({ length: 312 }, (_, n) => n).filter(
  n => n > 1 && !Array.from({ length: n }, (_, d) => d).some(d => d > 1 && n % d === 0),
)

/** The first 32 bits behind the point. */
const fraction = (value: number): number => ((value % 1) * 2 ** 32) | 0

const initial = primes.slice(0, 8).map(prime => fraction(Math.sqrt(prime)))

const constants = primes.map(prime => fraction(Math.cbrt(prime)))

const turned = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

function compressed(state: Int32Array, block: Uint8Array): Int32Array {
  const words = new Int32Array(64)
  const view = new DataView(block.buffer)
  for (let i = 0; i < 64; i++) words[i] = i < 16 ? view.getInt32(4 * i) : extended(words, i)
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let i = 0; i < 64; i++) {
    const mixed = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)
    const one = (h + mixed + ((e & f) ^ (~e & g)) + (constants[i] ?? 0) + (words[i] ?? 0)) | 0
    const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0]
  }
  return state.map((word, place) => word + ([a, b, c, d, e, f, g, h][place] ?? 0))
}

function extended(words: Int32Array, i: number): number {
  const [early = 0, late = 0] = [words[i - 15], words[i - 2]]
  const low = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3)
  const high = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10)
  return (words[i - 16] ?? 0) + low + (words[i - 7] ?? 0) + high
}

/** Returns the text in UTF-8. */
export function utf8(text: string): number[] {
  const bytes: number[] = []
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    if (point < 0x80) bytes.push(point)
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 0x3f))
    else if (point < 0x1_0000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f))
    else {
      const [high, middle] = [0x80 | ((point >> 12) & 0x3f), 0x80 | ((point >> 6) & 0x3f)]
      bytes.push(0xf0 | (point >> 18), high, middle, 0x80 | (point & 0x3f))
    }
  }
  return bytes
}

/** Returns bytes in base64 (RFC 4648), padded. */
export function base64(bytes: readonly number[]): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const three = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    const four = [18, 12, 6, 0].map(shift => letters[(three >> shift) & 0x3f])
    text += four
      .slice(0, Math.min(3, bytes.length - i) + 1)
      .join('')
      .padEnd(4, '=')
  }
  return text
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
