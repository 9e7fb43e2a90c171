import type { ParseResult } from 'libpg-query'
import createEngine, { type PgQueryEngine } from 'libpg-query/wasm/libpg-query.js'

/** What the parser makes of a text: its raw tree, PostgreSQL's error, or the admission that it broke down over it. */
export type Outcome =
  | { readonly tree: ParseResult }
  | { readonly error: { readonly message: string /** A 0-based index of code points. */; readonly position: number } }
  | { readonly failure: string }

/**
 * Loads PostgreSQL's parser from the bytes of libpg-query.wasm. Await it once before anything is read; later calls
 * return the first one's promise.
 */
export function loadParser(wasm: Uint8Array<ArrayBuffer> | ArrayBuffer): Promise<void> {
  loading ??= (async () => {
    const compiled = await WebAssembly.compile(wasm)
    create = () =>
      createEngine({
        instantiateWasm: (imports, use) => void WebAssembly.instantiate(compiled, imports).then(use),
      })
    engine = await create()
    prepareSpare()
  })()
  return loading
}

/**
 * Returns what PostgreSQL's parser makes of `text`, which must not be blank. An engine that breaks down (its stack or
 * memory exhausted) may be left in any state, so a fresh one takes its place at once. Throws before `loadParser` has ended.
 */
export function parseRaw(text: string): Outcome {
  if (!engine) throw new Error('loadParser has not ended yet')
  try {
    return parseWith(engine, text)
  } catch (failure) {
    engine = spare
    spare = undefined
    prepareSpare()
    return { failure: failure instanceof Error ? failure.message : String(failure) }
  }
}

let loading: Promise<void> | undefined
let create: () => Promise<PgQueryEngine>
let engine: PgQueryEngine | undefined
/** Engines can only be made asynchronously and statements are read synchronously, so one waits in reserve. */
let spare: PgQueryEngine | undefined

function prepareSpare() {
  void create().then(made => {
    if (engine) spare = made
    else engine = made
  })
}

/** The struct layouts below are those of pg_query.h: PgQueryParseResult and PgQueryError, with 32-bit pointers. */
function parseWith(engine: PgQueryEngine, text: string): Outcome {
  const size = engine.lengthBytesUTF8(text) + 1
  const query = engine._malloc(size)
  let result = 0
  try {
    engine.stringToUTF8(text, query, size)
    result = engine._wasm_parse_query_raw(query)
    if (!result) throw new Error('out of memory')
    const error = engine.getValue(result + 8, 'i32')
    if (error) {
      const message = engine.UTF8ToString(engine.getValue(error, 'i32'))
      const position = engine.getValue(error + 16, 'i32')
      return { error: { message, position: Math.max(0, position - 1) } }
    }
    return { tree: JSON.parse(engine.UTF8ToString(engine.getValue(result, 'i32'))) }
  } finally {
    engine._free(query)
    if (result) engine._wasm_free_parse_result(result)
  }
}
