import { answer, Refusal, xmlAnswer, type Answer, type Xml } from './answers.ts'
import type { StoredObject } from './objects.ts'

export interface ListingSettings {
  /** Entries of a page at most, whatever a client asks for. */
  readonly pageSize: number
  /** What a faulty server says of a page that is not the last. */
  readonly end: 'told' | 'withoutToken' | 'hidden'
}

/**
 * ListObjectsV2: keys in the order of their UTF-8 bytes. A common prefix is one entry of a page, like an object, and does not come back on the next one.
 * Throws a Refusal.
 */
export function listObjects(bucket: string, objects: ReadonlyMap<string, StoredObject>, query: Readonly<Record<string, string>>, { pageSize, end }: ListingSettings): Answer {
  const { prefix = '', delimiter = '', 'start-after': startAfter = '', 'continuation-token': token } = query
  const asked = Number(query['max-keys'] ?? 1000)
  if (!Number.isInteger(asked) || asked < 0) throw new Refusal('InvalidArgument', 'Argument max-keys must be an integer between 0 and 2147483647')
  const limit = Math.min(asked, pageSize, 1000)
  const from = token === undefined ? { after: startAfter } : readToken(token)
  const page: string[] = []
  const prefixes = new Set<string>()
  let more = false
  for (const key of keysBelow(objects, prefix)) {
    if (compareBytes(key, from.after) <= 0 || (from.below !== undefined && key.startsWith(from.below))) continue
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    const common = cut < 0 ? undefined : key.slice(0, cut + delimiter.length)
    if (common !== undefined && prefixes.has(common)) continue
    more = page.length === limit && limit > 0
    if (page.length === limit) break
    page.push(common ?? key)
    if (common !== undefined) prefixes.add(common)
  }
  const last = page.at(-1) ?? ''
  const encode = query['encoding-type'] === 'url' ? encodeName : (name: string) => name
  return xmlAnswer(['ListBucketResult', [
    ['Name', bucket],
    ['Prefix', encode(prefix)],
    ['Delimiter', delimiter === '' ? undefined : encode(delimiter)],
    ['StartAfter', startAfter === '' ? undefined : encode(startAfter)],
    ['ContinuationToken', token],
    ['NextContinuationToken', more && end === 'told' ? writeToken(prefixes.has(last) ? { after: last, below: last } : { after: last }) : undefined],
    ['EncodingType', query['encoding-type']],
    ['KeyCount', page.length],
    ['MaxKeys', asked],
    ['IsTruncated', more && end !== 'hidden'],
    ...page.filter((name) => !prefixes.has(name)).map((key): Xml => ['Contents', contents(encode(key), objects.get(key)!)]),
    ...[...prefixes].map((common): Xml => ['CommonPrefixes', [['Prefix', encode(common)]]])
  ]])
}

export function headBucket(region: string): Answer {
  return answer(200, { 'x-amz-bucket-region': region })
}

/** Keys that begin with a prefix, in the order of their UTF-8 bytes, which is not that of JavaScript's UTF-16. */
export function keysBelow(objects: ReadonlyMap<string, StoredObject>, prefix: string): string[] {
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).map((key) => [key, Buffer.from(key)] as const)
  return keys.sort((a, b) => Buffer.compare(a[1], b[1])).map(([key]) => key)
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

function contents(name: string, { bytes, etag, modifiedMs }: StoredObject): readonly Xml[] {
  return [['Key', name], ['LastModified', new Date(modifiedMs).toISOString()], ['ETag', etag], ['Size', bytes.length], ['StorageClass', 'STANDARD']]
}

/** Where the next page begins: behind a name, and outside of a common prefix that was given. */
interface Place {
  readonly after: string
  readonly below?: string
}

function writeToken(place: Place): string {
  return Buffer.from(`page:${JSON.stringify(place)}`).toString('base64')
}

function readToken(token: string): Place {
  const text = Buffer.from(token, 'base64').toString()
  if (!text.startsWith('page:')) throw new Refusal('InvalidArgument', 'The continuation token provided is incorrect', { fields: { ArgumentName: 'continuation-token' } })
  return JSON.parse(text.slice('page:'.length)) as Place
}

/** As S3 does it, which is as HTML forms do: a space becomes a plus; slash and star stay. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replaceAll('%20', '+').replaceAll('%2F', '/').replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}
