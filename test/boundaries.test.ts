import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { globSync } from 'tinyglobby'

const source = fileURLToPath(new URL('../server/src', import.meta.url))

/** From the lowest to the highest: a file imports its own room and the rooms before it, never one behind it. */
const order = [
  'alphabet',
  'core/sql',
  'core/postgres',
  'core/history',
  'core/inverse',
  'core/allow',
  'core/judgement',
  'core/fixes',
  'core/rules',
  'answers',
  'disk',
  'lsp',
  'cli',
] as const
type Room = (typeof order)[number]

/** The files below `server/src` that touch the disk: migrations are read by the first ones, our own package by the last. */
const disk = ['files', 'disk/disk', 'disk/search', 'disk/elsewhere', 'product']
/** Where edits are written back: the only other file that may. */
const writer = 'cli/write'

describe('boundaries', () => {
  const files = globSync('**/*.ts', { cwd: source, ignore: ['**/*.d.ts'] }).map(path => path.replace(/\.ts$/, ''))
  const imports = files.flatMap(importsOf).map(found => ({ ...found, to: fileOf(found.to, files) }))
  const alphabet = filesThatNameNoRoom(files, imports)
  const roomOf = (file: string): Room => {
    if (disk.includes(file)) return 'disk'
    if (alphabet.has(file)) return 'alphabet'
    return order.find(room => file.startsWith(`${room}/`)) ?? 'answers'
  }
  const none = (found: readonly Import[]) => assert.deepEqual(found.map(told), [])

  it('sees the imports that there are', () => {
    assert(imports.some(({ to, from }) => from === 'core/sql/engine' && isParser(to)))
    assert(imports.some(({ to, from, typesOnly }) => from === 'core/finding' && to === 'core/text' && typesOnly))
    assert.deepEqual(
      imports.filter(({ to, isPackage }) => !isPackage && !files.includes(to) && !to.endsWith('.json')).map(told),
      [],
    )
  })

  it('core imports itself, the parser and the hashes of atlas.sum, nothing else', () => {
    const isHash = (to: string) => to.startsWith('@noble/hashes/')
    none(imports.filter(({ from, to }) => isCore(from) && !isCore(to) && !isParser(to) && !isHash(to)))
  })

  it('only sql/engine runs the parser, and its tree does not leave sql', () => {
    none(imports.filter(({ from, to, typesOnly }) => isParser(to) && !typesOnly && from !== 'core/sql/engine'))
    none(imports.filter(({ from, to }) => isParser(to) && !from.startsWith('core/sql/')))
  })

  it('imports point one way', () => {
    none(
      imports.filter(
        ({ from, to, isPackage }) => !isPackage && order.indexOf(roomOf(from)) < order.indexOf(roomOf(to)),
      ),
    )
  })

  it('the disk is read in one place', () => {
    const readers = ['fs', 'fs/promises', 'node:fs', 'node:fs/promises', 'tinyglobby']
    none(imports.filter(({ from, to }) => readers.includes(to) && !disk.includes(from) && from !== writer))
  })

  it('git is asked in one place', () => {
    none(imports.filter(({ from, to }) => to === 'simple-git' && from !== 'git'))
  })

  it('the protocol ends at lsp, and the terminal at cli', () => {
    none(imports.filter(({ from, to }) => to.startsWith('vscode') && roomOf(from) !== 'lsp'))
    none(imports.filter(({ from, to }) => ['commander', 'picocolors'].includes(to) && roomOf(from) !== 'cli'))
  })

  it('only lsp/convert speaks both the words of the protocol and those of core', () => {
    const speaking = (room: (to: string) => boolean) =>
      new Set(imports.filter(({ from, to }) => from.startsWith('lsp/') && room(to)).map(({ from }) => from))
    const ofProtocol = speaking(to => to.startsWith('vscode-languageserver'))
    const ofCore = speaking(to => ['core/text', 'core/finding'].includes(to))
    assert.deepEqual(
      [...ofProtocol].filter(file => ofCore.has(file)),
      ['lsp/convert'],
    )
  })

  it('names the package of everything that ships', () => {
    const { dependencies } = JSON.parse(readFileSync(join(source, '../../package.json'), 'utf8'))
    const named = Object.keys(dependencies)
    none(
      imports.filter(
        ({ to, isPackage }) =>
          isPackage && !isNode(to) && !named.some(name => to === name || to.startsWith(`${name}/`)),
      ),
    )
    assert.deepEqual(
      named.filter(name => !imports.some(({ to }) => to === name || to.startsWith(`${name}/`))),
      [],
    )
  })
})

interface Import {
  /** The importing file: below `server/src`, without its extension. */
  readonly from: string
  /** The imported file in the same form, or the name of a package. */
  readonly to: string
  readonly isPackage: boolean
  readonly typesOnly: boolean
}

function isCore(file: string): boolean {
  return file.startsWith('core/')
}
function isParser(file: string): boolean {
  return file.startsWith('libpg-query')
}
function isNode(name: string): boolean {
  return name.startsWith('node:') || builtinModules.includes(name)
}
function told({ from, to }: Import): string {
  return `${from} imports ${to}`
}

/** Returns what a file imports: statements at the start of a line, and `import('...')` and `require('...')` anywhere. */
function importsOf(from: string): Import[] {
  const text = readFileSync(join(source, `${from}.ts`), 'utf8')
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[\w*{}\s,$]+\sfrom\s+)?'([^']+)'/gm)
  const calls = text.matchAll(/\b(?:import|require)\((type\s)?'([^']+)'\)/g)
  return [...statements, ...calls].map(([, type, to = '']) => ({
    from,
    to: to.startsWith('.') ? posix.join(posix.dirname(from), to) : to,
    isPackage: !to.startsWith('.'),
    typesOnly: type !== undefined,
  }))
}

/** An imported folder stands for its index. */
function fileOf(to: string, files: readonly string[]): string {
  return files.includes(`${to}/index`) ? `${to}/index` : to
}

/** Returns the files directly in `core` that import at most each other: the words that every room is written in. */
function filesThatNameNoRoom(files: readonly string[], imports: readonly Import[]): ReadonlySet<string> {
  const kept = new Set(files.filter(file => posix.dirname(file) === 'core'))
  const naming = () => imports.find(({ from, to }) => kept.has(from) && !kept.has(to))
  for (let found = naming(); found; found = naming()) kept.delete(found.from)
  return kept
}
