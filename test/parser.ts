import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { loadParser } from '../server/src/core/sql/engine'

/** Loads PostgreSQL's parser from the installed package: call it in `before`. */
export function loadInstalledParser(): Promise<void> {
  const wasm = createRequire(__filename).resolve('libpg-query/wasm/libpg-query.js').replace(/\.js$/, '.wasm')
  return loadParser(readFileSync(wasm))
}
