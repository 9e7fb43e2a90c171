import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'

/** Returns the licences of the packages whose code is in the bundles, which ask to be passed on with it. */
export const noticesOf = async (root: string, bundles: readonly Metafile[]): Promise<string> => {
  const inputs = bundles.flatMap(({ inputs }) => Object.keys(inputs))
  const folders = new Set(inputs.flatMap(input => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []))
  const notices = await Promise.all([...folders].sort().map(folder => noticeOf(join(root, folder))))
  return notices.join(`\n${'-'.repeat(80)}\n\n`)
}

const noticeOf = async (folder: string): Promise<string> => {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const files = (await readdir(folder)).filter(file => /^(licen[cs]e|notice)/i.test(file)).sort()
  const texts = await Promise.all(files.map(file => readFile(join(folder, file), 'utf8')))
  return [`${name} ${version} (${license})`, ...texts.map(text => text.trim())].join('\n\n').concat('\n')
}
