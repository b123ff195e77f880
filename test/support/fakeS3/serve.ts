import type { IncomingMessage, ServerResponse } from 'node:http'
import { answer, Refusal, refusalAnswer, statusOf, type Answer } from './answers.ts'
import type { FaultRules, MetFaults } from './faults.ts'
import type { Bucket } from './objects.ts'
import { readRequest, writeOperations, type SeenRequest } from './request.ts'
import { sendAnswer } from './sendAnswer.ts'
import { checkRegion, checkSignature, type Keyring } from './signature.ts'
import { doWork } from './work.ts'

/** `drop` closes the connection without an answer. */
export type Listened = void | 'drop' | Promise<void | 'drop'>

/** Told of a request; what it returns is waited for. */
export interface Listener {
  isMeant(request: SeenRequest): boolean
  /** The request is here in full, nothing is done. */
  before?(request: SeenRequest): Listened
  /** The work is done, or refused; nothing is sent. */
  after?(request: SeenRequest): Listened
}

export interface Service {
  readonly region: string
  readonly buckets: ReadonlyMap<string, Bucket>
  readonly keyring: Keyring
  /** Those that anybody may read. */
  readonly publicBuckets: ReadonlySet<string>
  /** Access keys whose session is over. */
  readonly expired: ReadonlySet<string>
  readonly rules: FaultRules
  readonly listeners: ReadonlySet<Listener>
  readonly requests: SeenRequest[]
  readonly pageSize: number
  readonly latencyMs: number
  /** Ends early when the server closes. */
  sleep(ms: number): Promise<void>
}

/** The way of one request through the server: arrival, faults of the way there, work, faults of the way back. */
export async function serve(service: Service, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const seen = readRequest(incoming)
  if (seen === undefined) return void response.writeHead(400, { 'content-length': 0 }).end()
  service.requests.push(seen)
  const faults = service.rules.meet(seen)
  seen.faults = faults.kinds
  const socket = incoming.socket
  if (faults.find('resetBefore')) return void socket.resetAndDestroy()
  const body = await readBody(incoming, faults, (byteCount) => (seen.receivedBytes += byteCount))
  if (body === undefined) return
  const listeners = [...service.listeners].filter((listener) => listener.isMeant(seen))
  await service.sleep(service.latencyMs + (faults.find('latency')?.ms ?? 0))
  for (const listener of listeners) if ((await listener.before?.(seen)) === 'drop') return void socket.destroy()
  const silence = faults.find('noAnswer')
  if (silence && !silence.afterWork) return
  const nowMs = Date.now() + (faults.find('wrongClock')?.offsetMs ?? 0)
  const answered = refusedByFault(faults) ?? work(service, incoming, seen, body, nowMs, faults)
  seen.status = answered.status
  seen.code = answered.code
  for (const listener of listeners) if ((await listener.after?.(seen)) === 'drop') return void socket.destroy()
  if (silence) return
  if (faults.find('lostResponse')) return void socket.destroy()
  await sendAnswer(response, answered, faults, {
    isHead: incoming.method === 'HEAD',
    nowMs,
    sleep: service.sleep,
    onSend(byteCount, isWhole) {
      seen.sentBytes += byteCount
      seen.answered = isWhole
    }
  })
}

function work(service: Service, incoming: IncomingMessage, request: SeenRequest, body: Uint8Array, nowMs: number, faults: MetFaults): Answer {
  try {
    const bucket = service.buckets.get(request.bucket)
    if (!isPublic(service, request)) checkSigner(service, { incoming, request, bucket, nowMs, isOver: faults.find('credentialsExpired') !== undefined })
    if (bucket === undefined) throw new Refusal('NoSuchBucket', 'The specified bucket does not exist', { fields: { BucketName: request.bucket } })
    const done = doWork(bucket, { request, headers: incoming.headers, body, nowMs, pageSize: service.pageSize }, faults)
    const late = faults.find('error')
    if (late?.afterWork) throw refusalOf(late)
    return done
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(error)
    throw error
  }
}

/** Whether anybody may do that, without a signature. */
function isPublic({ publicBuckets }: Service, { bucket, signed, operation }: SeenRequest): boolean {
  return !signed && publicBuckets.has(bucket) && !writeOperations.includes(operation)
}

interface Signed {
  readonly incoming: IncomingMessage
  readonly request: SeenRequest
  readonly bucket: Bucket | undefined
  readonly nowMs: number
  readonly isOver: boolean
}

function checkSigner({ keyring, expired, region }: Service, { incoming, request, bucket, nowMs, isOver }: Signed): void {
  const signedBy = checkSignature(incoming, keyring, nowMs)
  if (isOver || expired.has(signedBy.accessKeyId)) throw new Refusal('ExpiredToken', 'The provided token has expired.')
  checkRegion(signedBy.region, region, request.bucket, bucket?.region)
}

function refusedByFault(faults: MetFaults): Answer | undefined {
  const foreign = faults.find('foreignAnswer')
  if (foreign) return { ...answer(foreign.status, { 'content-type': foreign.contentType ?? 'text/html' }, Buffer.from(foreign.body)), code: 'foreign' }
  const error = faults.find('error')
  return error && !error.afterWork ? refusalAnswer(refusalOf(error)) : undefined
}

function refusalOf({ code, message = code, status = statusOf(code), headers = {} }: { readonly code: string; readonly message?: string; readonly status?: number; readonly headers?: Readonly<Record<string, string>> }): Refusal {
  return new Refusal(code, message, { status, headers })
}

/** undefined when the client went away within its body, or was cut off. */
async function readBody(incoming: IncomingMessage, faults: MetFaults, onReceived: (byteCount: number) => void): Promise<Uint8Array | undefined> {
  const cut = faults.find('cutUpload')
  const limit = cut && (cut.afterBytes ?? Math.floor(Number(incoming.headers['content-length'] ?? 2) / 2))
  const chunks: Buffer[] = []
  let byteCount = 0
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      byteCount += chunk.length
      onReceived(chunk.length)
      if (limit !== undefined && byteCount >= limit) return void incoming.socket.resetAndDestroy()
    }
  } catch (error) {
    if (!incoming.complete) return undefined
    throw error
  }
  return Buffer.concat(chunks)
}
