/** The emscripten module inside libpg-query, which the package itself leaves untyped. */
declare module 'libpg-query/wasm/libpg-query.js' {
  export interface PgQueryEngine {
    lengthBytesUTF8(text: string): number
    stringToUTF8(text: string, pointer: number, size: number): void
    UTF8ToString(pointer: number): string
    getValue(pointer: number, type: 'i32'): number
    _malloc(size: number): number
    _free(pointer: number): void
    _wasm_parse_query_raw(query: number): number
    _wasm_free_parse_result(result: number): void
  }
  export interface EngineOptions {
    /** Called once; must pass an instance made with these imports to `use`. */
    instantiateWasm(imports: object, use: (instance: object) => void): void
  }
  export default function createEngine(options: EngineOptions): Promise<PgQueryEngine>
}

/** The part of the WebAssembly interface that every host of this program has: Node, workers and browsers. */
declare namespace WebAssembly {
  class Module {
    private readonly compiled
  }
  function compile(bytes: Uint8Array<ArrayBuffer> | ArrayBuffer): Promise<Module>
  function instantiate(module: Module, imports: object): Promise<object>
}
