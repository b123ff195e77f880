import { once, setMaxListeners } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { devNull } from 'node:os'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { openFaultRules, type FaultRule } from './faults.ts'
import { readFolder, writeFolder } from './folders.ts'
import { keysBelow } from './listing.ts'
import { startMatching, type RequestMatch } from './matching.ts'
import { makeObject, type Bucket, type StoredObject } from './objects.ts'
import type { SeenRequest } from './request.ts'
import { serve, type Listened, type Listener, type Service } from './serve.ts'
import type { Credentials } from './signature.ts'

export interface FakeS3Options {
  readonly region?: string
  readonly credentials?: Credentials
  readonly buckets?: readonly string[]
  /** Buckets that anybody may read and list, without a signature. */
  readonly publicBuckets?: readonly string[]
  /** Entries of a listing's page at most: a small one makes many pages. */
  readonly pageSize?: number
  /** It speaks TLS, with this certificate. */
  readonly tls?: { readonly key: string; readonly cert: string }
}

/** S3 in memory, for tests, on 127.0.0.1. Its clients are real ones: signatures, bodies and conditions are checked as S3 checks them. */
export interface FakeS3 {
  /** http://127.0.0.1:port, or https */
  readonly endpoint: string
  readonly region: string
  /** Accepted from the start. */
  readonly credentials: Credentials
  /** Where a child process finds all that, and that it has no other credentials. */
  readonly environment: Readonly<Record<string, string>>
  /** Oldest first. An entry changes until its request is over. */
  readonly requests: readonly SeenRequest[]
  pageSize: number
  /** Before every answer. */
  latencyMs: number

  createBucket(name: string, options?: { readonly region?: string }): void
  /** Behind the API: no request, no fault. The map shows what is there now. */
  objects(bucket: string): ReadonlyMap<string, StoredObject>
  /** In the order of listings. */
  keys(bucket: string, prefix?: string): string[]
  put(bucket: string, key: string, content: Uint8Array | string): void
  get(bucket: string, key: string): Uint8Array | undefined
  delete(bucket: string, key: string): void
  /** Every file below a folder, hidden ones too, becomes an object `<prefix>/<path>`. */
  putFolder(bucket: string, prefix: string, folder: string): Promise<void>
  /** The objects below `<prefix>/` as files. */
  takeFolder(bucket: string, prefix: string, folder: string): Promise<void>

  /** Adds a fault. What is returned takes it away again. */
  fail(rule: FaultRule): () => void
  /**
   * Adds a listener; what is returned takes it away. A client that is killed in `before` has asked all the same: the work is done unless `before` returns
   * `drop`. A listener that throws is a broken test: `close` throws it.
   */
  onRequest(listener: { readonly on?: RequestMatch; readonly times?: number; before?(request: SeenRequest): Listened; after?(request: SeenRequest): Listened }): () => void

  /** From now on these are accepted too; where their access key is known, instead. */
  acceptCredentials(credentials: Credentials): void
  /** From now on `unknown` (InvalidAccessKeyId) or `expired` (ExpiredToken), until they are accepted again. */
  refuseCredentials(accessKeyId: string, how: 'unknown' | 'expired'): void

  /** Connections are refused and those that are open are cut, until `comeBack`. */
  goDown(): Promise<void>
  comeBack(): Promise<void>
  /** Cuts every connection at once. Throws what went wrong within the server or a listener. */
  close(): Promise<void>
}

export async function startFakeS3({ region = 'us-test-1', credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'a secret of tests' }, buckets: names = [], publicBuckets = [], pageSize = 1000, tls }: FakeS3Options = {}): Promise<FakeS3> {
  const buckets = new Map<string, Bucket>()
  const keyring = new Map([[credentials.accessKeyId, credentials]])
  const expired = new Set<string>()
  const listeners = new Set<Listener>()
  const requests: SeenRequest[] = []
  const problems: unknown[] = []
  const closing = new AbortController()
  setMaxListeners(0, closing.signal) // One for each answer that waits.
  const rules = openFaultRules(() => new Map([...buckets].map(([name, { objects }]) => [name, new Map(objects)])))
  const sleep = async (ms: number) => {
    if (ms > 0) await wait(ms, undefined, { signal: closing.signal }).catch(() => undefined)
  }
  const service = { region, buckets, publicBuckets: new Set(publicBuckets), keyring, expired, rules, listeners, requests, pageSize, latencyMs: 0, sleep } satisfies Service

  // A connection that a client keeps is not closed under its next request.
  const patient = { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }
  const answer: RequestListener = (incoming, response) => {
    serve(service, incoming, response).catch((error: unknown) => {
      problems.push(error)
      incoming.socket.destroy()
    })
  }
  const server = tls ? createSecureServer({ ...patient, ...tls }, answer) : createServer(patient, answer)
  // A reset is what some clients do, and some faults.
  server.on('connection', (socket) => socket.on('error', () => undefined))
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const stopListening = () => new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
  await listen(0)
  const { port } = server.address() as AddressInfo
  const endpoint = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`

  const bucketNamed = (name: string) => {
    const bucket = buckets.get(name)
    if (bucket === undefined) throw new Error(`the fake S3 has no bucket ${name}: createBucket makes it`)
    return bucket
  }
  const put = (bucket: string, key: string, content: Uint8Array | string) => {
    bucketNamed(bucket).objects.set(key, makeObject(typeof content === 'string' ? Buffer.from(content) : Uint8Array.from(content), Date.now()))
  }
  const createBucket = (name: string, options: { readonly region?: string } = {}) => void buckets.set(name, { region: options.region ?? region, objects: new Map(), uploads: new Map() })
  for (const name of [...names, ...publicBuckets]) createBucket(name)

  return {
    endpoint,
    region,
    credentials,
    environment: environmentOf(endpoint, region, credentials),
    requests,
    get pageSize() {
      return service.pageSize
    },
    set pageSize(entries) {
      service.pageSize = entries
    },
    get latencyMs() {
      return service.latencyMs
    },
    set latencyMs(ms) {
      service.latencyMs = ms
    },
    createBucket,
    objects: (bucket) => bucketNamed(bucket).objects,
    keys: (bucket, prefix = '') => keysBelow(bucketNamed(bucket).objects, prefix),
    put,
    get: (bucket, key) => bucketNamed(bucket).objects.get(key)?.bytes,
    delete: (bucket, key) => void bucketNamed(bucket).objects.delete(key),
    async putFolder(bucket, prefix, folder) {
      for (const [path, bytes] of await readFolder(folder)) put(bucket, below(prefix) + path, bytes)
    },
    async takeFolder(bucket, prefix, folder) {
      const { objects } = bucketNamed(bucket)
      await writeFolder(folder, keysBelow(objects, below(prefix)).map((key) => [key.slice(below(prefix).length), objects.get(key)!.bytes]))
    },
    fail: (rule) => rules.add(rule),
    onRequest({ on = {}, times, before, after }) {
      const listener: Listener = { isMeant: startMatching(on, times), ...(before && { before }), ...(after && { after }) }
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    acceptCredentials(accepted) {
      keyring.set(accepted.accessKeyId, accepted)
      expired.delete(accepted.accessKeyId)
    },
    refuseCredentials(accessKeyId, how) {
      if (how === 'unknown') keyring.delete(accessKeyId)
      else expired.add(accessKeyId)
    },
    goDown: stopListening,
    comeBack: () => listen(port),
    async close() {
      closing.abort()
      if (server.listening) await stopListening()
      if (problems.length > 0) throw problems[0]
    }
  }
}

/** With the slash that folders in S3 have; none for the whole bucket. */
function below(prefix: string): string {
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
}

/** For the SDKs, and for delta-rs, which asks for leave to speak without TLS. */
function environmentOf(endpoint: string, region: string, { accessKeyId, secretAccessKey, sessionToken }: Credentials): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ALLOW_HTTP: 'true',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull
  }
}
