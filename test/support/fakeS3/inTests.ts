import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { afterEach, beforeEach } from 'vitest'
import { startFakeS3, type FakeS3, type FakeS3Options } from './fakeS3.ts'

export interface TestS3 {
  /** The server of the test that runs. */
  readonly server: FakeS3
  /** The SDK as a program has it, but without retries. */
  connect(config?: S3ClientConfig): S3Client
}

/** A server of its own for every test of a file, with one bucket, `gold`; closed with its clients after the test. */
export function s3InTests(options: FakeS3Options = {}): TestS3 {
  let server: FakeS3
  const clients: S3Client[] = []
  beforeEach(async () => {
    server = await startFakeS3({ buckets: ['gold'], ...options })
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy()
    await server.close()
  })
  return {
    get server() {
      return server
    },
    connect(config = {}) {
      const client = new S3Client({ endpoint: server.endpoint, region: server.region, credentials: server.credentials, forcePathStyle: true, maxAttempts: 1, ...config })
      clients.push(client)
      return client
    }
  }
}
