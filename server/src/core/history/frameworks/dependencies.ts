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
