import { spawnSync } from 'node:child_process'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const inProject = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

/**
 * Checks the paths given after `--`, or the last migrations of the example, as if those before had run. Findings are an answer, not a failure: `check` reports them with 1,
 * which npm would show as a crash of its own; only a check that could not run (2 and above) fails here.
 */
const start = (): number => {
  // npm moves to the project's folder; the paths were typed where it was called.
  const cwd = process.env.INIT_CWD ?? process.cwd()
  const given = process.argv.slice(2)
  const asked = given.length > 0 ? given : ['--start-after', '4', relative(cwd, inProject('examples/shop'))]
  const { status } = spawnSync(process.execPath, [inProject('dist/cli.js'), 'check', ...asked], {
    cwd,
    stdio: 'inherit',
  })
  return status === 1 ? 0 : (status ?? 2)
}

process.exitCode = start()
