import type { GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3'
import { Fault } from '#shared/engine/fault.ts'
import type { ByteRange, LocalFile, WantedFile } from '../storage.ts'
import { whileFewAreFetched } from '../openFiles.ts'
import { bytesIn, mergeRanges, rangesWithout } from './byteRanges.ts'
import { fetchBytes, fetchRanges, fetchWholeChecked, writeAll, writeFileDurably, type Fetched, type FetchParts, type GetRange } from './fetchObject.ts'
import type { CachedObject, ObjectCache } from './objectCache.ts'
import { statusOf } from './s3Fault.ts'

export interface LocalCopyParts {
  readonly cache: ObjectCache
  /** Copies, by name, that were compared with the server's since the program began: data files do not change. */
  readonly compared: Set<string>
  readonly fetching: Omit<FetchParts, 'get'>
  readonly get: (client: S3Client, path: string) => GetRange
  /** Of an object, the same for no other one anywhere. */
  readonly address: (path: string) => string
  /** As messages call it. */
  readonly nameFor: (path: string) => string
}

/** Objects as files of this machine, fetched when they are not here yet. */
export interface LocalCopies {
  open(client: S3Client, path: string, wanted: WantedFile): Promise<LocalFile>
}

/** Objects smaller than this come whole: a second request costs more. */
const smallestInParts = 1024 * 1024
/** A request costs about as much as so many bytes. */
const mergeGap = 256 * 1024
/** What is first fetched of an object that is wanted in parts: the footer of most Parquet files. */
const tailBytes = 64 * 1024
/** More of an object than this, and it comes whole. */
const mostInParts = 0.5

export function openLocalCopies({ cache, compared, fetching, get, address, nameFor }: LocalCopyParts): LocalCopies {
  /** Two queries that want the same object at the same time fetch it once. */
  const turns = new Map<string, Promise<unknown>>()

  async function inTurn<Answer>(object: string, work: () => Promise<Answer>): Promise<Answer> {
    const before = turns.get(object)
    const turn = (before ?? Promise.resolve()).then(work, work)
    turns.set(object, turn)
    try {
      return await turn
    } finally {
      if (turns.get(object) === turn) turns.delete(object)
    }
  }

  async function open(client: S3Client, path: string, wanted: WantedFile): Promise<LocalFile> {
    const object = address(path)
    const inParts = wanted.parts && (wanted.sizeBytes ?? 0) >= smallestInParts ? wanted.parts : undefined
    const known = await cache.find(object, inParts?.id ?? '')
    const isCurrent = known !== undefined && (wanted.etag === known.etag || (compared.has(known.name) && wanted.etag === undefined && (wanted.sizeBytes ?? known.sizeBytes) === known.sizeBytes))
    const held = isCurrent ? await cache.hold(known) : undefined
    if (held) return held
    const getObject = get(client, path)
    for (let isFirst = true; ; isFirst = false) {
      try {
        const copy = await fetchCopy(object, { getObject, wanted: { ...wanted, parts: inParts }, known: isFirst ? known : undefined })
        if (copy) return copy
      } catch (error) {
        // It was replaced while it was fetched: once more, from its beginning, unless that very one was wanted.
        if (statusOf(error) !== 412) throw error
        if (wanted.etag !== undefined) throw new Fault('notFound', `${nameFor(path)} was changed after it had been listed, and what it held is not there any more: restore it; put new rows into new files`)
        if (!isFirst) throw error
      }
    }
  }

  interface Fetch {
    readonly getObject: GetRange
    readonly wanted: Omit<WantedFile, 'parts'> & { readonly parts: WantedFile['parts'] }
    readonly known: CachedObject | undefined
  }

  /** undefined: it was here when it was compared, and is not any more. */
  async function fetchCopy(object: string, { getObject, wanted, known }: Fetch): Promise<LocalFile | undefined> {
    const { parts, sizeBytes = 0 } = wanted
    const first = await getUnlessKnown(getObject, parts ? { start: Math.max(0, sizeBytes - tailBytes), end: sizeBytes } : undefined, wanted.etag, known)
    if (first === 'known') return known && holdCompared(known)
    if (first === 'shorter') return fetchWhole(object, getObject, undefined, wanted.etag)
    if (parts) {
      const chosen = await fetchTail(getObject, first)
      if (chosen.sizeBytes === sizeBytes) {
        const copy = await fetchInParts(object, getObject, chosen, parts)
        if (copy) return copy
      }
    }
    return fetchWhole(object, getObject, parts ? undefined : first, wanted.etag)
  }

  async function getUnlessKnown(getObject: GetRange, range: ByteRange | undefined, ifMatch: string | undefined, known: CachedObject | undefined): Promise<GetObjectCommandOutput | 'known' | 'shorter'> {
    try {
      return await getObject(range, ifMatch, fetching.signal, known?.etag || undefined)
    } catch (error) {
      if (statusOf(error) === 304) return 'known'
      if (statusOf(error) === 416) return 'shorter' // Than the log says: whatever it is, it is read as it is.
      throw error
    }
  }

  async function holdCompared(known: CachedObject): Promise<LocalFile | undefined> {
    compared.add(known.name)
    return cache.hold(known)
  }

  async function fetchTail(getObject: GetRange, first: GetObjectCommandOutput): Promise<Fetched & { readonly start: number; readonly bytes: Uint8Array }> {
    const start = Number(/^bytes (\d+)-/.exec(first.ContentRange ?? '')?.[1] ?? 0)
    const end = Number(/^bytes \d+-(\d+)/.exec(first.ContentRange ?? '')?.[1] ?? 0) + 1
    const chunks: Uint8Array[] = []
    const found = await fetchBytes({ ...fetching, get: getObject }, { start, end }, async (bytes) => void chunks.push(bytes), first)
    return { ...found, start, bytes: Buffer.concat(chunks) }
  }

  /** undefined: all of it is as cheap. */
  async function fetchInParts(object: string, getObject: GetRange, { etag, sizeBytes, start, bytes }: Fetched & { readonly start: number; readonly bytes: Uint8Array }, parts: NonNullable<WantedFile['parts']>): Promise<LocalFile | undefined> {
    const here: { readonly start: number; readonly bytes: Uint8Array }[] = [{ start, bytes }]
    const chosen = await parts.choose(sizeBytes, async (range) => {
      const found = here.find((some) => some.start <= range.start && some.start + some.bytes.byteLength >= range.end)
      if (found) return found.bytes.subarray(range.start - found.start, range.end - found.start)
      const chunks: Uint8Array[] = []
      await fetchBytes({ ...fetching, get: (part, _ifMatch, signal) => getObject(part, etag, signal) }, range, async (some) => void chunks.push(some))
      const read = Buffer.concat(chunks)
      here.push({ start: range.start, bytes: read })
      return read
    })
    const ranges = chosen && mergeRanges(chosen, mergeGap)
    if (!ranges || bytesIn(ranges) > sizeBytes * mostInParts) return undefined
    const fetched = mergeRanges(here.map((some) => ({ start: some.start, end: some.start + some.bytes.byteLength })), 1)
    const copy = { etag, sizeBytes, parts: parts.id }
    const held = await cache.add(object, copy, (path) =>
      writeFileDurably(path, async (file) => {
        await file.truncate(sizeBytes)
        for (const some of here) await writeAll(file, some.bytes, some.start)
        await fetchRanges({ ...fetching, get: getObject }, rangesWithout(ranges, fetched), etag, file)
      })
    )
    return compareLater(object, parts.id, held)
  }

  async function fetchWhole(object: string, getObject: GetRange, first: GetObjectCommandOutput | undefined, ifMatch: string | undefined): Promise<LocalFile> {
    const answer = first ?? (await getObject(undefined, ifMatch, fetching.signal))
    const { ETag: etag, ContentLength: sizeBytes } = answer
    if (etag === undefined || sizeBytes === undefined) throw new Fault('unsupported', 'the server does not tell the size or the ETag of an object, as S3 does: check the endpoint')
    // A disk that is full is tried twice.
    let unread: GetObjectCommandOutput | undefined = answer
    const held = await cache.add(object, { etag, sizeBytes, parts: '' }, (path) =>
      writeFileDurably(path, async (file) => {
        const head = unread
        unread = undefined
        await fetchWholeChecked({ ...fetching, get: (range, match, signal) => getObject(range, match ?? etag, signal) }, () => (bytes, position) => writeAll(file, bytes, position), head)
      })
    )
    return compareLater(object, '', held)
  }

  async function compareLater(object: string, parts: string, held: LocalFile): Promise<LocalFile> {
    const copy = await cache.find(object, parts)
    if (copy) compared.add(copy.name)
    return held
  }

  // From the first request on: one that held a connection while it waits for a file to be closed would keep others from closing theirs.
  return { open: (client, path, wanted) => inTurn(address(path), () => whileFewAreFetched(() => open(client, path, wanted))) }
}
