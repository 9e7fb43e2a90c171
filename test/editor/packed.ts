import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root'

/** For programs whose output matters only when they fail. */
export const quietly = { cwd: root, stdio: 'pipe', encoding: 'utf8' } as const

/** Packs the extension, as built, and returns the path of the .vsix file in `place`. */
export const packedExtension = (place: string): string => {
  const vsix = join(place, 'migration-guard.vsix')
  execFileSync(process.execPath, ['--import', 'tsx', join(root, 'scripts/package.ts'), vsix], quietly)
  return vsix
}

/** VS Code runs a suite only beside an extension in development. Ours is installed, so an empty one stands in. */
export const testHost = (place: string): string => {
  const folder = join(place, 'test-host')
  mkdirSync(folder)
  const manifest = { name: 'test-host', publisher: 'migration-guard', version: '0.0.0', engines: { vscode: '*' } }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  return folder
}
