import { spawnSync } from 'node:child_process'

/** Runs npm and gives what it printed: the npm that runs this script, where one does. */
export function npm(args, cwd) {
  const own = process.env.npm_execpath
  const options = { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }
  return own === undefined ? spawnSync('npm', args, { ...options, shell: process.platform === 'win32' }) : spawnSync(process.execPath, [own, ...args], options)
}
