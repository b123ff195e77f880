import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { crc32 } from 'node:zlib'
import { Refusal } from './answers.ts'

/** The content of a request, and what the client gave to check it by. */
export interface Payload {
  readonly bytes: Uint8Array
  /** x-amz-checksum-… headers, from the head or the trailer of the request. Checked, but for algorithms that Node does not have. */
  readonly checksums: Readonly<Record<string, string>>
}

/**
 * Content of a body: whole or in `aws-chunked` pieces, held against the hash that was signed, Content-MD5 and checksums in a header or a trailer. Signatures
 * of single chunks are not checked. Throws a Refusal.
 */
export function readPayload(headers: IncomingHttpHeaders, body: Uint8Array): Payload {
  // Only a signature needs it.
  const signed = headers['x-amz-content-sha256'] ?? (headers.authorization === undefined ? 'UNSIGNED-PAYLOAD' : undefined)
  if (typeof signed !== 'string') throw new Refusal('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256')
  const { bytes, trailer } = signed.startsWith('STREAMING-') ? readChunks(headers, body) : { bytes: body, trailer: {} as Record<string, string> }
  if (/^[0-9a-f]{64}$/.test(signed)) {
    const computed = createHash('sha256').update(bytes).digest('hex')
    if (computed !== signed) throw new Refusal('XAmzContentSHA256Mismatch', "The provided 'x-amz-content-sha256' header does not match what was computed.", { fields: { ClientComputedContentSHA256: signed, S3ComputedContentSHA256: computed } })
  } else if (!signed.startsWith('STREAMING-') && signed !== 'UNSIGNED-PAYLOAD') {
    throw new Refusal('InvalidArgument', 'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, or a valid sha256 value.')
  }
  const md5 = headers['content-md5']
  if (md5 !== undefined && md5 !== createHash('md5').update(bytes).digest('base64')) throw new Refusal('BadDigest', 'The Content-MD5 you specified did not match what we received.')
  const checksums = Object.fromEntries(Object.entries({ ...headers, ...trailer }).filter(([name]) => /^x-amz-checksum-(crc|sha)/.test(name)).map(([name, value]) => [name, String(value)]))
  for (const [name, given] of Object.entries(checksums)) {
    const algorithm = name.slice('x-amz-checksum-'.length)
    const computed = algorithm === 'crc32' ? base64Crc32(bytes) : algorithm.startsWith('sha') ? createHash(algorithm).update(bytes).digest('base64') : given
    if (given !== computed) throw new Refusal('BadDigest', `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`)
  }
  return { bytes, checksums }
}

function readChunks(headers: IncomingHttpHeaders, body: Uint8Array): { readonly bytes: Uint8Array; readonly trailer: Record<string, string> } {
  const length = headers['x-amz-decoded-content-length']
  if (length === undefined) throw new Refusal('MissingContentLength', 'You must provide the Content-Length HTTP header.')
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const chunks: Uint8Array[] = []
  let position = 0
  const line = () => {
    const end = buffer.indexOf('\r\n', position)
    if (end < 0) throw incomplete()
    const text = buffer.toString('latin1', position, end)
    position = end + 2
    return text
  }
  for (;;) {
    const size = Number.parseInt(line(), 16) // What follows it, `;chunk-signature=…`, is not part of the number.
    if (!(size >= 0) || position + size > buffer.length) throw incomplete()
    if (size === 0) break
    chunks.push(buffer.subarray(position, position + size))
    position += size + 2
  }
  const trailer: Record<string, string> = {}
  while (position < buffer.length) {
    const text = line()
    if (text !== '') trailer[text.slice(0, text.indexOf(':')).toLowerCase()] = text.slice(text.indexOf(':') + 1).trim()
  }
  const bytes = Buffer.concat(chunks)
  if (bytes.length !== Number(length)) throw incomplete()
  return { bytes, trailer }
}

function incomplete(): Refusal {
  return new Refusal('IncompleteBody', 'The request body terminated unexpectedly')
}

function base64Crc32(bytes: Uint8Array): string {
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(bytes))
  return checksum.toString('base64')
}
