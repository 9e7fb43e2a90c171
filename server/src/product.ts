import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Returns our own version, as in package.json. */
export function productVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(productFolder(), 'package.json'), 'utf8'))
  return typeof manifest === 'object' && manifest && 'version' in manifest ? String(manifest.version) : 'unknown'
}

/** Returns the address of a rule's page among the documentation that ships with us; undefined where it has none. */
export function rulePage(id: string): string | undefined {
  const known = pages.get(id)
  if (known !== undefined) return known || undefined
  const page = join(productFolder(), 'docs', 'rules', `${id}.md`)
  const address = existsSync(page) ? pathToFileURL(page).href : ''
  pages.set(id, address)
  return address || undefined
}

/** Asked for at every keystroke; the files beside us do not change while we run. Empty where there is no page. */
const pages = new Map<string, string>()

/** The folder of package.json: above `dist` when bundled, further up when run from the sources. */
function productFolder(): string {
  let folder = __dirname
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder)
  return folder
}
