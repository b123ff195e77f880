import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Refusal } from './answers.ts'
import { splitTarget } from './request.ts'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** Who may ask, by access key. */
export type Keyring = ReadonlyMap<string, Credentials>

export interface SignedBy {
  readonly accessKeyId: string
  readonly region: string
}

const maximalSkewMs = 15 * 60_000

/**
 * Holds a request against AWS Signature Version 4 in its `Authorization` header: the canonical request is computed anew from what came over the wire.
 * Throws a Refusal. Whether the body has the hash that was signed is for `readPayload` to say; the region, for `checkRegion`.
 */
export function checkSignature(incoming: IncomingMessage, keyring: Keyring, nowMs: number): SignedBy {
  const authorization = incoming.headers.authorization
  if (authorization === undefined) throw new Refusal('AccessDenied', 'Access Denied')
  const parts = /^AWS4-HMAC-SHA256\s+Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(authorization)
  if (parts === null) throw new Refusal('AuthorizationHeaderMalformed', 'The authorization header is malformed.')
  const [, accessKeyId, day, region, service, signedHeaders, signature] = parts as unknown as string[] as [string, string, string, string, string, string, string]
  const credentials = keyring.get(accessKeyId)
  if (credentials === undefined) throw new Refusal('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', { fields: { AWSAccessKeyId: accessKeyId } })
  if (credentials.sessionToken !== incoming.headers['x-amz-security-token']) throw new Refusal('InvalidToken', 'The provided token is malformed or otherwise invalid.')
  if (service !== 's3') throw new Refusal('AuthorizationHeaderMalformed', `The authorization header is malformed; incorrect service "${service}". This endpoint belongs to "s3".`)
  const time = String(incoming.headers['x-amz-date'] ?? '')
  checkTime(time, day, nowMs)
  checkSignedHeaders(incoming, signedHeaders.split(';'))
  const canonical = canonicalRequest(incoming, signedHeaders)
  const stringToSign = ['AWS4-HMAC-SHA256', time, `${day}/${region}/s3/aws4_request`, createHash('sha256').update(canonical).digest('hex')].join('\n')
  const key = [day, region, 's3', 'aws4_request'].reduce<Buffer>((secret, text) => hmac(secret, text), Buffer.from(`AWS4${credentials.secretAccessKey}`))
  if (hmac(key, stringToSign).toString('hex') !== signature) {
    throw new Refusal('SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided. Check your key and signing method.', {
      fields: { AWSAccessKeyId: accessKeyId, StringToSign: stringToSign, SignatureProvided: signature, CanonicalRequest: canonical }
    })
  }
  return { accessKeyId, region }
}

/** A client that signs for a third region hears which one is right; one that signs for the server's is sent to the bucket's, where it may come to the same endpoint. */
export function checkRegion(signedFor: string, serverRegion: string, bucket: string, bucketRegion: string | undefined): void {
  const right = bucketRegion ?? serverRegion
  if (signedFor === right) return
  const headers = { 'x-amz-bucket-region': right }
  if (signedFor === serverRegion) {
    const message = 'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.'
    throw new Refusal('PermanentRedirect', message, { fields: { Endpoint: `${bucket}.s3.${right}.amazonaws.com`, Bucket: bucket }, headers })
  }
  throw new Refusal('AuthorizationHeaderMalformed', `The authorization header is malformed; the region '${signedFor}' is wrong; expecting '${right}'`, { fields: { Region: right }, headers })
}

function checkTime(time: string, day: string, nowMs: number): void {
  const [, year, month, date, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time) ?? []
  if (year === undefined || !time.startsWith(day)) throw new Refusal('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header')
  const askedMs = Date.parse(`${year}-${month}-${date}T${hour}:${minute}:${second}Z`)
  if (Math.abs(askedMs - nowMs) <= maximalSkewMs) return
  throw new Refusal('RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.', {
    fields: { RequestTime: time, ServerTime: new Date(nowMs).toISOString(), MaxAllowedSkewMilliseconds: String(maximalSkewMs) }
  })
}

/** What means something to S3 must be signed, or it could be added on the way. */
function checkSignedHeaders({ headers }: IncomingMessage, signed: readonly string[]): void {
  const unsigned = Object.keys(headers).filter((name) => (name === 'host' || name.startsWith('x-amz-')) && !signed.includes(name))
  if (unsigned.length > 0) throw new Refusal('AccessDenied', 'There were headers present in the request which were not signed', { fields: { HeadersNotSigned: unsigned.join(', ') } })
}

function canonicalRequest(incoming: IncomingMessage, signedHeaders: string): string {
  const { path, query } = splitTarget(incoming.url ?? '/')!
  const parameters = Object.entries(query).map(([name, value]) => `${encodeText(name)}=${encodeText(value)}`).sort()
  const values = new Map<string, string[]>()
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    const name = incoming.rawHeaders[i]!.toLowerCase()
    values.set(name, [...(values.get(name) ?? []), incoming.rawHeaders[i + 1]!.trim().replace(/\s+/g, ' ')])
  }
  const headers = signedHeaders.split(';').map((name) => `${name}:${(values.get(name) ?? []).join(',')}\n`)
  return [incoming.method, path.split('/').map(encodeText).join('/'), parameters.join('&'), headers.join(''), signedHeaders, incoming.headers['x-amz-content-sha256'] ?? ''].join('\n')
}

/** RFC 3986: all but letters, digits and -._~ is encoded. */
function encodeText(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
