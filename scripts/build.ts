import { chmod, copyFile, mkdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Everything runs from one file per process, with nothing but the parser's binary beside it: neither the extension nor
 * the command line needs node_modules.
 */
const shipped: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  // The Node of VS Code 1.91, the oldest that `engines` admits.
  target: 'node20.11',
  // Language server packages name their CommonJS build, whose `require` esbuild cannot follow, as `main`.
  mainFields: ['module', 'main'],
  minify: true,
  // Names that reach a person: `Error.name`, and stack traces with --debug.
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
}

/** Builds what ships to `dist/` and the editor's test suite to `out/test/editor/`. */
const everything = async () => {
  await rm(join(root, 'dist'), { recursive: true, force: true })
  await mkdir(join(root, 'dist'), { recursive: true })
  await Promise.all([
    build({
      ...shipped,
      entryPoints: { client: 'client/src/extension.ts' },
      outdir: 'dist',
      external: ['vscode'],
    }),
    build({ ...shipped, entryPoints: { server: 'server/src/lsp/main.ts' }, outdir: 'dist' }),
    build({
      ...shipped,
      entryPoints: { cli: 'server/src/cli/main.ts' },
      outdir: 'dist',
      banner: { js: '#!/usr/bin/env node' },
    }),
    build({
      ...shipped,
      minify: false,
      sourcemap: 'inline',
      entryPoints: ['test/editor/suite/index.ts'],
      outdir: 'out/test/editor',
      external: ['vscode', 'mocha'],
    }),
    copyFile(
      createRequire(import.meta.url).resolve('libpg-query/wasm/libpg-query.wasm'),
      join(root, 'dist/libpg-query.wasm'),
    ),
  ])
  await chmod(join(root, 'dist/cli.js'), 0o755)
}

await everything()
