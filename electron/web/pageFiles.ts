import { readFile, realpath } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

export interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly type: string
  /** The page is never kept; the rest is asked for again, so that a new build shows at once. */
  readonly cacheControl: string
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8'
}

/** A built file of the workbench by the path of its URL, still encoded; `/` is the page. undefined for what is not there, of no known type, or outside. */
export async function readPageFile(folder: string, path: string): Promise<PageFile | undefined> {
  const names = namesOf(path === '/' ? '/index.html' : path)
  if (!names) return undefined
  const type = types[extname(names.at(-1)!)]
  if (type === undefined) return undefined
  try {
    const [root, file] = await Promise.all([realpath(folder), realpath(join(folder, ...names))])
    if (!file.startsWith(root + sep)) return undefined // A link that leads out.
    return { bytes: new Uint8Array(await readFile(file)), type, cacheControl: type.startsWith('text/html') ? 'no-store' : 'no-cache' }
  } catch {
    return undefined
  }
}

/** Decoded once. Names that mean another folder, or something else on another system (`..`, `C:`, `\`, hidden files), are no names. */
function namesOf(path: string): readonly string[] | undefined {
  try {
    const names = path.split('/').slice(1).map(decodeURIComponent)
    return path.startsWith('/') && names.every((name) => /^[\w-][\w.-]*$/.test(name)) ? names : undefined
  } catch {
    return undefined
  }
}
