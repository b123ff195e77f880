import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { answer, Refusal, xmlAnswer, type Answer } from './answers.ts'
import type { Payload } from './payload.ts'

export interface StoredObject {
  readonly bytes: Uint8Array
  /** With its quotes. */
  readonly etag: string
  /** Whole seconds, in milliseconds: S3 knows no finer time. */
  readonly modifiedMs: number
  /** content-type, x-amz-meta-… and the like, given back as they came. */
  readonly headers: Readonly<Record<string, string>>
  /** x-amz-checksum-… headers, as the client gave them. */
  readonly checksums: Readonly<Record<string, string>>
}

export interface Bucket {
  readonly region: string
  readonly objects: Map<string, StoredObject>
  /** Multipart uploads that are under way, by id. */
  readonly uploads: Map<string, Upload>
}

export interface Upload {
  readonly key: string
  readonly headers: Readonly<Record<string, string>>
  readonly parts: Map<number, { readonly bytes: Uint8Array; readonly etag: string }>
}

export function makeObject(bytes: Uint8Array, nowMs: number, headers: Readonly<Record<string, string>> = {}, checksums: Readonly<Record<string, string>> = {}): StoredObject {
  return { bytes, etag: `"${createHash('md5').update(bytes).digest('hex')}"`, modifiedMs: Math.floor(nowMs / 1000) * 1000, headers, checksums }
}

/** Throws a Refusal, also where `If-None-Match: *` or `If-Match` does not hold. */
export function putObject({ objects }: Bucket, key: string, headers: IncomingHttpHeaders, { bytes, checksums }: Payload, nowMs: number): Answer {
  if (Buffer.byteLength(key) > 1024) throw new Refusal('KeyTooLongError', 'Your key is too long')
  checkPutConditions(objects.get(key), headers)
  const object = makeObject(bytes, nowMs, keptHeaders(headers), checksums)
  objects.set(key, object)
  return answer(200, { etag: object.etag, ...checksums })
}

export function checkPutConditions(object: StoredObject | undefined, { 'if-none-match': ifNoneMatch, 'if-match': ifMatch }: IncomingHttpHeaders): void {
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') throw new Refusal('NotImplemented', 'A header you provided implies functionality that is not implemented.', { fields: { Header: 'If-None-Match' } })
  if (ifNoneMatch === '*' && object !== undefined) throw preconditionFailed('If-None-Match')
  if (ifMatch !== undefined && object === undefined) throw noSuchKey('')
  if (ifMatch !== undefined && !matches(ifMatch, object!.etag)) throw preconditionFailed('If-Match')
}

/** Answers a HEAD too: its body is left out when it is sent. Throws a Refusal. */
export function getObject({ objects }: Bucket, key: string, headers: IncomingHttpHeaders): Answer {
  const object = objects.get(key)
  if (object === undefined) throw noSuchKey(key)
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers
  if (ifMatch !== undefined && !matches(ifMatch, object.etag)) throw preconditionFailed('If-Match')
  const about = { etag: object.etag, 'last-modified': new Date(object.modifiedMs).toUTCString() }
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, object.etag)) return answer(304, about)
  const whole = { ...about, 'accept-ranges': 'bytes', 'content-type': 'binary/octet-stream', ...object.headers }
  const range = readRange(headers.range, object.bytes.length)
  // S3 gives the checksum of the object only with the whole of it.
  if (range === undefined) return answer(200, { ...whole, ...(headers['x-amz-checksum-mode'] === 'ENABLED' ? object.checksums : {}) }, object.bytes)
  return answer(206, { ...whole, 'content-range': `bytes ${range.start}-${range.end - 1}/${object.bytes.length}` }, object.bytes.subarray(range.start, range.end))
}

/** That what was not there was removed is no error. */
export function deleteObject({ objects }: Bucket, key: string): Answer {
  objects.delete(key)
  return answer(204)
}

/** Throws a Refusal. */
export function deleteObjects({ objects }: Bucket, headers: IncomingHttpHeaders, { bytes, checksums }: Payload): Answer {
  if (headers['content-md5'] === undefined && Object.keys(checksums).length === 0) throw new Refusal('InvalidRequest', 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*')
  const document = Buffer.from(bytes).toString()
  const keys = [...document.matchAll(/<Object>.*?<Key>(.*?)<\/Key>.*?<\/Object>/gs)].map((match) => unescapeXml(match[1]!))
  if (keys.length === 0 || keys.length > 1000) throw new Refusal('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema')
  for (const key of keys) objects.delete(key)
  return xmlAnswer(['DeleteResult', /<Quiet>\s*true\s*<\/Quiet>/.test(document) ? [] : keys.map((key) => ['Deleted', [['Key', key]]])])
}

/** Bytes of `a-b`, `a-` or `-n`, end exclusive. What cannot be read, and more than one range, asks for everything, as on S3. Throws a Refusal. */
export function readRange(header: string | undefined, sizeBytes: number): { readonly start: number; readonly end: number } | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === undefined || last === undefined || first + last === '' || (first !== '' && last !== '' && Number(last) < Number(first))) return undefined
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first)
  const end = first === '' || last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1)
  if (start < end) return { start, end }
  throw new Refusal('InvalidRange', 'The requested range is not satisfiable', { fields: { RangeRequested: header!, ActualObjectSize: String(sizeBytes) }, headers: { 'content-range': `bytes */${sizeBytes}` } })
}

/** What S3 gives back with the object. `aws-chunked` is how the body came, not what it is. */
export function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => /^(content-type|content-encoding|content-disposition|cache-control|x-amz-meta-.*)$/.test(name))
  const encoding = headers['content-encoding']?.split(/,\s*/).filter((part) => part !== 'aws-chunked').join(',')
  return Object.fromEntries(kept.map(([name, value]) => [name, name === 'content-encoding' ? encoding ?? '' : String(value)] as const).filter(([, value]) => value !== ''))
}

function matches(header: string, etag: string): boolean {
  return header === '*' || header.split(',').some((given) => given.trim().replaceAll('"', '') === etag.replaceAll('"', ''))
}

export function noSuchKey(key: string): Refusal {
  return new Refusal('NoSuchKey', 'The specified key does not exist.', { fields: { Key: key } })
}

function preconditionFailed(condition: string): Refusal {
  return new Refusal('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', { fields: { Condition: condition } })
}

export function unescapeXml(text: string): string {
  const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex: string | undefined, decimal: string | undefined, name: string | undefined) =>
    name !== undefined ? named[name] ?? whole : String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)))
}
