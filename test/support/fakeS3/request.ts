import type { IncomingMessage } from 'node:http'

export type Operation =
  | 'PutObject'
  | 'GetObject'
  | 'HeadObject'
  | 'DeleteObject'
  | 'DeleteObjects'
  | 'ListObjectsV2'
  | 'HeadBucket'
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  /** Anything else that S3 can do and the fake cannot: 501. */
  | 'Other'

/** The operations that change a bucket. */
export const writeOperations: readonly Operation[] = ['PutObject', 'DeleteObject', 'DeleteObjects', 'CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', 'AbortMultipartUpload']

/** A request as it came, and what has become of it by now. */
export interface SeenRequest {
  readonly operation: Operation
  readonly bucket: string
  /** Empty where the request is about a bucket. */
  readonly key: string
  readonly query: Readonly<Record<string, string>>
  /** Whether it came with a signature. */
  readonly signed: boolean
  readonly range: string | undefined
  readonly ifMatch: string | undefined
  readonly ifNoneMatch: string | undefined
  /** What the work came to, also when its answer was lost; undefined while there was no work. */
  readonly status: number | undefined
  /** S3's name of the error that was answered. */
  readonly code: string | undefined
  /** Kinds of the faults that it met. */
  readonly faults: readonly string[]
  /** Bytes of the bodies, as they went over the wire. */
  readonly sentBytes: number
  readonly receivedBytes: number
  /** Whether the whole answer was given to the connection. */
  readonly answered: boolean
}

/** A new entry, for the server to go on with; undefined where the target cannot be decoded. Path style, or the bucket as a name below `localhost` or 127.0.0.1. */
export function readRequest(incoming: IncomingMessage): { -readonly [K in keyof SeenRequest]: SeenRequest[K] } | undefined {
  const target = splitTarget(incoming.url ?? '/')
  if (target === undefined) return undefined
  const { path: whole, query } = target
  const host = /^(.+)\.(?:localhost|127\.0\.0\.1)(?::\d+)?$/.exec(incoming.headers.host ?? '')?.[1]
  const path = whole.slice(1)
  const slash = path.indexOf('/')
  const [bucket, key] = host !== undefined ? [host, path] : slash < 0 ? [path, ''] : [path.slice(0, slash), path.slice(slash + 1)]
  const { range, 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = incoming.headers
  const signed = incoming.headers.authorization !== undefined || 'x-amz-security-token' in incoming.headers || 'X-Amz-Signature' in query
  const seen = { bucket, key, query, signed, range, ifMatch, ifNoneMatch, status: undefined, code: undefined, faults: [], sentBytes: 0, receivedBytes: 0, answered: false }
  return { operation: operationOf(incoming, key, query), ...seen }
}

/** Path and query, decoded; of a name that is there twice the last one counts. undefined where that cannot be done. */
export function splitTarget(target: string): { readonly path: string; readonly query: Readonly<Record<string, string>> } | undefined {
  const mark = target.indexOf('?')
  const pairs = mark < 0 ? [] : target.slice(mark + 1).split('&').filter((pair) => pair !== '')
  try {
    // In a path a plus is a plus.
    return { path: decodeURIComponent(mark < 0 ? target : target.slice(0, mark)), query: Object.fromEntries(pairs.map(decodePair)) }
  } catch {
    return undefined
  }
}

function decodePair(pair: string): [string, string] {
  const equals = pair.indexOf('=')
  const decode = (text: string) => decodeURIComponent(text.replaceAll('+', ' '))
  return equals < 0 ? [decode(pair), ''] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))]
}

function operationOf({ method, headers }: IncomingMessage, key: string, query: Readonly<Record<string, string>>): Operation {
  const parameters = Object.keys(query).filter((name) => name !== 'x-id')
  const only = (...names: string[]) => parameters.length === names.length && names.every((name) => parameters.includes(name))
  if (key === '') {
    if (method === 'GET' && query['list-type'] === '2') return 'ListObjectsV2'
    if (method === 'HEAD') return 'HeadBucket'
    if (method === 'POST' && only('delete')) return 'DeleteObjects'
    return 'Other'
  }
  if (only('uploadId')) return method === 'POST' ? 'CompleteMultipartUpload' : method === 'DELETE' ? 'AbortMultipartUpload' : 'Other'
  if (only('uploadId', 'partNumber')) return method === 'PUT' ? 'UploadPart' : 'Other'
  if (only('uploads')) return method === 'POST' ? 'CreateMultipartUpload' : 'Other'
  if (!only()) return 'Other'
  if (method === 'PUT') return headers['x-amz-copy-source'] === undefined ? 'PutObject' : 'Other'
  return method === 'GET' ? 'GetObject' : method === 'HEAD' ? 'HeadObject' : method === 'DELETE' ? 'DeleteObject' : 'Other'
}
