import type { Folder } from './framework'

/** Whether a manifest of the project, beside the migrations or up to five folders above them, names a package; in go.mod not as what another one needs (`// indirect`). */
export function dependsOn(folder: Folder, manifest: 'Cargo.toml' | 'package.json' | 'go.mod', name: string): boolean {
  const pattern = patterns[manifest](name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
  for (let level = 0; level < 6; level++) {
    const text = folder.read('../'.repeat(level) + manifest)
    if (text !== undefined && pattern.test(text)) return true
  }
  return false
}

const patterns = {
  'Cargo.toml': (name: string) =>
    new RegExp(`^\\s*(?:"?${name}"?\\s*(?:\\.|=)|\\[[\\w.-]*dependencies\\.${name}\\])`, 'm'),
  'package.json': (name: string) => new RegExp(`"${name}"\\s*:\\s*"`),
  'go.mod': (name: string) => new RegExp(`^\\s*(?:require\\s+)?${name}(?:/v\\d+)?\\s+v\\S+(?!.*// indirect)`, 'm'),
}

/**
 * Whether the project's own Go program runs the files by maragudk/migrate (https://github.com/maragudk/migrate), whose names look
 * like golang-migrate's. Verified in `migrate.go` at commit df070c9: the version is the whole name up to `.up.sql`, in the
 * order of names as text, and each file is one query in a transaction of its own.
 */
export const isRunByMaragu = (folder: Folder): boolean =>
  dependsOn(folder, 'go.mod', 'github.com/maragudk/migrate') || dependsOn(folder, 'go.mod', 'maragu.dev/migrate')
