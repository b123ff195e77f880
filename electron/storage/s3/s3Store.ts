import { randomUUID } from 'node:crypto'
import { readFile, rm, stat } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { GetObjectCommandOutput, ListObjectsV2CommandOutput, S3Client } from '@aws-sdk/client-s3'
import { compareText } from '#shared/engine/combine.ts'
import { Fault, isFault } from '#shared/engine/fault.ts'
import type { ByteRange, StagedFile, Storage, StorageEntry } from '../storage.ts'
import { mostReadable, storageFault, tooLarge } from '../storageFault.ts'
import { fetchBytes, fetchWholeChecked, type Fetched, type GetRange } from './fetchObject.ts'
import { openLocalCopies } from './localCopies.ts'
import type { ObjectCache } from './objectCache.ts'
import { isPassing, nameOf, s3Fault, statusOf } from './s3Fault.ts'
import { serverName, type S3Place } from './s3Place.ts'
import { formatS3Root, type S3Root } from './s3Uri.ts'
import type { UsageMeter } from './usage.ts'

/** How patient S3 is asked. */
export interface S3Limits {
  /** Tries of one request, or of one body that breaks off. */
  readonly attempts: number
  /** How long a server may say nothing. */
  readonly silenceMs: number
}

export const usualLimits: S3Limits = { attempts: 6, silenceMs: 20_000 }

/** What all storages of a program share. */
export interface S3Parts {
  /** As it is now: keys may be given anew while a storage is open. */
  readonly place: () => S3Place
  readonly limits: S3Limits
  readonly cache: ObjectCache
  readonly meter: UsageMeter
  /** Ends what is being fetched. */
  readonly signal: AbortSignal
  readonly client: (place: S3Place) => Promise<S3Client>
  /** The credentials were not accepted: others are looked for with the next request. */
  readonly forgetClient: (place: S3Place) => void
  /** Roots that were found to keep a second writer out; and what is wrong with the others. */
  readonly probed: Map<string, Promise<void>>
  /** Objects that were compared with the server's since the program began. */
  readonly compared: Set<string>
}

const conflictTries = 20
const probePrefix = '.contrail-probe-'

/** A bucket, or a part of one below a prefix. Nothing is asked before the first call. */
export function openS3Store(at: S3Root, parts: S3Parts): Storage {
  const { limits, signal } = parts
  const root = formatS3Root(at)
  const { bucket } = at
  const keyOf = (path: string): string => (at.prefix === '' ? path : path === '' ? at.prefix : `${at.prefix}/${path}`)
  const folderKey = (folder: string): string => (keyOf(folder) === '' ? '' : `${keyOf(folder)}/`)
  const server = (): string => serverName(parts.place())
  const nameFor = (path: string): string => (path === '' ? root : `${root}/${path}`)
  const fetching = { meter: parts.meter, silenceMs: limits.silenceMs, attempts: limits.attempts, signal }

  async function attempt<Answer>(doing: string, path: string, work: (client: S3Client) => Promise<Answer>): Promise<Answer> {
    if (signal.aborted) throw new Fault('interrupted', 'asked to stop')
    const place = parts.place()
    if (doing === 'write' || doing === 'remove') refuseUnsigned(place)
    try {
      return await work(await parts.client(place))
    } catch (error) {
      if (signal.aborted) throw new Fault('interrupted', 'asked to stop')
      const fault = s3Fault(error, { place, bucket, path: nameFor(path), doing })
      if (isFault(fault) && fault.code === 'access') parts.forgetClient(place)
      throw fault
    }
  }

  /** Some buckets let anybody write, but nobody means to. */
  function refuseUnsigned({ anonymous }: S3Place): void {
    if (!anonymous) return
    throw new Fault('access', `nothing is written to ${root} without keys (--no-sign-request, s3.anonymous, or a connection without credentials): give the bucket ${bucket} a profile or keys, or write to a local folder`)
  }

  const get =
    (client: S3Client, path: string): GetRange =>
    async (range, ifMatch, abortSignal, unless) => {
      const { GetObjectCommand } = await import('@aws-sdk/client-s3')
      const answer: GetObjectCommandOutput = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: keyOf(path), ...(range && { Range: `bytes=${range.start}-${range.end - 1}` }), ...(ifMatch !== undefined && { IfMatch: ifMatch }), ...(unless !== undefined && { IfNoneMatch: unless }) }),
        { abortSignal }
      )
      if (range && range.start > 0 && !answer.ContentRange?.startsWith(`bytes ${range.start}-`)) throw new Fault('unsupported', `${server()} does not answer with the part of ${nameFor(path)} that it was asked for: check the endpoint`)
      return answer
    }

  async function read(client: S3Client, path: string, range?: ByteRange, mostBytes = mostReadable): Promise<Uint8Array> {
    const check = ({ sizeBytes }: Fetched) => {
      if (!range && sizeBytes > mostBytes) throw tooLarge(nameFor(path), sizeBytes, mostBytes)
    }
    const fetch = { ...fetching, get: get(client, path), check }
    let chunks: Uint8Array[] = []
    const begin = () => {
      chunks = []
      return async (bytes: Uint8Array) => void chunks.push(bytes)
    }
    if (range) await fetchBytes(fetch, range, begin())
    else await fetchWholeChecked(fetch, begin)
    return Buffer.concat(chunks)
  }

  async function list(folder: string, options: { readonly deep: boolean; readonly from?: string; readonly most?: number }): Promise<StorageEntry[]> {
    const { ListObjectsV2Command } = await import('@aws-sdk/client-s3')
    const prefix = folderKey(folder)
    const after = startAfter(options.from)
    const entries: StorageEntry[] = []
    let token: string | undefined
    do {
      const page: ListObjectsV2CommandOutput = await attempt('list', folder, (client) =>
        client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            EncodingType: 'url',
            ...(!options.deep && { Delimiter: '/' }),
            ...(token === undefined ? after !== undefined && { StartAfter: prefix + after } : { ContinuationToken: token }),
            ...(options.most !== undefined && { MaxKeys: options.most })
          }),
          { abortSignal: signal }
        )
      )
      refuseForeign(page, server())
      for (const { Key: key, Size: size, LastModified: modified, ETag: etag } of page.Contents ?? []) {
        if (key === undefined) continue
        const path = (page.EncodingType === 'url' ? decodeKey(key) : key).slice(at.prefix === '' ? 0 : at.prefix.length + 1)
        if (!path.endsWith('/') && path !== '') entries.push({ path, sizeBytes: size ?? 0, modifiedMs: modified?.getTime() ?? 0, ...(etag !== undefined && { etag }) })
      }
      if (options.most !== undefined) return entries
      token = page.NextContinuationToken
      if (page.IsTruncated === true && token === undefined) throw new Fault('unavailable', `${server()} broke off the list of ${nameFor(folder)} in the middle: try again`)
    } while (token !== undefined)
    const least = options.from === undefined ? undefined : `${folder === '' ? '' : `${folder}/`}${options.from}`
    return (least === undefined ? entries : entries.filter((entry) => compareText(entry.path, least) >= 0)).sort((a, b) => compareText(a.path, b.path))
  }

  async function head(client: S3Client, path: string): Promise<StorageEntry | undefined> {
    const { HeadObjectCommand } = await import('@aws-sdk/client-s3')
    try {
      const found = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: keyOf(path) }), { abortSignal: signal })
      return { path, sizeBytes: found.ContentLength ?? 0, modifiedMs: found.LastModified?.getTime() ?? 0, ...(found.ETag !== undefined && { etag: found.ETag }) }
    } catch (error) {
      const status = statusOf(error)
      if (status === undefined || isPassing(error)) throw error
      // The answer to HEAD has no body, and says why only by a number: GET says more, also that there is no such bucket.
      try {
        const { Body: body } = await get(client, path)({ start: 0, end: 1 }, undefined, signal)
        ;(body as { destroy?: () => void } | undefined)?.destroy?.()
      } catch (told) {
        if (nameOf(told) === 'NoSuchKey' || (nameOf(told) !== 'NoSuchBucket' && statusOf(told) === 404)) return undefined
        throw told
      }
      throw error
    }
  }

  async function put(client: S3Client, path: string, bytes: Uint8Array, ifAbsent: boolean): Promise<string | undefined> {
    const { PutObjectCommand } = await import('@aws-sdk/client-s3')
    const answer = await client.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf(path), Body: bytes, ContentLength: bytes.byteLength, ...(ifAbsent && { IfNoneMatch: '*' }) }))
    return answer.ETag
  }

  async function remove(client: S3Client, path: string): Promise<void> {
    const { DeleteObjectCommand } = await import('@aws-sdk/client-s3')
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(path) }))
  }

  /**
   * True when the object is the caller's. An answer that was lost on its way makes our own success look like a refusal when the SDK asks again: what is
   * there decides. What callers write with it tells one writer from another (a commit has its txnId).
   */
  async function putIfAbsent(client: S3Client, path: string, bytes: Uint8Array): Promise<boolean> {
    for (let tries = 1; ; tries++) {
      try {
        await put(client, path, bytes, true)
        return true
      } catch (error) {
        const status = statusOf(error)
        if (status === 412) return isOurs(client, path, bytes)
        if (status !== 409 && !isPassing(error)) throw error
        if (status !== 409 && (await head(client, path)) !== undefined) return isOurs(client, path, bytes)
        if (tries >= conflictTries) throw error
        await wait(Math.min(50 * tries, 1000), undefined, { signal })
      }
    }
  }

  const isOurs = async (client: S3Client, path: string, bytes: Uint8Array): Promise<boolean> => Buffer.compare(await read(client, path), bytes) === 0

  /** Writes an object twice. A server that takes the second one as well would let two writers make the same version of a table. */
  async function probe(): Promise<void> {
    const path = `${probePrefix}${randomUUID()}`
    const first = Buffer.from('Contrail looks whether this server keeps a second writer out. This object may be removed.\n')
    await attempt('write', path, async (client) => {
      await put(client, path, first, true).catch((error: unknown) => {
        if (statusOf(error) !== 412) throw error // The first answer was lost.
      })
      try {
        await put(client, path, Buffer.from('A second writer came through.\n'), true)
      } catch (error) {
        if (statusOf(error) === 412 || statusOf(error) === 409) return
        throw error
      } finally {
        await remove(client, path).catch(() => undefined) // Without the permission to remove it stays; it is in nobody's way.
      }
      throw new Fault('unsupported', `${server()} lets a second writer replace an object that must not be there yet (it ignores If-None-Match), so ${root} cannot be kept safe from double rows: write gold and checkpoints to a local folder, or to a server that heeds it`)
    })
  }

  /** Once for each root: what is found out stays true. */
  function checkConditional(): Promise<void> {
    const known = parts.probed.get(root)
    if (known) return known
    const probing = probe()
    parts.probed.set(root, probing)
    probing.catch((error: unknown) => {
      if (!isFault(error) || error.code !== 'unsupported') parts.probed.delete(root)
    })
    return probing
  }

  const copies = openLocalCopies({ ...parts, fetching, get, address: (path) => `${server()} ${bucket} ${keyOf(path)}`, nameFor })

  return {
    root,
    isRemote: true,
    realRoot: () => Promise.resolve(`${server().replace(/^https?:/, '')}//${bucket}/${at.prefix}`),
    checkWritable: checkConditional,
    list: (folder, from, most) => list(folder, { deep: false, ...(from !== undefined && from !== '' && { from }), ...(most !== undefined && { most }) }),
    listDeep: (folder) => list(folder, { deep: true }),
    hasFolder: async (folder) => {
      const { ListObjectsV2Command } = await import('@aws-sdk/client-s3')
      const page = await attempt('list', folder, (client) => client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: folderKey(folder), MaxKeys: 1 }), { abortSignal: signal }))
      refuseForeign(page, server())
      return (page.Contents ?? []).length > 0
    },
    stat: (path) => (keyOf(path) === '' ? Promise.resolve(undefined) : attempt('read', path, (client) => head(client, path))),
    read: (path, mostBytes) => attempt('read', path, (client) => read(client, path, undefined, mostBytes)),
    readRange: (path, offset, length) =>
      attempt('read', path, async (client) => {
        if (length === 0) return new Uint8Array()
        return read(client, path, { start: offset, end: offset + length }).catch((error: unknown) => {
          if (statusOf(error) === 416) return new Uint8Array() // It ends before.
          throw error
        })
      }),
    async putIfAbsent(path, bytes) {
      await checkConditional()
      return attempt('write', path, (client) => putIfAbsent(client, path, bytes))
    },
    replace: (path, bytes) => attempt('write', path, async (client) => void (await put(client, path, bytes, false))),
    remove: (path) => attempt('remove', path, (client) => remove(client, path)),
    localFile: (path, wanted) => attempt('read', path, (client) => copies.open(client, path, wanted ?? {})),
    async stage(path): Promise<StagedFile> {
      refuseUnsigned(parts.place())
      const file = await parts.cache.stagingFile()
      return {
        file,
        async publish() {
          const bytes = await readFile(file).catch((error: unknown) => Promise.reject(storageFault(error, 'read', file) as Error))
          const etag = await attempt('write', path, (client) => put(client, path, bytes, false))
          const { mtimeMs } = await stat(file)
          await rm(file, { force: true })
          return { path, sizeBytes: bytes.byteLength, modifiedMs: Math.floor(mtimeMs), ...(etag !== undefined && { etag }) }
        },
        discard: () => rm(file, { force: true })
      }
    }
  }
}

/** A web page is read as an empty answer: a list of S3 says at least whose it is. */
function refuseForeign({ KeyCount: count, Contents: found, Prefix: prefix, Name: name }: ListObjectsV2CommandOutput, server: string): void {
  if (count !== undefined || found !== undefined || prefix !== undefined || name !== undefined) return
  throw new Fault('unsupported', `${server} does not answer as S3 does: check the endpoint; the port of a web console is another one than that of S3`)
}

/** A name that sorts before `from`, and not long before: S3 leaves out what it is told, and what comes before. */
function startAfter(from: string | undefined): string | undefined {
  const last = from?.charCodeAt(from.length - 1)
  if (from === undefined || last === undefined || last <= 0x20 || last > 0x7e) return undefined
  return `${from.slice(0, -1)}${String.fromCharCode(last - 1)}~`
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '))
  } catch {
    return key // A server that says it encodes and does not.
  }
}
