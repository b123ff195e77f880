import { randomUUID } from 'node:crypto'
import { DeleteObjectsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import type { S3Place } from '#electron/storage/s3/s3Place.ts'
import { startFakeS3 } from './fakeS3/fakeS3.ts'
import { placeAt } from './s3Places.ts'

/** A place on some S3 that a test has for itself. */
export interface TestBucket {
  readonly place: S3Place
  /** s3://bucket/prefix */
  readonly uri: string
  /** Removes what the test has written. */
  close(): Promise<void>
}

export interface TestEndpoint {
  readonly name: string
  open(): Promise<TestBucket>
}

/** The server of these tests, and any other that the environment names: CONTRAIL_TEST_S3_ENDPOINT, CONTRAIL_TEST_S3_BUCKET, and AWS's own variables. */
export function testEndpoints(): TestEndpoint[] {
  const { CONTRAIL_TEST_S3_ENDPOINT: endpoint, CONTRAIL_TEST_S3_BUCKET: bucket, AWS_ACCESS_KEY_ID: accessKeyId = 'test', AWS_SECRET_ACCESS_KEY: secretAccessKey = 'test', AWS_REGION: region = 'us-east-1' } = process.env
  const own: TestEndpoint = {
    name: 'the server of these tests',
    async open() {
      const server = await startFakeS3({ buckets: ['gold'], pageSize: 4 })
      return { place: placeAt(server), uri: 's3://gold/below', close: () => server.close() }
    }
  }
  if (endpoint === undefined || bucket === undefined) return [own]
  const keys = { accessKeyId, secretAccessKey }
  return [
    own,
    {
      name: endpoint,
      async open() {
        const prefix = `contrail-test-${randomUUID()}`
        const client = new S3Client({ endpoint, region, credentials: keys, forcePathStyle: true })
        return {
          place: { endpoint, region, keys },
          uri: `s3://${bucket}/${prefix}`,
          async close() {
            await removeAll(client, bucket, prefix)
            client.destroy()
          }
        }
      }
    }
  ]
}

async function removeAll(client: S3Client, bucket: string, prefix: string): Promise<void> {
  for (;;) {
    const { Contents: found = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}/` }))
    if (found.length === 0) return
    await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: found.map(({ Key: key }) => ({ Key: key! })), Quiet: true } }))
  }
}
