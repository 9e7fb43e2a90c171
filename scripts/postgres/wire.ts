import { connect, type Socket } from 'node:net'
import type { Outcome, Session } from './session'

/**
 * Returns a session with a server on a loopback port that trusts everybody. It speaks the simple query protocol
 * (protocol-flow.html), so the downloaded servers, which come without psql, need no other client.
 */
export async function wireSession(port: number, major: number): Promise<Session> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  const answers = answersOf(socket)
  socket.write(startup('postgres', 'postgres'))
  const { error } = await answers()
  if (error) throw new Error(error.message)
  return {
    major,
    close: async () => void socket.end(message('X', Buffer.alloc(0))),
    run: sql => {
      socket.write(message('Q', Buffer.from(`${sql}\0`)))
      return answers()
    },
  }
}

const version3 = 196_608

function startup(user: string, database: string): Buffer {
  const words = Buffer.from(`user\0${user}\0database\0${database}\0\0`)
  const head = Buffer.alloc(8)
  head.writeInt32BE(words.length + 8)
  head.writeInt32BE(version3, 4)
  return Buffer.concat([head, words])
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

/** Returns a function that resolves to the answer to the oldest question that is still open. */
function answersOf(socket: Socket): () => Promise<Outcome> {
  const waiting: { resolve: (outcome: Outcome) => void; reject: (error: Error) => void }[] = []
  let rest: Buffer = Buffer.alloc(0)
  let answer = new Answer()
  let failure: Error | undefined
  const fail = (error: Error) => {
    failure ??= error
    for (const { reject } of waiting.splice(0)) reject(failure)
  }
  socket.on('error', fail).on('close', () => fail(new Error('The server closed the connection.')))
  socket.on('data', chunk => {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
      const end = rest.readInt32BE(1) + 1
      const type = String.fromCharCode(rest[0] ?? 0)
      // A COPY FROM STDIN has nothing to send.
      if (type === 'G') socket.write(message('f', Buffer.from('no rows\0')))
      if (type === 'Z') {
        waiting.shift()?.resolve(answer)
        answer = new Answer()
      } else answer.take(type, rest.subarray(5, end))
      rest = rest.subarray(end)
    }
  })
  return () => (failure ? Promise.reject(failure) : new Promise((resolve, reject) => waiting.push({ resolve, reject })))
}

/** What arrives between a question and the server being ready for the next one. */
class Answer implements Outcome {
  rows: string[][] = []
  messages: string[] = []
  error?: { code: string; message: string }

  take(type: string, body: Buffer) {
    if (type === 'T') this.rows = []
    if (type === 'D') this.rows.push(valuesIn(body))
    if (type === 'N') this.messages.push(fieldsIn(body).message)
    if (type === 'E') this.error ??= fieldsIn(body)
  }
}

/** The columns of a row; null is an empty text. */
function valuesIn(body: Buffer): string[] {
  let offset = 2
  return Array.from({ length: body.readInt16BE(0) }, () => {
    const length = body.readInt32BE(offset)
    const start = offset + 4
    offset = start + Math.max(length, 0)
    return body.toString('utf8', start, offset)
  })
}

function fieldsIn(body: Buffer): { code: string; message: string } {
  const fields = body.toString('utf8').split('\0')
  const field = (type: string) => fields.find(text => text.startsWith(type))?.slice(1) ?? ''
  return { code: field('C'), message: field('M') }
}
