import { folderOf, nameOf } from '../../text'

/**
 * Whether a file is a snapshot of the whole schema that lies beside the migrations, by its name: `schema.sql`,
 * `structure.sql`, `cache_structure.sql` (Rails, of one database of several), `latest.sql`. Not in a folder of one version, where a migration may be called so. And whatever stands in a folder of such snapshots: `full_schemas/72/full.sql`.
 */
export const isDump = (path: string): boolean =>
  (/^(?:schema|(?:[a-z]+_)?structure|latest|dump|full[-_]?schema)\.sql$/i.test(nameOf(path)) &&
    !isVersionSegment(nameOf(folderOf(path)))) ||
  /(?:^|\/)full[-_]schemas\//.test(path)

/** Whether a folder is named for a version or a date: `v1.10`, `2.31`, `2024-01`, `R2024_01_15`, `0001_users`. */
export const isVersionSegment = (segment: string): boolean =>
  /^(?:v|release[-_]?|r(?=\d{4}))?\d[\w.#-]*$/i.test(segment)

/** Whether pg_dump has written a text, by what it begins with: a whole database, with its data or without. */
export const isPrintedDump = (text: string): boolean => /^\s*--\r?\n-- PostgreSQL database dump\r?\n--/.test(text)
