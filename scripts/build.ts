import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { noticesOf } from './notices'

const root = fileURLToPath(new URL('..', import.meta.url))

const importMetaUrl = "const importMetaUrl = require('node:url').pathToFileURL(__filename).href"

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  // The Node of VS Code 1.91, the oldest that `engines` admits.
  target: 'node20.11',
  // What a package calls `main` may hide its imports from esbuild; `module` never does.
  mainFields: ['module', 'main'],
  // CommonJS has no import.meta, by which modules among the packages find their way.
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: importMetaUrl },
  logLevel: 'warning',
} satisfies BuildOptions

/** One file per process, and the parser's binary beside them: what ships needs no node_modules. */
const shipped = {
  ...common,
  outdir: 'dist',
  // Names and lines stay: people read them in stack traces, and starting takes no longer.
  minifySyntax: true,
  legalComments: 'none',
  metafile: true,
} satisfies BuildOptions

/** `migration-guard lsp` runs the server's own bundle: the command line starts faster for what it does not carry. */
const serverBeside: Plugin = {
  name: 'server beside',
  setup: ({ onResolve }) => onResolve({ filter: /\/lsp\/main$/ }, () => ({ path: './server.js', external: true })),
}

/** Builds what ships into `dist/`, and the editor's test suite into `out/test/editor/`. */
const everything = async (): Promise<void> => {
  const dist = join(root, 'dist')
  await rm(dist, { recursive: true, force: true })
  await mkdir(dist)
  const bundles = await Promise.all([
    build({ ...shipped, entryPoints: { client: 'client/src/extension.ts' }, external: ['vscode'] }),
    build({ ...shipped, entryPoints: { server: 'server/src/lsp/main.ts' } }),
    build({
      ...shipped,
      entryPoints: { cli: 'server/src/cli/main.ts' },
      plugins: [serverBeside],
      banner: { js: `#!/usr/bin/env node\n${importMetaUrl}` },
    }),
  ])
  const metafiles = bundles.map(({ metafile }) => metafile)
  await Promise.all([
    build({
      ...common,
      entryPoints: ['test/editor/suite/index.ts'],
      outdir: 'out/test/editor',
      sourcemap: 'inline',
      external: ['vscode', 'mocha'],
    }),
    copyFile(
      createRequire(import.meta.url).resolve('libpg-query/wasm/libpg-query.wasm'),
      join(dist, 'libpg-query.wasm'),
    ),
    writeFile(join(dist, 'third-party-notices.txt'), await noticesOf(root, metafiles)),
    chmod(join(dist, 'cli.js'), 0o755),
  ])
}

everything().catch(error => {
  // What esbuild found wrong, esbuild has printed.
  if (!(error instanceof Error && 'errors' in error)) console.error(error)
  process.exitCode = 1
})
