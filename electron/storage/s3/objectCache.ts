import { createHash, randomUUID } from 'node:crypto'
import { copyFile, link, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { Fault } from '#shared/engine/fault.ts'
import type { LocalFile } from '../storage.ts'
import { errorCode, storageFault } from '../storageFault.ts'

/** A copy of an object, or of parts of it, as it was under an ETag. */
export interface CachedObject {
  readonly etag: string
  /** Of the object, also when only parts of it are here. */
  readonly sizeBytes: number
  /** Names which parts; '' is all of it. */
  readonly parts: string
  readonly name: string
}

/**
 * Copies of objects on this machine, bounded, named after what they are copies of: the object, its ETag and which parts. A copy is written beside and
 * renamed, so that one that has its name is whole. Several threads and programs may share a folder.
 */
export interface ObjectCache {
  /** The newest copy of an object: all of it, or just these parts. `object` is its address. */
  find(object: string, parts: string): Promise<CachedObject | undefined>
  /** Has a copy written into a new file, and holds it. */
  add(object: string, copy: Omit<CachedObject, 'name'>, write: (file: string) => Promise<void>): Promise<LocalFile>
  /** The copy as a file that stays until it is released, whatever else is cached meanwhile; undefined: it is gone. */
  hold(copy: CachedObject): Promise<LocalFile | undefined>
  /** A name for a file that is written here to be sent. */
  stagingFile(): Promise<string>
  /** Removes what this thread holds. */
  close(): Promise<void>
}

export const defaultCacheBytes = 4 * 1024 ** 3

const kept = 'objects'
const mine = `use-${process.pid}-${threadId}-${randomUUID().slice(0, 8)}`

/** `given` is the folder, made when it is needed; Fault `usage` then, where it is undefined. Copies that nobody holds are removed, the ones unused for longest first, once all take more than `maxBytes`. */
export function openObjectCache(given: string | undefined, maxBytes: number): ObjectCache {
  const folder = given ?? ''
  const objects = join(folder, kept)
  const own = join(folder, mine)
  /** By object, then by parts. Filled from the folder once; what other threads add later is only missed. */
  let known: Promise<Map<string, Map<string, CachedObject>>> | undefined
  let ready: Map<string, Map<string, CachedObject>> | undefined
  const holders = new Map<string, { count: number; file: Promise<string | undefined> }>()
  const leaving = new Map<string, Promise<void>>()
  /** Bytes in the folder, as far as this thread knows; undefined: to be counted. */
  let bytes: number | undefined
  /** Since it was counted. */
  let added = 0

  const open = () =>
    (known ??= attempt(folder, async () => {
      if (given === undefined) throw new Fault('usage', 'this user has no home folder (HOME is not set), so it is not known where copies of objects are kept while they are read: set CONTRAIL_CACHE to a folder')
      await makeFolders()
      await removeAbandoned(folder)
      ready = new Map()
      for (const name of await readdir(objects)) remember(name)
      return ready
    }))

  async function makeFolders(): Promise<void> {
    await mkdir(objects, { recursive: true })
    await mkdir(own, { recursive: true })
  }

  function remember(name: string): CachedObject | undefined {
    const parsed = parseName(name)
    if (!parsed) return undefined
    const { object, ...copy } = parsed
    const byParts = ready!.get(object) ?? new Map<string, CachedObject>()
    ready!.set(object, byParts.set(copy.parts, copy))
    return copy
  }

  function forget({ name, parts }: CachedObject): void {
    const object = parseName(name)?.object ?? ''
    if (ready?.get(object)?.get(parts)?.name === name) ready.get(object)!.delete(parts)
  }

  async function removeOldest(most: number): Promise<void> {
    const copies: { name: string; usedMs: number; bytes: number }[] = []
    for (const name of await readdir(objects).catch(() => [])) {
      const found = await stat(join(objects, name)).catch(() => undefined)
      if (found) copies.push({ name, usedMs: found.mtimeMs, bytes: diskBytes(found) })
    }
    bytes = copies.reduce((sum, copy) => sum + copy.bytes, 0)
    added = 0
    if (bytes <= most) return
    // Some more than needed: to count the folder for every file would cost more than to fetch one again.
    const aim = most * 0.9
    for (const copy of copies.sort((a, b) => a.usedMs - b.usedMs)) {
      if (bytes <= aim) break
      // What somebody holds has a name of its own besides, and stays.
      await rm(join(objects, copy.name), { force: true }).catch(() => undefined)
      const parsed = parseName(copy.name)
      if (parsed) forget(parsed)
      bytes -= copy.bytes
    }
  }

  async function holdFile(copy: CachedObject): Promise<string | undefined> {
    const file = join(own, copy.name)
    const cached = join(objects, copy.name)
    try {
      await link(cached, file).catch((error: unknown) => {
        if (errorCode(error) === 'EEXIST') return
        if (errorCode(error) === 'ENOENT') throw error
        return copyFile(cached, file) // No hard links here.
      })
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw storageFault(error, 'write', file)
      forget(copy)
      return undefined
    }
    const now = new Date()
    await utimes(cached, now, now).catch(() => undefined)
    return file
  }

  async function hold(copy: CachedObject): Promise<LocalFile | undefined> {
    await open()
    await leaving.get(copy.name)
    const holder = holders.get(copy.name) ?? { count: 0, file: holdFile(copy) }
    holders.set(copy.name, holder)
    holder.count += 1
    const letGo = async (): Promise<void> => {
      holder.count -= 1
      if (holder.count > 0) return
      holders.delete(copy.name)
      // Who wants it again meanwhile waits, and gets a new name for it.
      const left = holder.file.then((held) => (held === undefined ? undefined : rm(held, { force: true }))).catch(() => undefined)
      leaving.set(copy.name, left)
      await left
      if (leaving.get(copy.name) === left) leaving.delete(copy.name)
    }
    try {
      const held = await holder.file
      if (held === undefined) {
        await letGo()
        return undefined
      }
      let released = false
      return {
        path: held,
        isCopy: true,
        release() {
          if (!released) void letGo()
          released = true
        },
        distrust() {
          forget(copy)
          void rm(join(objects, copy.name), { force: true }).catch(() => undefined)
        }
      }
    } catch (error) {
      await letGo()
      throw error
    }
  }

  return {
    async find(object, parts) {
      const byParts = (await open()).get(idOf(object))
      return byParts?.get('') ?? byParts?.get(partsId(parts))
    },
    async add(object, copy, write) {
      await open()
      const named = { ...copy, parts: partsId(copy.parts), name: nameFor(object, copy) }
      const part = join(own, `${randomUUID()}.part`)
      const file = join(objects, named.name)
      try {
        await write(part).catch(async (error: unknown) => {
          // Somebody tidied up: the folders are made again. Or what is here, which is only a help, gives way.
          if (errorCode(error) === 'ENOENT') await makeFolders()
          else if (isFull(error)) await removeOldest(0)
          else throw error
          await write(part)
        })
        await rename(part, file)
      } catch (error) {
        await rm(part, { force: true }).catch(() => undefined)
        throw errorCode(error) === 'ENOENT' ? removed(folder) : storageFault(error, 'write', file)
      }
      const before = ready!.get(idOf(object))?.get(named.parts)
      if (before && before.name !== named.name) await rm(join(objects, before.name), { force: true }).catch(() => undefined)
      remember(named.name)
      const held = await hold(named)
      if (!held) throw removed(folder)
      const size = diskBytes(await stat(held.path).catch(() => ({ size: copy.sizeBytes })))
      if (bytes !== undefined) bytes += size
      added += size
      // What others add is only seen when the folder is counted.
      if (bytes === undefined || bytes > maxBytes || added > maxBytes * 0.1) await removeOldest(maxBytes)
      return held
    },
    hold,
    async stagingFile() {
      await open()
      await makeFolders() // Somebody may have tidied up.
      return join(own, `${randomUUID()}.staged`)
    },
    async close() {
      if (known) await rm(own, { recursive: true, force: true }).catch(() => undefined)
    }
  }
}

/** Sparse files take less than their size. */
const diskBytes = ({ size, blocks }: { readonly size: number; readonly blocks?: number }): number => (blocks === undefined || process.platform === 'win32' ? size : blocks * 512)

const idOf = (object: string): string => createHash('sha256').update(object).digest('hex').slice(0, 32)

const partsId = (parts: string): string => (parts === '' ? '' : createHash('sha256').update(parts).digest('hex').slice(0, 16))

/** An ETag too long for a name is left out: then the copy is of use while its program runs, and fetched again by the next. */
function nameFor(object: string, { etag, sizeBytes, parts }: Omit<CachedObject, 'name'>): string {
  const encoded = Buffer.from(etag).toString('base64url')
  return `${idOf(object)}.${encoded.length > 100 ? '' : encoded}.${sizeBytes}.${partsId(parts) || 'all'}.parquet`
}

function parseName(name: string): (CachedObject & { readonly object: string }) | undefined {
  const [, object, etag, size, parts] = /^([0-9a-f]{32})\.([\w-]*)\.(\d+)\.(all|[0-9a-f]{16})\.parquet$/.exec(name) ?? []
  if (object === undefined || etag === undefined || parts === undefined) return undefined
  return { object, etag: Buffer.from(etag, 'base64url').toString(), sizeBytes: Number(size), parts: parts === 'all' ? '' : parts, name }
}

/** No file of a source is to blame for it. */
const removed = (folder: string): Fault => new Fault('unavailable', `the cache ${folder} was removed while it was used: leave it to Contrail, which keeps it within its bound, then start again`)

const isFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes(errorCode(error) ?? '')

/** What programs that are no more have held. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, pid] = /^use-(\d+)-/.exec(name) ?? []
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

async function attempt<Answer>(folder: string, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    throw storageFault(error, 'write to the cache', folder)
  }
}
