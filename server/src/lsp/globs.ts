/**
 * Returns whether the folder at `path` (relative, `/`-separated) or one above it matches `pattern`: `*` and `?` within a
 * name, `**` across folders, `{a,b}` for alternatives.
 */
export function isBelow(path: string, pattern: string): boolean {
  const trimmed = pattern.replace(/^\.?\//, '').replace(/\/+$/, '')
  return new RegExp(`^${expressionOf(trimmed)}(?:/.*)?$`).test(path)
}

function expressionOf(pattern: string): string {
  let depth = 0
  const expression = pattern.replace(/\*\*\/|\/\*\*$|\*\*|[*?{},]|[^\w/]/g, token => {
    if (token === '**/') return '(?:.*/)?'
    if (token === '/**') return '(?:/.*)?'
    if (token === '**') return '.*'
    if (token === '*') return '[^/]*'
    if (token === '?') return '[^/]'
    if (token === '{') depth++
    if (token === '{') return '(?:'
    if (token === '}' && depth > 0) {
      depth--
      return ')'
    }
    if (token === ',' && depth > 0) return '|'
    return `\\${token}`
  })
  return expression + ')'.repeat(depth)
}
