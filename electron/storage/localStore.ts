import { compareText } from '#shared/engine/combine.ts'
import { Fault, isFault } from '#shared/engine/fault.ts'
import { access, constants, lstat, open, readdir, realpath, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { createDurably, makeFolderDurably, publishDurably, replaceDurably, temporaryName } from './durableFile.ts'
import { walkFolder } from './walkFolder.ts'
import type { StagedFile, Storage, StorageEntry } from './storage.ts'
import { errorCode, ignoreMissing, storageFault, mostReadable, tooLarge } from './storageFault.ts'
import { whileFewAreOpen } from './openFiles.ts'
import { wholePath } from './workingDirectory.ts'

/** A folder of this machine, which need not be there yet. `onWarning` hears once when it cannot give all that a Storage promises. */
export function openLocalStore(folder: string, onWarning: (message: string) => void = () => undefined): Storage {
  const root = wholePath(folder)
  let warned = false
  let realRoot: string | undefined

  function fileOf(path: string): string {
    const file = join(root, path)
    if (path.includes('\0')) throw new Fault('storage', `${JSON.stringify(path)} is no path below ${root}: a name cannot hold a zero byte`)
    if (isWithin(root, file)) return file
    throw new Fault('storage', `${path} leads out of ${root}: Contrail stays in that folder`)
  }

  /** The file itself, behind all links. Asked each time: a link may have come since. Fault for what a link leads out. */
  async function follow(file: string): Promise<string> {
    const real = await realpath(file)
    if (realRoot !== undefined && isWithin(realRoot, real)) return real
    realRoot = await realpath(root) // May be a link too, which may have been set to another folder.
    if (isWithin(realRoot, real)) return real
    throw new Fault('storage', `${file} is, or lies behind, a link that leads out of ${root}: copy what it leads to into that folder, or choose the folder that holds it`)
  }

  async function attempt<Answer>(doing: string, path: string, work: (file: string) => Promise<Answer>): Promise<Answer> {
    const file = fileOf(path)
    try {
      return await work(file)
    } catch (error) {
      throw storageFault(error, doing, file)
    }
  }

  const attemptBehindLinks = <Answer>(doing: string, path: string, work: (real: string) => Promise<Answer>): Promise<Answer> => attempt(doing, path, async (file) => work(await follow(file)))

  /** Of the folder that is to hold the file, as much as is there must lie within. The file itself may be a link: none is written through. */
  const attemptToChange = <Answer>(doing: string, path: string, work: (file: string) => Promise<Answer>): Promise<Answer> =>
    attempt(doing, path, async (file) => {
      const there = await nearestThere(dirname(file))
      if (isWithin(root, there)) await follow(there).catch((error: unknown) => Promise.reject(isFault(error) ? new Fault(error.code, error.message.replace(there, file), { cause: error }) : error))
      return work(file)
    })

  const statBehindLinks = (path: string): Promise<StorageEntry | undefined> => attemptBehindLinks('read', path, (real) => entryOf(path, real)).catch(ignoreMissing)

  /** A link that leads out as the link that it is: who reads it is refused, and nobody misses it in silence. */
  async function listed(path: string, isLink: boolean): Promise<StorageEntry | undefined> {
    const file = fileOf(path)
    try {
      return await entryOf(path, isLink ? await follow(file) : file)
    } catch (error) {
      if (!isFault(error)) return ignoreMissing(storageFault(error, 'read', file))
      const { size, mtimeMs } = await lstat(file)
      const link = { path, sizeBytes: size, modifiedMs: Math.floor(mtimeMs) }
      return (await leadsToFile(file)) ? link : { ...link, isFolderOutside: true }
    }
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
    async list(folder, from = '', most = Infinity) {
      const found = await attemptBehindLinks('list', folder, (real) => readdir(real, { withFileTypes: true })).catch(ignoreMissing)
      const entries = await inGroups((found ?? []).filter(({ name }) => compareText(name, from) >= 0), (entry) => listed(folder === '' ? entry.name : `${folder}/${entry.name}`, entry.isSymbolicLink()))
      return sorted(entries.filter((entry) => !entry?.isFolderOutside)).slice(0, most)
    },
    async listDeep(folder) {
      const found = await attemptBehindLinks('list', folder, (real) => walkFolder(real, folder)).catch(ignoreMissing)
      return sorted(await inGroups(found ?? [], ({ path, isLink }) => listed(path, isLink)))
    },
    async hasFolder(folder) {
      const found = await attemptBehindLinks('read', folder, (real) => stat(real)).catch(ignoreMissing)
      return found?.isDirectory() ?? false
    },
    stat: statBehindLinks,
    read: (path, mostBytes = mostReadable) =>
      attemptBehindLinks('read', path, (real) =>
        reading(real, async (handle, sizeBytes) => {
          if (sizeBytes > mostBytes) throw tooLarge(fileOf(path), sizeBytes, mostBytes)
          return handle.readFile()
        })
      ),
    readRange: (path, offset, length) => attemptBehindLinks('read', path, (real) => reading(real, (handle, sizeBytes) => readPart(handle, offset, Math.min(length, Math.max(0, sizeBytes - offset))))),
    putIfAbsent: (path, bytes) =>
      attemptToChange('write', path, async (file) => {
        await makeFolderDurably(dirname(file))
        if (await createDurably(file, bytes, warnOnce)) return true
        if ((await stat(file).catch(() => undefined))?.isDirectory()) throw new Fault('storage', `${file} is a folder, and a file is needed there: move it away`)
        return false
      }),
    replace: (path, bytes) =>
      attemptToChange('write', path, async (file) => {
        await makeFolderDurably(dirname(file))
        await replaceDurably(file, bytes)
      }),
    remove: (path) => attemptToChange('remove', path, (file) => rm(file, { force: true })),
    localFile: (path) =>
      attempt('read', path, async (file) => {
        if (!(await stat(await follow(file))).isFile()) throw notAFile(file)
        return { path: file, isCopy: false, release: () => undefined, distrust: () => undefined }
      }),
    stage: (path) =>
      attemptToChange('write', path, async (file): Promise<StagedFile> => {
        await makeFolderDurably(dirname(file))
        const temporary = temporaryName(file)
        return {
          file: temporary,
          publish: () =>
            attempt('write', path, async () => {
              await publishDurably(temporary, file)
              const entry = await statBehindLinks(path)
              if (entry === undefined) throw new Error(`${file} is no file`)
              return entry
            }),
          discard: () => attempt('remove', path, () => rm(temporary, { force: true }))
        }
      })
  }
}

const isWithin = (folder: string, path: string): boolean => path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)

/** undefined: it is a folder, a pipe or something else that is no file. */
async function entryOf(path: string, real: string): Promise<StorageEntry | undefined> {
  const found = await stat(real)
  return found.isFile() ? { path, sizeBytes: found.size, modifiedMs: Math.floor(found.mtimeMs) } : undefined
}

const leadsToFile = (link: string): Promise<boolean> => stat(link).then((found) => found.isFile(), () => false)

const notAFile = (file: string): Fault => new Fault('storage', `${file} is not a file, and one is needed there: move it away, or choose another folder`)

/** Opens without waiting: a pipe would wait for its writer for ever. */
function reading<Answer>(file: string, work: (handle: FileHandle, sizeBytes: number) => Promise<Answer>): Promise<Answer> {
  return whileFewAreOpen(async () => {
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      const found = await handle.stat()
      if (!found.isFile() && !found.isDirectory()) throw notAFile(file)
      return await work(handle, found.size)
    } finally {
      await handle.close()
    }
  })
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

async function readPart(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
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
