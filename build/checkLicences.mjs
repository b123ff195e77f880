// `npm run licences`: every package that is in what is built has a licence that lets it be there, on all systems.
import { fileURLToPath } from 'node:url'
import { nameOf, packagedPaths, readLock } from './packaged.mjs'

/** They ask for their text to go along, which dist/licences.json does, and for nothing of ours. */
const allowed = ['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'CC0-1.0', 'Zlib']

/** Those of other licences, or of none, as "name version (licence)". `lock`: `packages` of a package-lock.json. */
export function refusedLicences(lock) {
  const packages = packagedPaths(lock).map((path) => ({ name: nameOf(path), version: lock[path].version, licence: lock[path].license }))
  return packages.filter(({ licence }) => typeof licence !== 'string' || !isAllowed(licence)).map(({ name, version, licence }) => `${name} ${version} (${licence ?? 'no licence'})`)
}

/** An SPDX expression without exceptions: of a choice one is enough, of several together all are needed. */
function isAllowed(licence) {
  const choices = licence.replaceAll(/[()]/g, ' ').split(/\s+OR\s+/)
  // Parentheses around a choice within a sum would be read wrongly: better refused than let in.
  if (/\(.*\bOR\b.*\)\s*AND|AND\s*\(.*\bOR\b/.test(licence)) return false
  return choices.some((choice) => choice.trim().split(/\s+AND\s+/).every((one) => allowed.includes(one.trim())))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock = readLock(fileURLToPath(new URL('..', import.meta.url)))
  const refused = refusedLicences(lock)
  for (const which of refused) console.error(`licences: ${which} is not among those that may be packaged (${allowed.join(', ')}): choose another package, or allow it in build/checkLicences.mjs`)
  if (refused.length === 0) console.log(`licences: all ${packagedPaths(lock).length} packaged packages may be packaged`)
  process.exitCode = refused.length > 0 ? 1 : 0
}
