import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
  type ListObjectsV2CommandInput,
  type S3Client
} from '@aws-sdk/client-s3'
import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { startFakeS3 } from '#test/support/fakeS3/fakeS3.ts'
import { s3InTests } from '#test/support/fakeS3/inTests.ts'
import { readPayload } from '#test/support/fakeS3/payload.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'

const s3 = s3InTests()

/** Keys that something on the way likes to change. */
const awkwardKeys = ["a b+c%/x=ü'()*!~&<>\"\u{1F600}.txt", '_delta_log/00000000000000000000.json', 'date=2024-01-01 00%3A00/part.parquet', '//../x', 'a?b#c', '%2F', 'a&amp;b', 'é\u0301']

async function read(client: S3Client, Key: string, conditions: { Range?: string; IfMatch?: string; IfNoneMatch?: string } = {}) {
  const { Body, ETag, ContentLength, ContentRange, $metadata } = await client.send(new GetObjectCommand({ Bucket: 'gold', Key, ...conditions }))
  return { text: await Body!.transformToString(), ETag, ContentLength, ContentRange, status: $metadata.httpStatusCode }
}

const refused = (status: number, name?: string) => ({ $metadata: { httpStatusCode: status }, ...(name === undefined ? {} : { name }) })

describe('Signatures', () => {
  test('a key that is not known is refused', async () => {
    const client = s3.connect({ credentials: { accessKeyId: 'AKIAOTHER', secretAccessKey: 'x' } })
    await expect(read(client, 'a')).rejects.toMatchObject(refused(403, 'InvalidAccessKeyId'))
  })

  test('a wrong secret is refused, and nothing is done', async () => {
    const client = s3.connect({ credentials: { ...s3.server.credentials, secretAccessKey: 'x' } })
    await expect(client.send(new PutObjectCommand({ Bucket: 'gold', Key: 'a', Body: 'x' }))).rejects.toMatchObject(refused(403, 'SignatureDoesNotMatch'))
    expect(s3.server.keys('gold')).toEqual([])
  })

  test('a header that is changed on the way is found', async () => {
    const client = s3.connect()
    // After the signature, which is made in the last step but one.
    client.middlewareStack.add((next) => (args) => {
      ;(args.request as { headers: Record<string, string> }).headers['x-amz-meta-name'] = 'other'
      return next(args)
    }, { step: 'deserialize' })
    await expect(client.send(new PutObjectCommand({ Bucket: 'gold', Key: 'a', Body: 'x', Metadata: { name: 'one' } }))).rejects.toMatchObject(refused(403, 'SignatureDoesNotMatch'))
  })

  test('a header of S3 that was not signed is refused', async () => {
    const client = s3.connect()
    client.middlewareStack.add((next) => (args) => {
      ;(args.request as { headers: Record<string, string> }).headers['x-amz-meta-name'] = 'added'
      return next(args)
    }, { step: 'deserialize' })
    await expect(client.send(new PutObjectCommand({ Bucket: 'gold', Key: 'a', Body: 'x' }))).rejects.toMatchObject(refused(403, 'AccessDenied'))
  })

  test('a body that is changed on the way is found', async () => {
    const client = s3.connect({ requestChecksumCalculation: 'WHEN_REQUIRED' })
    client.middlewareStack.add((next) => (args) => {
      ;(args.request as { body: unknown }).body = 'y'
      return next(args)
    }, { step: 'deserialize' })
    await expect(client.send(new PutObjectCommand({ Bucket: 'gold', Key: 'a', Body: 'x' }))).rejects.toMatchObject(refused(400, 'XAmzContentSHA256Mismatch'))
  })

  test('a request without a signature is refused', async () => {
    const status = await new Promise((resolve) => request(`${s3.server.endpoint}/gold/a`, (answer) => resolve(answer.resume().statusCode)).end())
    expect([status, s3.server.requests[0]!.code]).toEqual([403, 'AccessDenied'])
  })

  test('a target that cannot be decoded is refused', async () => {
    const status = await new Promise((resolve) => request(`${s3.server.endpoint}/gold/%ff`, (answer) => resolve(answer.resume().statusCode)).end())
    expect(status).toBe(400)
  })

  test('a session needs its token, and only a session has one', async () => {
    const session = { accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 'token/+=' }
    s3.server.acceptCredentials(session)
    s3.server.put('gold', 'a', 'x')
    expect((await read(s3.connect({ credentials: session }), 'a')).text).toBe('x')
    await expect(read(s3.connect({ credentials: { accessKeyId: 'ASIA', secretAccessKey: 's' } }), 'a')).rejects.toMatchObject(refused(400, 'InvalidToken'))
    await expect(read(s3.connect({ credentials: { ...session, sessionToken: 'old' } }), 'a')).rejects.toMatchObject(refused(400, 'InvalidToken'))
    await expect(read(s3.connect({ credentials: { ...s3.server.credentials, sessionToken: 'token' } }), 'a')).rejects.toMatchObject(refused(400, 'InvalidToken'))
  })

  test('credentials may expire, be forgotten, and be accepted again', async () => {
    const client = s3.connect()
    s3.server.put('gold', 'a', 'x')
    s3.server.refuseCredentials(s3.server.credentials.accessKeyId, 'expired')
    await expect(read(client, 'a')).rejects.toMatchObject(refused(400, 'ExpiredToken'))
    s3.server.refuseCredentials(s3.server.credentials.accessKeyId, 'unknown')
    await expect(read(client, 'a')).rejects.toMatchObject(refused(403, 'InvalidAccessKeyId'))
    s3.server.acceptCredentials(s3.server.credentials)
    expect((await read(client, 'a')).text).toBe('x')
  })

  test('the environment is all that a program needs', async () => {
    const session = { accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 'token' }
    const other = await startFakeS3({ region: 'eu-test-1', credentials: session, buckets: ['gold'] })
    const program = "import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3'; console.log((await new S3Client({}).send(new HeadBucketCommand({ Bucket: 'gold' }))).BucketRegion)"
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { cwd: repository, env: { PATH: process.env.PATH, ...other.environment } })
    expect(stdout).toBe('eu-test-1\n')
    await other.close()
  })
})

describe('Buckets', () => {
  test('one that is not there is NoSuchBucket', async () => {
    const client = s3.connect()
    await expect(client.send(new ListObjectsV2Command({ Bucket: 'none' }))).rejects.toMatchObject(refused(404, 'NoSuchBucket'))
    await expect(client.send(new HeadBucketCommand({ Bucket: 'none' }))).rejects.toMatchObject(refused(404, 'NotFound'))
  })

  test('one that is there tells its region', async () => {
    expect(await s3.connect().send(new HeadBucketCommand({ Bucket: 'gold' }))).toMatchObject({ BucketRegion: 'us-test-1' })
  })

  test('one of another region is a redirect to it', async () => {
    s3.server.createBucket('far', { region: 'eu-test-1' })
    const command = new PutObjectCommand({ Bucket: 'far', Key: 'a', Body: 'x' })
    await expect(s3.connect().send(command)).rejects.toMatchObject({ ...refused(301, 'PermanentRedirect'), $response: { headers: { 'x-amz-bucket-region': 'eu-test-1' } } })
    await s3.connect({ followRegionRedirects: true }).send(command)
    expect(s3.server.keys('far')).toEqual(['a'])
  })

  test('who signs for a wrong region hears the right one', async () => {
    await expect(s3.connect({ region: 'eu-test-1' }).send(new ListObjectsV2Command({ Bucket: 'gold' }))).rejects.toMatchObject({ ...refused(400, 'AuthorizationHeaderMalformed'), Region: 'us-test-1' })
  })

  test('may be named in the host', async () => {
    const httpAgent = new Agent({ lookup: (_name, _options, found) => found(null, [{ address: '127.0.0.1', family: 4 }]) })
    const client = s3.connect({ endpoint: s3.server.endpoint.replace('127.0.0.1', 'localhost'), forcePathStyle: false, requestHandler: { httpAgent } })
    await client.send(new PutObjectCommand({ Bucket: 'gold', Key: 'a/b', Body: 'x' }))
    expect(s3.server.keys('gold')).toEqual(['a/b'])
    httpAgent.destroy()
  })

  test('what the server cannot do is refused', async () => {
    s3.server.put('gold', 'a', 'x')
    const client = s3.connect()
    await expect(client.send(new PutObjectTaggingCommand({ Bucket: 'gold', Key: 'a', Tagging: { TagSet: [] } }))).rejects.toMatchObject(refused(501, 'NotImplemented'))
    await expect(client.send(new CopyObjectCommand({ Bucket: 'gold', Key: 'b', CopySource: 'gold/a' }))).rejects.toMatchObject(refused(501, 'NotImplemented'))
    expect(s3.server.requests.map(({ operation }) => operation)).toEqual(['Other', 'Other'])
  })
})

describe('Objects', () => {
  test.each(awkwardKeys)('under %s are kept and given back', async (Key) => {
    const client = s3.connect()
    await client.send(new PutObjectCommand({ Bucket: 'gold', Key, Body: 'hello' }))
    expect([...s3.server.objects('gold').keys()]).toEqual([Key])
    expect((await read(client, Key)).text).toBe('hello')
    expect((await client.send(new ListObjectsV2Command({ Bucket: 'gold', Prefix: Key }))).Contents!.map((entry) => entry.Key)).toEqual([Key])
    await client.send(new DeleteObjectCommand({ Bucket: 'gold', Key }))
    expect(s3.server.keys('gold')).toEqual([])
  })

  test.each(['WHEN_SUPPORTED', 'WHEN_REQUIRED'] as const)('may come as a stream, with checksums %s', async (requestChecksumCalculation) => {
    const client = s3.connect({ requestChecksumCalculation })
    await client.send(new PutObjectCommand({ Bucket: 'gold', Key: 'a', Body: Readable.from(['hel', 'lo']), ContentLength: 5 }))
    expect(Buffer.from(s3.server.get('gold', 'a')!).toString()).toBe('hello')
    expect(s3.server.objects('gold').get('a')!.headers).toEqual({ 'content-type': 'application/octet-stream' })
  })

  test('may come in chunks that are signed one by one', () => {
    const headers = { 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'x-amz-decoded-content-length': '13' }
    const body = Buffer.from('a;chunk-signature=00\r\n0123456\r\n9\r\n3;chunk-signature=00\r\nabc\r\n0;chunk-signature=00\r\n\r\n')
    expect(Buffer.from(readPayload(headers, body).bytes).toString()).toBe('0123456\r\n9abc')
    expect(() => readPayload(headers, body.subarray(0, 50))).toThrow('terminated')
    expect(() => readPayload({ ...headers, 'x-amz-decoded-content-length': '14' }, body)).toThrow('terminated')
  })

  test('may be larger than a client sends without leave', async () => {
    const bytes = Buffer.alloc(3 << 20, 'abc')
    await s3.connect().send(new PutObjectCommand({ Bucket: 'gold', Key: 'a', Body: bytes }))
    expect(bytes.equals(s3.server.get('gold', 'a')!)).toBe(true)
    expect(s3.server.requests[0]!.receivedBytes).toBe(3 << 20)
  })

  test('have the quoted MD5 of their content as ETag, their time in whole seconds, and what was said of them', async () => {
    const client = s3.connect()
    expect((await client.send(new PutObjectCommand({ Bucket: 'gold', Key: 'a', Body: 'hello', Metadata: { name: 'a,  b' }, ContentType: 'text/plain' }))).ETag).toBe('"5d41402abc4b2a76b9719d911017c592"')
    const { ContentLength, ContentType, ETag, Metadata, LastModified } = await client.send(new HeadObjectCommand({ Bucket: 'gold', Key: 'a' }))
    expect({ ContentLength, ContentType, ETag, Metadata }).toEqual({ ContentLength: 5, ContentType: 'text/plain', ETag: '"5d41402abc4b2a76b9719d911017c592"', Metadata: { name: 'a,  b' } })
    expect(LastModified!.getTime()).toBe(s3.server.objects('gold').get('a')!.modifiedMs)
  })

  test('may be empty', async () => {
    const client = s3.connect()
    await client.send(new PutObjectCommand({ Bucket: 'gold', Key: 'a', Body: Buffer.alloc(0) }))
    expect(await read(client, 'a')).toMatchObject({ text: '', ContentLength: 0 })
  })

  test('one that is not there is NoSuchKey, and without a body NotFound', async () => {
    const client = s3.connect()
    await expect(read(client, 'none')).rejects.toMatchObject(refused(404, 'NoSuchKey'))
    await expect(client.send(new HeadObjectCommand({ Bucket: 'gold', Key: 'none' }))).rejects.toMatchObject(refused(404, 'NotFound'))
  })

  test('are removed, also those that are not there', async () => {
    const client = s3.connect()
    for (const key of ['a', 'b', '<&>', 'c']) s3.server.put('gold', key, 'x')
    await client.send(new DeleteObjectCommand({ Bucket: 'gold', Key: 'c' }))
    await client.send(new DeleteObjectCommand({ Bucket: 'gold', Key: 'c' }))
    const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket: 'gold', Delete: { Objects: [{ Key: 'a' }, { Key: '<&>' }, { Key: 'none' }] } }))
    expect([Deleted, s3.server.keys('gold')]).toEqual([[{ Key: 'a' }, { Key: '<&>' }, { Key: 'none' }], ['b']])
  })

  test('of more than 1,024 bytes of key are refused', async () => {
    await expect(s3.connect().send(new PutObjectCommand({ Bucket: 'gold', Key: 'é'.repeat(513), Body: 'x' }))).rejects.toMatchObject(refused(400, 'KeyTooLongError'))
  })

  test('keep their checksum for who asks for the whole', async () => {
    const client = s3.connect()
    await client.send(new PutObjectCommand({ Bucket: 'gold', Key: 'a', Body: 'hello' }))
    const whole = await client.send(new GetObjectCommand({ Bucket: 'gold', Key: 'a' }))
    const part = await client.send(new GetObjectCommand({ Bucket: 'gold', Key: 'a', Range: 'bytes=0-1' }))
    expect([whole.ChecksumCRC32, part.ChecksumCRC32, await whole.Body!.transformToString(), await part.Body!.transformToString()]).toEqual(['NhCmhg==', undefined, 'hello', 'he'])
  })

  test('with a wrong checksum are refused', async () => {
    for (const wrong of [{ ChecksumCRC32: 'AAAAAA==' }, { ChecksumSHA256: 'AAAA' }, { ContentMD5: 'XUFAKrxLKna5cZ2REBfFkQ==' }]) {
      await expect(s3.connect().send(new PutObjectCommand({ Bucket: 'gold', Key: 'a', Body: 'hello', ...wrong }))).rejects.toMatchObject(refused(400, 'BadDigest'))
    }
    expect(s3.server.keys('gold')).toEqual([])
  })
})

describe('Conditions', () => {
  test('of two that put the same new object exactly one wins', async () => {
    const client = s3.connect()
    const puts = Array.from({ length: 10 }, (_, i) => client.send(new PutObjectCommand({ Bucket: 'gold', Key: 'a', Body: `writer ${i}`, IfNoneMatch: '*' })))
    const outcomes = await Promise.allSettled(puts)
    const winners = outcomes.flatMap(({ status }, i) => (status === 'fulfilled' ? [`writer ${i}`] : []))
    expect(winners).toEqual([Buffer.from(s3.server.get('gold', 'a')!).toString()])
    expect(outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [(outcome.reason as Error).name] : []))).toEqual(Array.from({ length: 9 }, () => 'PreconditionFailed'))
  })

  test('If-Match replaces what is still the same only', async () => {
    const client = s3.connect()
    const put = (Key: string, IfMatch: string) => client.send(new PutObjectCommand({ Bucket: 'gold', Key, Body: 'new', IfMatch }))
    s3.server.put('gold', 'a', 'old')
    const { etag } = s3.server.objects('gold').get('a')!
    await put('a', etag)
    await expect(put('a', etag)).rejects.toMatchObject(refused(412, 'PreconditionFailed'))
    await expect(put('b', etag)).rejects.toMatchObject(refused(404, 'NoSuchKey'))
  })

  test('a reader may ask for what is still the same, or for what is new', async () => {
    const client = s3.connect()
    s3.server.put('gold', 'a', 'x')
    const { etag } = s3.server.objects('gold').get('a')!
    expect((await read(client, 'a', { IfMatch: etag })).text).toBe('x')
    expect((await read(client, 'a', { IfNoneMatch: '"other"' })).text).toBe('x')
    await expect(read(client, 'a', { IfMatch: '"other"' })).rejects.toMatchObject(refused(412, 'PreconditionFailed'))
    await expect(read(client, 'a', { IfNoneMatch: etag })).rejects.toMatchObject(refused(304))
  })
})

describe('Ranges', () => {
  test.each([
    ['bytes=0-0', 206, '0', 'bytes 0-0/10'],
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=4-2', 200, '0123456789', undefined],
    ['bytes=0-1,3-4', 200, '0123456789', undefined],
    ['lines=0-1', 200, '0123456789', undefined]
  ])('%s gives %i and %s', async (Range, status, text, ContentRange) => {
    s3.server.put('gold', 'a', '0123456789')
    expect(await read(s3.connect(), 'a', { Range })).toMatchObject({ status, text, ContentRange, ContentLength: text.length })
  })

  test.each([['bytes=10-', '0123456789'], ['bytes=-0', '0123456789'], ['bytes=0-0', ''], ['bytes=-5', '']])('%s of "%s" is refused', async (Range, content) => {
    s3.server.put('gold', 'a', content)
    await expect(read(s3.connect(), 'a', { Range })).rejects.toMatchObject({ ...refused(416, 'InvalidRange'), ActualObjectSize: String(content.length) })
  })
})

describe('Listings', () => {
  /** What each page holds, in order, prefixes with their slash. */
  async function pages(input: Partial<ListObjectsV2CommandInput> = {}): Promise<string[][]> {
    const client = s3.connect()
    const found: string[][] = []
    for (let token: string | undefined; found.length === 0 || token !== undefined; ) {
      const page = await client.send(new ListObjectsV2Command({ Bucket: 'gold', ...input, ContinuationToken: token }))
      expect(page.KeyCount).toBe((page.Contents?.length ?? 0) + (page.CommonPrefixes?.length ?? 0))
      expect(page.IsTruncated).toBe(page.NextContinuationToken !== undefined)
      found.push([...(page.Contents ?? []).map((entry) => entry.Key!), ...(page.CommonPrefixes ?? []).map((entry) => entry.Prefix!)])
      token = page.NextContinuationToken
    }
    return found
  }

  const fill = (...keys: string[]) => keys.forEach((key) => s3.server.put('gold', key, key))

  test('are in the order of UTF-8 bytes', async () => {
    fill('z', 'é', 'Z', '\u{1F600}', '\uFF21', 'a/x', 'a')
    expect(await pages()).toEqual([['Z', 'a', 'a/x', 'z', 'é', '\uFF21', '\u{1F600}']])
  })

  test('tell size, time and ETag', async () => {
    fill('a')
    const { etag, modifiedMs } = s3.server.objects('gold').get('a')!
    expect((await s3.connect().send(new ListObjectsV2Command({ Bucket: 'gold' }))).Contents).toEqual([{ Key: 'a', Size: 1, ETag: etag, LastModified: new Date(modifiedMs), StorageClass: 'STANDARD' }])
  })

  test('of nothing are one empty page', async () => {
    expect(await pages({ Prefix: 'none/' })).toEqual([[]])
  })

  test('keep to a prefix, and roll up what is behind a delimiter', async () => {
    fill('log/0.json', 'log/1.json', 'log/_sidecars/x', 'log/_sidecars/y', 'log', 'logs/z')
    expect(await pages({ Prefix: 'log/', Delimiter: '/' })).toEqual([['log/0.json', 'log/1.json', 'log/_sidecars/']])
    expect(await pages({ Delimiter: '/' })).toEqual([['log', 'log/', 'logs/']])
    expect(await pages({ Prefix: 'log' })).toEqual([['log', 'log/0.json', 'log/1.json', 'log/_sidecars/x', 'log/_sidecars/y', 'logs/z']])
  })

  test('begin behind a key, there or not', async () => {
    fill('log/.tmp', 'log/0.checkpoint', 'log/0.json', 'log/1.json', 'log/_last_checkpoint')
    expect(await pages({ Prefix: 'log/', StartAfter: 'log/0.json' })).toEqual([['log/1.json', 'log/_last_checkpoint']])
    expect(await pages({ Prefix: 'log/', StartAfter: 'log/0' })).toEqual([['log/0.checkpoint', 'log/0.json', 'log/1.json', 'log/_last_checkpoint']])
  })

  test('come in pages of what the server gives, common prefixes counted once', async () => {
    s3.server.pageSize = 2
    fill('a', 'b/1', 'b/2', 'b/3', 'c', 'd/1', 'd/2', 'e')
    expect(await pages({ Delimiter: '/' })).toEqual([['a', 'b/'], ['c', 'd/'], ['e']])
    expect(await pages({ StartAfter: 'b/1' })).toEqual([['b/2', 'b/3'], ['c', 'd/1'], ['d/2', 'e']])
  })

  test('come in pages of what the client asks for', async () => {
    fill('a', 'b', 'c')
    expect(await pages({ MaxKeys: 2 })).toEqual([['a', 'b'], ['c']])
    expect(await pages({ MaxKeys: 0 })).toEqual([[]])
  })

  test('go on behind the last key, whatever was removed or added', async () => {
    const client = s3.connect()
    fill('a', 'b', 'c', 'd')
    const { NextContinuationToken } = await client.send(new ListObjectsV2Command({ Bucket: 'gold', MaxKeys: 2 }))
    s3.server.delete('gold', 'b')
    fill('aa', 'bb')
    expect((await client.send(new ListObjectsV2Command({ Bucket: 'gold', ContinuationToken: NextContinuationToken }))).Contents!.map((entry) => entry.Key)).toEqual(['bb', 'c', 'd'])
  })

  test('do not take a token that they did not give', async () => {
    await expect(s3.connect().send(new ListObjectsV2Command({ Bucket: 'gold', ContinuationToken: 'a' }))).rejects.toMatchObject(refused(400, 'InvalidArgument'))
  })

  test('give names in the encoding of forms, which no XML can hurt', async () => {
    fill('a b/é+%=&<\u0001', 'a b/\r\n')
    const { Contents, Prefix, Delimiter } = await s3.connect().send(new ListObjectsV2Command({ Bucket: 'gold', Prefix: 'a b/', Delimiter: '|', EncodingType: 'url' }))
    expect([Contents!.map((entry) => entry.Key), Prefix, Delimiter]).toEqual([['a+b/%0D%0A', 'a+b/%C3%A9%2B%25%3D%26%3C%01'], 'a+b/', '%7C'])
  })
})

describe('Multipart uploads', () => {
  async function upload(client: S3Client, parts: readonly (string | Buffer)[], IfNoneMatch?: string) {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: 'gold', Key: 'a', ContentType: 'text/plain' }))
    const Parts = await Promise.all(parts.map(async (Body, i) => ({ PartNumber: i + 1, ETag: (await client.send(new UploadPartCommand({ Bucket: 'gold', Key: 'a', UploadId, PartNumber: i + 1, Body }))).ETag })))
    return new CompleteMultipartUploadCommand({ Bucket: 'gold', Key: 'a', UploadId, MultipartUpload: { Parts }, IfNoneMatch })
  }

  test('become one object when they are complete, not before', async () => {
    const client = s3.connect()
    const complete = await upload(client, [Buffer.alloc(5 << 20, 'a'), 'end'])
    expect(s3.server.keys('gold')).toEqual([])
    const { ETag } = await client.send(complete)
    const { bytes, etag, headers } = s3.server.objects('gold').get('a')!
    expect([bytes.length, ETag, etag, headers]).toEqual([(5 << 20) + 3, etag, expect.stringMatching(/^"[0-9a-f]{32}-2"$/), { 'content-type': 'text/plain' }])
  })

  test('keep to a condition when they are completed', async () => {
    const client = s3.connect()
    s3.server.put('gold', 'a', 'x')
    await expect(client.send(await upload(client, ['end'], '*'))).rejects.toMatchObject(refused(412, 'PreconditionFailed'))
  })

  test('are refused with small parts, or parts that are not there', async () => {
    const client = s3.connect()
    await expect(client.send(await upload(client, ['small', 'end']))).rejects.toMatchObject(refused(400, 'EntityTooSmall'))
    const { input } = await upload(client, ['end'])
    await expect(client.send(new CompleteMultipartUploadCommand({ ...input, MultipartUpload: { Parts: [{ PartNumber: 2, ETag: '"x"' }] } }))).rejects.toMatchObject(refused(400, 'InvalidPart'))
  })

  test('leave nothing when they are given up', async () => {
    const client = s3.connect()
    const complete = await upload(client, ['end'])
    await client.send(new AbortMultipartUploadCommand({ Bucket: 'gold', Key: 'a', UploadId: complete.input.UploadId }))
    await expect(client.send(complete)).rejects.toMatchObject(refused(404, 'NoSuchUpload'))
    expect(s3.server.keys('gold')).toEqual([])
  })
})

describe('Behind the API', () => {
  test('requests are remembered, with what they asked and what became of them', async () => {
    const client = s3.connect({ requestChecksumCalculation: 'WHEN_REQUIRED' })
    await client.send(new PutObjectCommand({ Bucket: 'gold', Key: 'a/b', Body: 'hello', IfNoneMatch: '*' }))
    await read(client, 'a/b', { Range: 'bytes=1-2', IfMatch: '"5d41402abc4b2a76b9719d911017c592"' })
    await client.send(new ListObjectsV2Command({ Bucket: 'gold', Prefix: 'a/' }))
    const same = { bucket: 'gold', key: 'a/b', signed: true, range: undefined, ifMatch: undefined, ifNoneMatch: undefined, status: 200, code: undefined, faults: [], sentBytes: 0, receivedBytes: 0, answered: true }
    expect(s3.server.requests).toEqual([
      { ...same, operation: 'PutObject', query: { 'x-id': 'PutObject' }, ifNoneMatch: '*', receivedBytes: 5 },
      { ...same, operation: 'GetObject', query: { 'x-id': 'GetObject' }, range: 'bytes=1-2', ifMatch: '"5d41402abc4b2a76b9719d911017c592"', status: 206, sentBytes: 2 },
      { ...same, operation: 'ListObjectsV2', key: '', query: { 'list-type': '2', prefix: 'a/' }, sentBytes: expect.any(Number) as number }
    ])
  })

  test('a folder goes in and comes out the same, hidden files too', async () => {
    const [folder, out] = [temporaryFolder('in'), join(temporaryFolder('out'), 'deep')]
    mkdirSync(join(folder, '.hidden', 'a=b c'), { recursive: true })
    writeFileSync(join(folder, '.hidden', 'a=b c', '.x'), 'x')
    writeFileSync(join(folder, 'y'), Buffer.from([0, 255]))
    await s3.server.putFolder('gold', 'table', folder)
    s3.server.put('gold', 'tables', 'another')
    expect(s3.server.keys('gold')).toEqual(['table/.hidden/a=b c/.x', 'table/y', 'tables'])
    await s3.server.takeFolder('gold', 'table/', out)
    expect([readdirSync(out, { recursive: true }).map(String).sort(), readFileSync(join(out, 'y'))]).toEqual([['.hidden', '.hidden/a=b c', '.hidden/a=b c/.x', 'y'], Buffer.from([0, 255])])
  })

  test('an object that would lead out of a folder is not written', async () => {
    s3.server.put('gold', 't/../../x', 'x')
    await expect(s3.server.takeFolder('gold', 't', temporaryFolder('out'))).rejects.toThrow('../../x')
  })
})
