// Which packages of others the program needs, by package-lock.json: for all systems, whatever is installed here.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Beside what `dependencies` draws in: the desktop app is Electron's program with ours in it. */
const alsoPackaged = ['node_modules/electron']

/** Types alone: nothing of them is in what is built. */
const isTypes = (path) => /(^|\/)node_modules\/(@types\/|undici-types$)/.test(path)

export function readLock(root) {
  return JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
}

/** Their places, "node_modules/a/node_modules/b". */
export function packagedPaths(lock) {
  return Object.keys(lock).filter((path) => path !== '' && (lock[path].dev !== true || alsoPackaged.includes(path)) && !isTypes(path))
}

/** "node_modules/@a/b" is @a/b. */
export const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

/** Places of the named packages and of all that they need. */
export function drawnIn(lock, names) {
  const found = new Set()
  const open = names.map((name) => ['', name])
  for (let next = open.pop(); next; next = open.pop()) {
    const path = resolve(lock, ...next)
    if (path === undefined || found.has(path)) continue // Optional ones need not be there.
    found.add(path)
    const { dependencies, optionalDependencies, peerDependencies } = lock[path]
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) open.push([path, name])
  }
  return found
}

/** As Node looks for a package: below the one that asks, then beside it, then further up. */
function resolve(lock, from, name) {
  const folders = from.split('/node_modules/').map((_, i, names) => names.slice(0, names.length - i).join('/node_modules/'))
  return [...folders.map((folder) => `${folder}/node_modules/${name}`), `node_modules/${name}`].find((path) => path in lock)
}
