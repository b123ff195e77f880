import { randomUUID } from 'node:crypto'
import { link, mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errorCode } from './storageFault.ts'

/** A name next to `file` that every reader passes over. */
export function temporaryName(file: string): string {
  return join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`)
}

/** Of several processes that call this for the same new file, exactly one gets true. Its content is whole and on the disk before it has its name. */
export async function createDurably(file: string, bytes: Uint8Array, onWarning: (message: string) => void): Promise<boolean> {
  const temporary = temporaryName(file)
  await writeDurably(temporary, bytes)
  try {
    // Not `rename`: it silently replaces what is there.
    await link(temporary, file)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    if (!hasNoHardLinks(error)) throw error
    onWarning(`the file system of ${file} has no hard links: a crash in mid-write may leave a torn file there`)
    return await createInPlace(file, bytes)
  } finally {
    await rm(temporary, { force: true })
  }
  await syncFolder(dirname(file))
  return true
}

/** The file is the old one or the new one at any time, never a part. `mode`: who may read it; absent: whom the system lets. */
export async function replaceDurably(file: string, bytes: Uint8Array, mode?: number): Promise<void> {
  const temporary = temporaryName(file)
  try {
    await writeDurably(temporary, bytes, mode)
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(file))
}

/** Makes a file that somebody else has written durable, and gives it its name. */
export async function publishDurably(temporary: string, file: string): Promise<void> {
  const handle = await open(temporary, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
  await syncFolder(dirname(file))
}

/** Makes a folder and its parents, so that they outlive a power cut. */
export async function makeFolderDurably(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
}

async function writeDurably(file: string, bytes: Uint8Array, mode?: number): Promise<void> {
  const handle = await open(file, 'wx', mode)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } catch (error) {
    await rm(file, { force: true })
    throw error
  } finally {
    await handle.close()
  }
}

async function createInPlace(file: string, bytes: Uint8Array): Promise<boolean> {
  try {
    await writeDurably(file, bytes)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
  await syncFolder(dirname(file))
  return true
}

/** FAT, exFAT, some network shares. */
function hasNoHardLinks(error: unknown): boolean {
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'].includes(errorCode(error) ?? '')
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return // Folders cannot be opened there.
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } catch (error) {
    if (errorCode(error) !== 'EINVAL') throw error // Some network shares.
  } finally {
    await handle.close()
  }
}
