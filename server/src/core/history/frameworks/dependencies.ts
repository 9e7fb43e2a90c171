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

/** Whether a project of .NET beside the migrations, or up to four folders above them, refers to a package, or to one that begins so and goes on with a dot. */
export function referencesPackage(folder: Folder, name: string): boolean {
  const pattern = new RegExp(`<PackageReference\\s[^>]*\\bInclude="${name.replaceAll('.', '\\.')}[".]`, 'i')
  for (let level = 0; level < 5; level++) {
    const above = '../'.repeat(level)
    const projects =
      folder.list?.(above === '' ? '.' : above.slice(0, -1)).filter(file => file.endsWith('.csproj')) ?? []
    if (projects.some(file => pattern.test(folder.read(above + file) ?? ''))) return true
  }
  return false
}

const patterns = {
  'Cargo.toml': (name: string) =>
    new RegExp(`^\\s*(?:"?${name}"?\\s*(?:\\.|=)|\\[[\\w.-]*dependencies\\.${name}\\])`, 'm'),
  'package.json': (name: string) => new RegExp(`"${name}"\\s*:\\s*"`),
  'go.mod': (name: string) => new RegExp(`^\\s*(?:require\\s+)?${name}(?:/v\\d+)?\\s+v\\S+(?!.*// indirect)`, 'm'),
}
