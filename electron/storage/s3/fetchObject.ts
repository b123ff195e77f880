import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { Fault } from '#shared/engine/fault.ts'
import type { ByteRange } from '../storage.ts'
import { isPassing } from './s3Fault.ts'
import type { UsageMeter } from './usage.ts'

/** One GET, of a range or of all. `ifMatch`: fails with 412 when the object is another one; `unless`: with 304 when it is still this one. */
export type GetRange = (range: ByteRange | undefined, ifMatch: string | undefined, signal: AbortSignal, unless?: string) => Promise<GetObjectCommandOutput>

export interface FetchParts {
  readonly get: GetRange
  readonly meter: UsageMeter
  /** How long a body may come to a standstill before it is asked for anew. */
  readonly silenceMs: number
  /** Tries in a row that bring nothing; after the last one its error is thrown. */
  readonly attempts: number
  readonly signal: AbortSignal
  /** Refuses an object by what its first answer says of it, before anything of it is taken. */
  readonly check?: (found: Fetched) => void
}

/** An object or a part of it, as the first answer described it. */
export interface Fetched {
  readonly etag: string
  /** Of the whole object. */
  readonly sizeBytes: number
  readonly modifiedMs: number
}

/**
 * Hands over the bytes of an object, or of a range of it, in order and each once. A body that breaks off, ends early or stands still is gone on with
 * where it ended, as long as the object is the same. `first`: an answer that is there already.
 */
export async function fetchBytes(parts: FetchParts, range: ByteRange | undefined, take: (bytes: Uint8Array, at: number) => Promise<void>, first?: GetObjectCommandOutput): Promise<Fetched> {
  let found: Fetched | undefined
  let at = range?.start ?? 0
  let end = range?.end
  let answer = first
  for (let failures = 0; ; ) {
    const stop = new AbortController()
    const signal = AbortSignal.any([parts.signal, stop.signal])
    const before = at
    try {
      answer ??= await parts.get(end === undefined ? undefined : { start: at, end }, found?.etag, signal)
      found ??= accept(answer, parts.check)
      end = Math.min(end ?? found.sizeBytes, found.sizeBytes)
      await readBody(answer, parts, stop, async (bytes) => {
        const wanted = bytes.subarray(0, end! - at)
        await take(wanted, at)
        at += wanted.byteLength
      })
      if (at >= end) return found
      throw stoppedInTheMiddle('the body ended early') // Or its server said a smaller size than the object's.
    } catch (error) {
      parts.signal.throwIfAborted()
      // What a second request may mend: the network, the server's moment, a body that was not whole.
      if (!isPassing(error)) throw error
      failures = at > before ? 1 : failures + 1
      if (failures >= parts.attempts) throw error
      await wait(backoffMs(failures), undefined, { signal: parts.signal })
    } finally {
      answer = undefined
    }
  }
}

/**
 * `fetchBytes` of a whole object, held against its ETag where that is the MD5 of its bytes, as it is of most. Bytes that were damaged on their way are
 * fetched again; an ETag that is something else, as of encrypted objects, gives the same bytes twice. `begin` is called before each time.
 */
export async function fetchWholeChecked(parts: FetchParts, begin: () => (bytes: Uint8Array, at: number) => Promise<void>, first?: GetObjectCommandOutput): Promise<Fetched> {
  let answer = first
  let before: string | undefined
  for (let tries = 1; ; tries++) {
    const hash = createHash('md5')
    const take = begin()
    const found = await fetchBytes(
      parts,
      undefined,
      (bytes, at) => {
        hash.update(bytes)
        return take(bytes, at)
      },
      answer
    )
    answer = undefined
    const sum = hash.digest('hex')
    const [, expected] = /^"([0-9a-f]{32})"$/i.exec(found.etag) ?? []
    if (expected === undefined || expected.toLowerCase() === sum || before === sum) return found
    if (tries >= parts.attempts) throw new Fault('unavailable', 'what came was damaged on its way, each time otherwise: check the network and any proxy between, then try again')
    before = sum
  }
}

/** Fetches ranges of one object into a file of its full size. Ranges are fetched side by side. */
export async function fetchRanges(parts: FetchParts, ranges: readonly ByteRange[], etag: string, file: FileHandle): Promise<void> {
  const get: GetRange = (range, _ifMatch, signal) => parts.get(range, etag, signal)
  await Promise.all(ranges.map((range) => fetchBytes({ ...parts, get }, range, (bytes, at) => writeAll(file, bytes, at))))
}

/** Has a file made, filled and on the disk. */
export async function writeFileDurably<Answer>(path: string, fill: (file: FileHandle) => Promise<Answer>): Promise<Answer> {
  const file = await open(path, 'w+')
  try {
    const answer = await fill(file)
    await file.sync()
    return answer
  } finally {
    await file.close()
  }
}

export async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) done += (await file.write(bytes, done, bytes.byteLength - done, at + done)).bytesWritten
}

function accept(answer: GetObjectCommandOutput, check: FetchParts['check']): Fetched {
  try {
    const found = describe(answer)
    check?.(found)
    return found
  } catch (error) {
    ;(answer.Body as { destroy?: () => void } | undefined)?.destroy?.()
    throw error
  }
}

const backoffMs = (failures: number): number => Math.min(100 * 2 ** failures, 5000)

/** Told, and mended, as silence of the network is. */
function stoppedInTheMiddle(why: string): Error {
  const error = new Error(why)
  error.name = 'TimeoutError'
  return error
}

function describe({ ETag: etag, ContentLength: length, ContentRange: range, LastModified: modified }: GetObjectCommandOutput): Fetched {
  const total = range === undefined ? length : Number(/\/(\d+)$/.exec(range)?.[1])
  if (etag === undefined || total === undefined || !Number.isSafeInteger(total)) throw new Fault('unsupported', 'the server does not tell the size or the ETag of an object, as S3 does: check the endpoint')
  return { etag, sizeBytes: total, modifiedMs: modified?.getTime() ?? 0 }
}

/** The SDK watches over the head of an answer; over its body, nobody else does. */
async function readBody(answer: GetObjectCommandOutput, { meter, silenceMs }: FetchParts, stop: AbortController, take: (bytes: Uint8Array) => Promise<void>): Promise<void> {
  const body = answer.Body as (AsyncIterable<Uint8Array> & { destroy(error?: Error): void; on(event: 'error', listener: () => void): void }) | undefined
  if (!body) return
  body.on('error', () => undefined) // It is also thrown below, while somebody listens.
  const guard = setTimeout(() => {
    const error = stoppedInTheMiddle(`no byte came for ${silenceMs} ms`)
    body.destroy(error)
    stop.abort(error)
  }, silenceMs)
  try {
    for await (const bytes of body) {
      meter.received(bytes.byteLength)
      await take(bytes)
      guard.refresh()
    }
  } finally {
    clearTimeout(guard)
    body.destroy()
  }
}
