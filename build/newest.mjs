// When sources were changed last; apart, since the command line asks this at every start and esbuild takes longer to load than to be asked.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What dist/ is made of but for the page. */
export const hostSources = ['electron', 'shared', 'package.json']

/** True when a built file is there and none of its sources, files or folders, is newer. */
export function isNewest(built, sources) {
  return existsSync(root + built) && statSync(root + built).mtimeMs > newest(sources)
}

function newest(places) {
  const files = places.flatMap((place) => (statSync(root + place).isFile() ? [place] : readdirSync(root + place, { recursive: true }).map((name) => `${place}/${name}`)))
  return files.reduce((time, file) => Math.max(time, statSync(root + file).mtimeMs), 0)
}
