/** A half-open run of text: UTF-16 offsets, `start` included, `end` excluded. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Returns `span` moved right by `offset` UTF-16 units. */
export const shifted = (span: Span, offset: number): Span => ({ start: span.start + offset, end: span.end + offset })

/** Returns whether `offset` lies in `span`; its end counts, so a caret after the last letter is inside. */
export const touches = (span: Span, offset: number): boolean => span.start <= offset && offset <= span.end

/** Returns the folder part of a `/`-separated path, without the trailing slash; `''` for a bare name. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/** Returns the last part of a `/`-separated path. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** Returns the name by which people know a migration: that of its folder too where all files are called alike, `x/up.sql`. */
export const knownAs = (path: string): string =>
  /^(?:up|down|migration)\.sql$/.test(nameOf(path)) ? path.split('/').slice(-2).join('/') : nameOf(path)

/** Returns where the line around an offset begins: after the byte order mark, which must stay the first of a file. */
export function lineStart(text: string, offset: number): number {
  const start = offset > 0 ? text.lastIndexOf('\n', offset - 1) + 1 : 0
  return start === 0 && text.startsWith('\ufeff') ? 1 : start
}
