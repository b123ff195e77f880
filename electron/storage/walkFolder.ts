import { readdir, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'

/**
 * Files below a folder, as paths that begin with `path`, in no particular order. A link to a file counts as the file when that lies below the folder;
 * other links are passed over, those to folders always: what they lead to is listed where it is.
 */
export async function walkFolder(folder: string, path: string): Promise<string[]> {
  const realFolder = await realpath(folder)
  const found: string[] = []
  const open: { folder: string; path: string }[] = [{ folder, path }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { folder: current, path: prefix } = next
    for (const entry of await readdir(current, { withFileTypes: true })) {
      const child = { folder: join(current, entry.name), path: prefix === '' ? entry.name : `${prefix}/${entry.name}` }
      if (entry.isDirectory()) open.push(child)
      else if (entry.isFile() || (entry.isSymbolicLink() && (await leadsInto(realFolder, child.folder)))) found.push(child.path)
    }
  }
  return found
}

async function leadsInto(realFolder: string, link: string): Promise<boolean> {
  try {
    return (await realpath(link)).startsWith(realFolder + sep)
  } catch {
    return false // A link to nowhere.
  }
}
