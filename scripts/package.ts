import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createVSIX } from '@vscode/vsce'
import { name, version } from '../package.json'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Packs what `npm run build` made into `<name>-<version>.vsix`, or into the file given. */
void createVSIX({
  cwd: root,
  packagePath: process.argv[2] ?? join(root, `${name}-${version}.vsix`),
  // The bundles in dist/ hold everything; node_modules stays at home.
  dependencies: false,
  allowMissingRepository: true,
  rewriteRelativeLinks: false,
})
