import { nameOf } from '../../text'
import type { Folder } from './framework'

/** Returns the share of the SQL files whose name passes; 0 without SQL files. */
export function share(files: readonly string[], passes: (name: string, file: string) => boolean): number {
  let sql = 0
  let passed = 0
  for (const file of files) {
    if (!isSql(file)) continue
    sql++
    if (passes(nameOf(file), file)) passed++
  }
  return sql === 0 ? 0 : passed / sql
}

/** Returns the share of some of the SQL files, taken from all over the folder, whose text passes. */
export function shareOfTexts(folder: Folder, passes: (text: string) => boolean): number {
  const sql = folder.files.filter(isSql)
  const step = Math.max(1, Math.floor(sql.length / sampleSize))
  const sample = sql.filter((_, index) => index % step === 0)
  const texts = sample.map(file => folder.read(file)).filter(text => text !== undefined && text.trim() !== '')
  return texts.length === 0 ? 0 : texts.filter(text => passes(text as string)).length / texts.length
}

/** Whether the text of any SQL file passes: for what stands in few of them. It reads them all, so ask what is cheaper first. */
export function anyText(folder: Folder, passes: (text: string) => boolean): boolean {
  return folder.files.some(file => isSql(file) && passes(folder.read(file) ?? ''))
}

/** Whether the file holds SQL, by its name: `.sql`, `.sql.postgres`. */
export const isSql = (file: string): boolean => /\.sql(?:\.(?:postgres|postgresql|pgsql))?$/i.test(file)

/** Enough to tell what a folder is from texts, without reading thousands of files at every keystroke. */
const sampleSize = 12
