import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'

/** Every file below a folder, hidden ones too, by its path with slashes. */
export async function readFolder(folder: string): Promise<Map<string, Uint8Array>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort()
  const contents = new Map<string, Uint8Array>()
  for (const file of files) contents.set(relative(folder, file).split(sep).join('/'), await readFile(file))
  return contents
}

/** Writes objects as files below a folder, which is made. A name that no file can have, or that would lead out, throws. */
export async function writeFolder(folder: string, contents: Iterable<readonly [path: string, bytes: Uint8Array]>): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [path, bytes] of contents) {
    if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) throw new Error(`the key ${path} is no path of a file`)
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, bytes)
  }
}
