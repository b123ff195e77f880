import { createHash, randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { answer, Refusal, xmlAnswer, type Answer } from './answers.ts'
import { checkPutConditions, keptHeaders, makeObject, unescapeXml, type Bucket, type Upload } from './objects.ts'
import type { Payload } from './payload.ts'
import type { SeenRequest } from './request.ts'

/** Every part but the last has as much. */
const minimalPartBytes = 5 << 20

export function createUpload({ uploads }: Bucket, { bucket, key }: SeenRequest, headers: IncomingHttpHeaders): Answer {
  const id = randomUUID()
  uploads.set(id, { key, headers: keptHeaders(headers), parts: new Map() })
  return xmlAnswer(['InitiateMultipartUploadResult', [['Bucket', bucket], ['Key', key], ['UploadId', id]]])
}

/** A part that comes twice replaces itself. Throws a Refusal. */
export function uploadPart(bucket: Bucket, request: SeenRequest, { bytes }: Payload): Answer {
  const number = Number(request.query.partNumber)
  if (!Number.isInteger(number) || number < 1 || number > 10_000) throw new Refusal('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive')
  const etag = `"${createHash('md5').update(bytes).digest('hex')}"`
  uploadOf(bucket, request).parts.set(number, { bytes, etag })
  return answer(200, { etag })
}

/** The parts that are named become the object, at once; conditions are held against what is there now. Throws a Refusal. */
export function completeUpload(bucket: Bucket, request: SeenRequest, headers: IncomingHttpHeaders, { bytes }: Payload, nowMs: number): Answer {
  const upload = uploadOf(bucket, request)
  const named = [...Buffer.from(bytes).toString().matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part]) => ({ number: Number(field(part!, 'PartNumber')), etag: field(part!, 'ETag') }))
  if (named.length === 0) throw new Refusal('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema')
  if (named.some(({ number }, i) => i > 0 && number <= named[i - 1]!.number)) throw new Refusal('InvalidPartOrder', 'The list of parts was not in ascending order.')
  const parts = named.map(({ number, etag }) => {
    const part = upload.parts.get(number)
    if (part === undefined || part.etag.replaceAll('"', '') !== etag.replaceAll('"', '')) throw new Refusal('InvalidPart', 'One or more of the specified parts could not be found.', { fields: { PartNumber: String(number) } })
    return part
  })
  if (parts.slice(0, -1).some((part) => part.bytes.length < minimalPartBytes)) throw new Refusal('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size')
  checkPutConditions(bucket.objects.get(request.key), headers)
  const digests = parts.map((part) => Buffer.from(part.etag.replaceAll('"', ''), 'hex'))
  const etag = `"${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-${parts.length}"`
  bucket.objects.set(request.key, { ...makeObject(Buffer.concat(parts.map((part) => part.bytes)), nowMs, upload.headers), etag })
  bucket.uploads.delete(request.query.uploadId!)
  return xmlAnswer(['CompleteMultipartUploadResult', [['Bucket', request.bucket], ['Key', request.key], ['ETag', etag]]])
}

/** Throws a Refusal. */
export function abortUpload(bucket: Bucket, request: SeenRequest): Answer {
  uploadOf(bucket, request)
  bucket.uploads.delete(request.query.uploadId!)
  return answer(204)
}

function uploadOf({ uploads }: Bucket, { key, query }: SeenRequest): Upload {
  const upload = uploads.get(query.uploadId ?? '')
  if (upload?.key !== key) throw new Refusal('NoSuchUpload', 'The specified multipart upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.')
  return upload
}

function field(xml: string, name: string): string {
  return unescapeXml(new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(xml)?.[1] ?? '')
}
