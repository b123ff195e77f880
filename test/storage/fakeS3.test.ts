import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startFakeS3, type FakeS3 } from '#test/support/fakeS3/fakeS3.ts'

let s3: FakeS3
const clients: S3Client[] = []
beforeEach(async () => {
  s3 = await startFakeS3({ buckets: ['gold'] })
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await s3.close()
})

/** The SDK as a program has it, without retries. */
function connect(config: S3ClientConfig = {}): S3Client {
  const client = new S3Client({ endpoint: s3.endpoint, region: s3.region, credentials: s3.credentials, forcePathStyle: true, maxAttempts: 1, ...config })
  clients.push(client)
  return client
}

describe('Signatures', () => {
  test('a key that is not known is refused', async () => {
    const client = connect({ credentials: { accessKeyId: 'AKIAOTHER', secretAccessKey: 'x' } })
    await expect(client.send(new HeadObjectCommand({ Bucket: 'gold', Key: 'a' }))).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
  })

  test('a wrong secret is refused', async () => {
    const client = connect({ credentials: { ...s3.credentials, secretAccessKey: 'x' } })
    await expect(client.send(new GetObjectCommand({ Bucket: 'gold', Key: 'a' }))).rejects.toMatchObject({ name: 'SignatureDoesNotMatch', $metadata: { httpStatusCode: 403 } })
  })
})

describe('Objects', () => {
  test.each(["a b+c%/x=ü'()*!~&<>\"\u{1F600}.txt", '_delta_log/00000000000000000000.json', 'date=2024-01-01 00%3A00/part.parquet', '//../x', 'a?b#c'])('under %s are kept and given back', async (Key) => {
    const client = connect()
    await client.send(new PutObjectCommand({ Bucket: 'gold', Key, Body: 'hello' }))
    expect([...s3.objects('gold').keys()]).toEqual([Key])
    expect(await (await client.send(new GetObjectCommand({ Bucket: 'gold', Key }))).Body!.transformToString()).toBe('hello')
    expect((await client.send(new ListObjectsV2Command({ Bucket: 'gold' }))).Contents!.map((entry) => entry.Key)).toEqual([Key])
    await client.send(new DeleteObjectCommand({ Bucket: 'gold', Key }))
    expect(s3.keys('gold')).toEqual([])
  })

  test.each(['WHEN_SUPPORTED', 'WHEN_REQUIRED'] as const)('may come as a stream, with checksums %s', async (requestChecksumCalculation) => {
    const client = connect({ requestChecksumCalculation })
    await client.send(new PutObjectCommand({ Bucket: 'gold', Key: 'a', Body: Readable.from(['hel', 'lo']), ContentLength: 5 }))
    expect(Buffer.from(s3.get('gold', 'a')!).toString()).toBe('hello')
  })
})
