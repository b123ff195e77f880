import { compareText } from '#shared/engine/combine.ts'
import { Fault } from '#shared/engine/fault.ts'
import { access, constants, lstat, open, readdir, readFile, realpath, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { createDurably, makeFolderDurably, publishDurably, replaceDurably, temporaryName } from './durableFile.ts'
import { walkFolder } from './walkFolder.ts'
import type { StagedFile, Storage, StorageEntry } from './storage.ts'
import { errorCode, ignoreMissing, storageFault } from './storageFault.ts'

/** A folder of this machine, which need not be there yet. `onWarning` hears once when it cannot give all that a Storage promises. */
export function openLocalStore(folder: string, onWarning: (message: string) => void = () => undefined): Storage {
  const root = resolve(folder)
  let warned = false

  function fileOf(path: string): string {
    const file = join(root, path)
    if (file === root || file.startsWith(root.endsWith(sep) ? root : root + sep)) return file
    throw new Fault('storage', `${path} leads out of ${root}: Contrail stays in that folder`)
  }

  async function attempt<Answer>(doing: string, path: string, work: (file: string) => Promise<Answer>): Promise<Answer> {
    const file = fileOf(path)
    try {
      return await work(file)
    } catch (error) {
      throw storageFault(error, doing, file)
    }
  }

  async function entryOf(path: string): Promise<StorageEntry | undefined> {
    const found = await stat(join(root, path))
    return found.isFile() ? { path, sizeBytes: found.size, modifiedMs: Math.floor(found.mtimeMs) } : undefined
  }

  function warnOnce(message: string): void {
    if (!warned) onWarning(message)
    warned = true
  }

  return {
    root,
    isRemote: false,
    realRoot: () => realPathOf(root),
    async checkWritable() {
      const there = await nearestThere(root)
      try {
        if (!(await stat(there)).isDirectory()) throw new Fault('storage', `${there} is a file, and a folder is needed there: choose another path`)
        await access(there, constants.W_OK | constants.X_OK)
      } catch (error) {
        throw storageFault(error, there === root ? 'write to' : `make ${root} in`, there)
      }
    },
    async list(folder, from = '') {
      const names = await attempt('list', folder, (path) => readdir(path)).catch(ignoreMissing)
      const paths = (names ?? []).filter((name) => compareText(name, from) >= 0).map((name) => (folder === '' ? name : `${folder}/${name}`))
      const entries = await inGroups(paths, (path) => attempt('read', path, () => entryOf(path)).catch(ignoreMissing))
      return sorted(entries)
    },
    async listDeep(folder) {
      const paths = await attempt('list', folder, (file) => walkFolder(file, folder)).catch(ignoreMissing)
      const entries = await inGroups(paths ?? [], (path) => attempt('read', path, () => entryOf(path)).catch(ignoreMissing))
      return sorted(entries)
    },
    async hasFolder(folder) {
      const found = await attempt('read', folder, (file) => stat(file)).catch(ignoreMissing)
      return found?.isDirectory() ?? false
    },
    stat: (path) => attempt('read', path, () => entryOf(path)).catch(ignoreMissing),
    read: (path) => attempt('read', path, (file) => readFile(file)),
    readRange: (path, offset, length) => attempt('read', path, (file) => readPart(file, offset, length)),
    putIfAbsent: (path, bytes) =>
      attempt('write', path, async (file) => {
        await makeFolderDurably(dirname(file))
        if (await createDurably(file, bytes, warnOnce)) return true
        if ((await stat(file).catch(() => undefined))?.isDirectory()) throw new Fault('storage', `${file} is a folder, and a file is needed there: move it away`)
        return false
      }),
    replace: (path, bytes) =>
      attempt('write', path, async (file) => {
        await makeFolderDurably(dirname(file))
        await replaceDurably(file, bytes)
      }),
    remove: (path) => attempt('remove', path, (file) => rm(file, { force: true })),
    localFile: (path) =>
      attempt('read', path, async (file) => {
        const [real, realRoot] = await Promise.all([realpath(file), realpath(root)])
        if (!real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep)) {
          throw new Fault('storage', `${file} is a link that leads out of ${root}: copy the file there, or open the folder that holds it`)
        }
        return { path: file, release: () => undefined, distrust: () => undefined }
      }),
    stage: (path) =>
      attempt('write', path, async (file): Promise<StagedFile> => {
        await makeFolderDurably(dirname(file))
        const temporary = temporaryName(file)
        return {
          file: temporary,
          publish: () =>
            attempt('write', path, async () => {
              await publishDurably(temporary, file)
              const entry = await entryOf(path)
              if (entry === undefined) throw new Error(`${file} is no file`)
              return entry
            }),
          discard: () => attempt('remove', path, () => rm(temporary, { force: true }))
        }
      })
  }
}

/** The path itself or the first above it that is there. */
async function nearestThere(path: string): Promise<string> {
  for (let there = path; ; there = dirname(there)) {
    try {
      await lstat(there)
      return there
    } catch (error) {
      const missing = errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR'
      if (!missing || there === dirname(there)) throw storageFault(error, 'read', there)
    }
  }
}

async function realPathOf(path: string): Promise<string> {
  const there = await nearestThere(path)
  try {
    return join(await realpath(there), path.slice(there.length))
  } catch (error) {
    throw storageFault(error, 'read', there)
  }
}

async function readPart(file: string, offset: number, length: number): Promise<Uint8Array> {
  const handle = await open(file, 'r')
  try {
    const bytes = Buffer.alloc(length)
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return bytes.subarray(0, filled)
  } finally {
    await handle.close()
  }
}

/** A bounded number of calls at a time: a log may have 100,000 files. */
async function inGroups<Item, Answer>(items: readonly Item[], work: (item: Item) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = []
  const groupSize = 256
  for (let start = 0; start < items.length; start += groupSize) {
    answers.push(...(await Promise.all(items.slice(start, start + groupSize).map(work))))
  }
  return answers
}

function sorted(entries: readonly (StorageEntry | undefined)[]): StorageEntry[] {
  // compareText is the order of the UTF-8 bytes, as object stores list.
  return entries.filter((entry) => entry !== undefined).sort((a, b) => compareText(a.path, b.path))
}
