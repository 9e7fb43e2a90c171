import { execFileSync } from 'node:child_process'

/**
 * Makes a folder a git repository whose branch `main` holds what is in it, and which stands on the branch `work`; returns a
 * function that runs git in it.
 */
export function committed(folder: string): (...args: string[]) => void {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.org']
  const git = (...args: string[]) => {
    execFileSync('git', [...identity, ...args], { cwd: folder, env, stdio: 'ignore' })
  }
  git('init', '--initial-branch=main')
  git('add', '.')
  git('commit', '--message=history')
  git('switch', '--create=work')
  return git
}
