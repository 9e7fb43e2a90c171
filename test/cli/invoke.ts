import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createColors } from 'picocolors'
import { run } from '../../server/src/cli/run'

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
export async function invoke(folder: string, ...args: string[]): Promise<Outcome> {
  let [out, err] = ['', '']
  const code = await run(args, {
    folder,
    colours: createColors(false),
    columns: 120,
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
