import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createColors } from 'picocolors'
import { run } from '../../server/src/cli/run'
import type { Terminal } from '../../server/src/cli/terminal'

/** Makes a folder of its own with the files given by relative path; mocha's `this` of the test removes it afterwards. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'migration-guard-'))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  made.push(folder)
  return folder
}

/** Removes the folders that tests have made. */
export function removeFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
}

const made: string[] = []

export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the command line in `folder`, as a process that is no terminal would. */
export const invoke = (folder: string, ...args: string[]): Promise<Outcome> =>
  invokeIn({ folder, columns: 120 }, ...args)

/** Runs the command line where lines may be so wide. */
export async function invokeIn(place: Pick<Terminal, 'folder' | 'columns'>, ...args: string[]): Promise<Outcome> {
  let [out, err] = ['', '']
  const code = await run(args, {
    ...place,
    colours: createColors(false),
    isInteractive: false,
    write: text => {
      out += text
    },
    complain: text => {
      err += text
    },
  })
  return { code, out, err }
}
