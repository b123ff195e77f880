import { DeleteObjectCommand, DeleteObjectsCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { startFakeS3 } from '#test/support/fakeS3/fakeS3.ts'
import { s3InTests } from '#test/support/fakeS3/inTests.ts'

const s3 = s3InTests()

const put = (client: S3Client, Key: string, Body = 'new', IfNoneMatch?: string) => client.send(new PutObjectCommand({ Bucket: 'gold', Key, Body, IfNoneMatch }))
const list = (client: S3Client, ContinuationToken?: string) => client.send(new ListObjectsV2Command({ Bucket: 'gold', ContinuationToken }))
const stored = (key: string) => {
  const bytes = s3.server.get('gold', key)
  return bytes && Buffer.from(bytes).toString()
}

async function read(client: S3Client, Key: string, Range?: string): Promise<string> {
  return (await client.send(new GetObjectCommand({ Bucket: 'gold', Key, Range }))).Body!.transformToString()
}

/** Without the SDK's own check of what it reads: what a server does to a body then reaches the program. */
const unchecked = { responseChecksumValidation: 'WHEN_REQUIRED' } as const
const refused = (status: number, name: string) => ({ name, $metadata: { httpStatusCode: status } })
const cutOff = { code: 'ECONNRESET' }

describe('A rule', () => {
  test('is about an operation, a bucket, a key, or what else a request has', async () => {
    s3.server.createBucket('silver')
    const client = s3.connect()
    const met = async (on: Parameters<typeof s3.server.fail>[0]['on']) => {
      const from = s3.server.requests.length
      const remove = s3.server.fail({ ...(on && { on }), do: { kind: 'latency', ms: 0 } })
      await put(client, 'log/0.json')
      await put(client, 'part')
      await client.send(new PutObjectCommand({ Bucket: 'silver', Key: 'part', Body: 'x' }))
      await client.send(new ListObjectsV2Command({ Bucket: 'gold', Prefix: 'log/' }))
      remove()
      return s3.server.requests.slice(from).map(({ faults }) => faults.length)
    }
    expect(await met(undefined)).toEqual([1, 1, 1, 1])
    expect(await met({ operation: 'PutObject' })).toEqual([1, 1, 1, 0])
    expect(await met({ operation: ['GetObject', 'ListObjectsV2'] })).toEqual([0, 0, 0, 1])
    expect(await met({ bucket: 'gold', key: 'part' })).toEqual([0, 1, 0, 0])
    expect(await met({ key: /^log\// })).toEqual([1, 0, 0, 1])
    expect(await met({ where: ({ query }) => query['x-id'] === undefined })).toEqual([0, 0, 0, 1])
  })

  test('lets the first ones pass, strikes so often, and is taken away', async () => {
    const client = s3.connect()
    s3.server.put('gold', 'a', 'x')
    const outcome = () => read(client, 'a').catch((error: Error) => error.name)
    s3.server.fail({ on: { after: 1 }, times: 2, do: { kind: 'error', code: 'SlowDown' } })
    expect([await outcome(), await outcome(), await outcome(), await outcome()]).toEqual(['x', 'SlowDown', 'SlowDown', 'x'])
    const remove = s3.server.fail({ do: { kind: 'error', code: 'AccessDenied' } })
    expect(await outcome()).toBe('AccessDenied')
    remove()
    expect(await outcome()).toBe('x')
  })

  test('of several of one kind the newest counts, while it strikes', async () => {
    s3.server.fail({ do: { kind: 'error', code: 'AccessDenied' } })
    s3.server.fail({ times: 1, do: { kind: 'error', code: 'SlowDown' } })
    const client = s3.connect()
    await expect(put(client, 'a')).rejects.toMatchObject(refused(503, 'SlowDown'))
    await expect(put(client, 'a')).rejects.toMatchObject(refused(403, 'AccessDenied'))
  })

  test('with a code that has no status is refused at once', () => {
    expect(() => s3.server.fail({ do: { kind: 'error', code: 'Slowdown' } })).toThrow('Slowdown')
  })
})

describe('On the way there', () => {
  test('a reset before anything leaves nothing done', async () => {
    s3.server.fail({ do: { kind: 'resetBefore' } })
    await expect(put(s3.connect(), 'a')).rejects.toMatchObject(cutOff)
    expect([stored('a'), s3.server.requests[0]]).toMatchObject([undefined, { status: undefined, answered: false, faults: ['resetBefore'] }])
  })

  test('an upload that is cut leaves nothing done', async () => {
    s3.server.fail({ do: { kind: 'cutUpload', afterBytes: 1 } })
    await expect(put(s3.connect(), 'a', 'x'.repeat(1 << 20))).rejects.toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) as string })
    expect([stored('a'), s3.server.requests[0]!.status]).toEqual([undefined, undefined])
  })

  test('an upload that the client gives up leaves nothing done', async () => {
    const given = new AbortController()
    async function* half() {
      yield Buffer.from('half')
      given.abort()
      yield await new Promise<Buffer>(() => undefined)
    }
    const sending = s3.connect().send(new PutObjectCommand({ Bucket: 'gold', Key: 'a', Body: Readable.from(half()), ContentLength: 8 }), { abortSignal: given.signal })
    await expect(sending).rejects.toMatchObject({ name: 'AbortError' })
    expect(stored('a')).toBeUndefined()
  })

  test('silence ends when the client goes away; the work is done or not', async () => {
    const client = s3.connect()
    const silent = async (Key: string) => {
      const given = new AbortController()
      s3.server.onRequest({ on: { key: Key }, before: () => void setImmediate(() => given.abort()) })
      await expect(client.send(new PutObjectCommand({ Bucket: 'gold', Key, Body: 'new' }), { abortSignal: given.signal })).rejects.toMatchObject({ name: 'AbortError' })
    }
    s3.server.fail({ on: { key: 'a' }, do: { kind: 'noAnswer' } })
    s3.server.fail({ on: { key: 'b' }, do: { kind: 'noAnswer', afterWork: true } })
    await silent('a')
    await silent('b')
    expect([s3.server.keys('gold'), s3.server.requests.map(({ answered }) => answered)]).toEqual([['b'], [false, false]])
  })

  test('latency comes before the answer, of one rule or of all', async () => {
    s3.server.latencyMs = 1
    const remove = s3.server.fail({ on: { key: 'a' }, do: { kind: 'latency', ms: 3_600_000 } })
    const client = s3.connect()
    const slow = put(client, 'a').catch((error: Error) => error)
    await put(client, 'b')
    expect(s3.server.keys('gold')).toEqual(['b'])
    remove()
    await put(client, 'a')
    await s3.server.close()
    expect(await slow).toMatchObject(cutOff)
  })
})

describe('The server', () => {
  test.each([
    ['SlowDown', 503],
    ['ServiceUnavailable', 503],
    ['InternalError', 500],
    ['AccessDenied', 403],
    ['ConditionalRequestConflict', 409],
    ['ExpiredToken', 400],
    ['RequestTimeout', 400]
  ])('answers %s with %i, and nothing is done', async (code, status) => {
    s3.server.fail({ do: { kind: 'error', code } })
    await expect(put(s3.connect(), 'a')).rejects.toMatchObject(refused(status, code))
    expect(s3.server.requests).toMatchObject([{ status, code, answered: true }])
    expect(stored('a')).toBeUndefined()
  })

  test('answers a code that the fake does not know', async () => {
    s3.server.fail({ do: { kind: 'error', code: 'Teapot', status: 418, message: 'short and stout' } })
    await expect(put(s3.connect(), 'a')).rejects.toMatchObject({ ...refused(418, 'Teapot'), message: 'short and stout' })
  })

  test('answers an error although the work is done', async () => {
    s3.server.fail({ do: { kind: 'error', code: 'InternalError', afterWork: true } })
    await expect(put(s3.connect(), 'a')).rejects.toMatchObject(refused(500, 'InternalError'))
    expect(stored('a')).toBe('new')
  })

  test('that is busy once is asked again by the SDK', async () => {
    s3.server.fail({ times: 1, do: { kind: 'error', code: 'InternalError' } })
    await put(s3.connect({ maxAttempts: 2 }), 'a')
    expect([stored('a'), s3.server.requests.map(({ status }) => status)]).toEqual(['new', [500, 200]])
  })

  test('is behind a proxy, which answers with a page of its own', async () => {
    s3.server.fail({ do: { kind: 'foreignAnswer', status: 502, body: '<html><body>Bad Gateway' } })
    await expect(put(s3.connect(), 'a')).rejects.toMatchObject({ $metadata: { httpStatusCode: 502 } })
    expect(stored('a')).toBeUndefined()
  })

  test('with a wrong clock finds the time of a request wrong, and the SDK learns its time', async () => {
    s3.server.fail({ do: { kind: 'wrongClock', offsetMs: 3_600_000 } })
    await expect(put(s3.connect(), 'a')).rejects.toMatchObject(refused(403, 'RequestTimeTooSkewed'))
    await put(s3.connect({ maxAttempts: 2 }), 'a')
    expect(s3.server.requests.map(({ status }) => status)).toEqual([403, 403, 200])
  })

  test('tells its wrong time in the head of an answer too, where there is no body', async () => {
    s3.server.fail({ do: { kind: 'wrongClock', offsetMs: 3_600_000 } })
    s3.server.put('gold', 'a', 'x')
    const client = s3.connect()
    const head = () => client.send(new HeadObjectCommand({ Bucket: 'gold', Key: 'a' }))
    await expect(head()).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
    expect((await head()).ContentLength).toBe(1)
  })

  test('may be wrong by less than a quarter of an hour', async () => {
    s3.server.fail({ do: { kind: 'wrongClock', offsetMs: -14 * 60_000 } })
    await put(s3.connect(), 'a')
    expect(s3.server.objects('gold').get('a')!.modifiedMs).toBeLessThan(Date.now() - 13 * 60_000)
  })

  test('that knows no conditions overwrites, and says 200', async () => {
    s3.server.fail({ do: { kind: 'conditionIgnored' } })
    s3.server.put('gold', 'a', 'old')
    await put(s3.connect(), 'a', 'new', '*')
    expect(stored('a')).toBe('new')
  })

  test('that knows no ranges gives everything, and says 200', async () => {
    s3.server.fail({ do: { kind: 'rangeIgnored' } })
    s3.server.put('gold', 'a', '0123456789')
    const { Body, $metadata } = await s3.connect().send(new GetObjectCommand({ Bucket: 'gold', Key: 'a', Range: 'bytes=0-1' }))
    expect([await Body!.transformToString(), $metadata.httpStatusCode]).toEqual(['0123456789', 200])
  })

  test('that is down refuses connections, and comes back at the same place with the same objects', async () => {
    await put(s3.connect(), 'a')
    await s3.server.goDown()
    await expect(read(s3.connect(), 'a')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await s3.server.comeBack()
    expect(await read(s3.connect(), 'a')).toBe('new')
  })
})

describe('Rights', () => {
  test('a session that is over is ExpiredToken', async () => {
    s3.server.fail({ on: { after: 1 }, do: { kind: 'credentialsExpired' } })
    const client = s3.connect()
    await put(client, 'a')
    await expect(put(client, 'b')).rejects.toMatchObject(refused(400, 'ExpiredToken'))
    expect(s3.server.keys('gold')).toEqual(['a'])
  })

  test('who is not known at all is told so, not that a right is missing', async () => {
    s3.server.fail({ do: { kind: 'permissionLost' } })
    await expect(put(s3.connect({ credentials: { accessKeyId: 'AKIAOTHER', secretAccessKey: 'x' } }), 'a')).rejects.toMatchObject(refused(403, 'InvalidAccessKeyId'))
  })

  test.each(['PutObject', 'GetObject', 'HeadObject', 'ListObjectsV2', 'DeleteObject'] as const)('may be missing for %s alone', async (operation) => {
    s3.server.fail({ on: { operation }, do: { kind: 'permissionLost' } })
    const client = s3.connect()
    s3.server.put('gold', 'a', 'x')
    const one = { Bucket: 'gold', Key: 'a' }
    const asked = [() => put(client, 'b'), () => read(client, 'a'), () => client.send(new HeadObjectCommand(one)), () => list(client), () => client.send(new DeleteObjectCommand(one))]
    for (const ask of asked) await ask().catch(() => undefined)
    expect(s3.server.requests.filter(({ status }) => status === 403)).toMatchObject([{ operation, code: 'AccessDenied' }])
  })

  test('to read only refuses whatever would change a bucket', async () => {
    s3.server.fail({ do: { kind: 'readOnly' } })
    const client = s3.connect()
    s3.server.put('gold', 'a', 'x')
    await expect(put(client, 'b')).rejects.toMatchObject(refused(403, 'AccessDenied'))
    await expect(client.send(new DeleteObjectCommand({ Bucket: 'gold', Key: 'a' }))).rejects.toMatchObject(refused(403, 'AccessDenied'))
    await expect(client.send(new DeleteObjectsCommand({ Bucket: 'gold', Delete: { Objects: [{ Key: 'a' }] } }))).rejects.toMatchObject(refused(403, 'AccessDenied'))
    expect([await read(client, 'a'), (await list(client)).KeyCount]).toEqual(['x', 1])
  })

  test('without the right to list, what is not there is forbidden', async () => {
    s3.server.fail({ do: { kind: 'missingIsForbidden' } })
    const client = s3.connect()
    s3.server.put('gold', 'a', 'x')
    await expect(read(client, 'none')).rejects.toMatchObject(refused(403, 'AccessDenied'))
    await expect(client.send(new HeadObjectCommand({ Bucket: 'gold', Key: 'none' }))).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
    expect(await read(client, 'a')).toBe('x')
  })
})

describe('Listings', () => {
  const fill = () => ['a', 'b', 'c'].forEach((key) => s3.server.put('gold', key, key))

  test('may lose their second page', async () => {
    fill()
    s3.server.pageSize = 2
    s3.server.fail({ on: { operation: 'ListObjectsV2', where: ({ query }) => query['continuation-token'] !== undefined }, do: { kind: 'resetBefore' } })
    const client = s3.connect()
    const { NextContinuationToken, IsTruncated } = await list(client)
    expect(IsTruncated).toBe(true)
    await expect(list(client, NextContinuationToken)).rejects.toMatchObject(cutOff)
  })

  test('may be cut without a token to go on with', async () => {
    fill()
    s3.server.pageSize = 2
    s3.server.fail({ do: { kind: 'pageWithoutToken' } })
    const { KeyCount, IsTruncated, NextContinuationToken } = await list(s3.connect())
    expect([KeyCount, IsTruncated, NextContinuationToken]).toEqual([2, true, undefined])
  })

  test('may say that they are whole and are not', async () => {
    fill()
    s3.server.pageSize = 2
    s3.server.fail({ do: { kind: 'pageSaysLast' } })
    const { KeyCount, IsTruncated, NextContinuationToken } = await list(s3.connect())
    expect([KeyCount, IsTruncated, NextContinuationToken]).toEqual([2, false, undefined])
  })

  test('may be late, while the object itself is there', async () => {
    fill()
    const client = s3.connect()
    const remove = s3.server.fail({ do: { kind: 'staleListing' } })
    await put(client, 'd')
    s3.server.delete('gold', 'a')
    const names = async () => (await list(client)).Contents!.map(({ Key }) => Key)
    expect([await names(), await read(client, 'd')]).toEqual([['a', 'b', 'c'], 'new'])
    remove()
    expect(await names()).toEqual(['b', 'c', 'd'])
  })
})

describe('On the way back', () => {
  const content = '0123456789'.repeat(1000)

  test('a lost response hides work that is done', async () => {
    s3.server.fail({ do: { kind: 'lostResponse' } })
    await expect(put(s3.connect(), 'a')).rejects.toMatchObject(cutOff)
    expect([stored('a'), s3.server.requests[0]]).toMatchObject(['new', { status: 200, answered: false, sentBytes: 0 }])
  })

  test('after a lost response the SDK meets its own object', async () => {
    s3.server.fail({ times: 1, do: { kind: 'lostResponse' } })
    await expect(put(s3.connect({ maxAttempts: 2 }), 'a', 'new', '*')).rejects.toMatchObject(refused(412, 'PreconditionFailed'))
    expect(stored('a')).toBe('new')
  })

  test.each(['resetMidBody', 'truncatedBody'] as const)('%s breaks the stream of a body', async (kind) => {
    s3.server.fail({ do: { kind, afterBytes: 100 } })
    s3.server.put('gold', 'a', content)
    await expect(read(s3.connect(), 'a')).rejects.toMatchObject(cutOff)
    expect(s3.server.requests[0]).toMatchObject({ status: 200, sentBytes: 100, answered: false })
  })

  test('a truncated body tells of all of it, and its beginning comes', async () => {
    s3.server.fail({ do: { kind: 'truncatedBody', afterBytes: 100 } })
    s3.server.put('gold', 'a', content)
    const { Body, ContentLength } = await s3.connect(unchecked).send(new GetObjectCommand({ Bucket: 'gold', Key: 'a' }))
    const pieces: Buffer[] = []
    await expect((async () => {
      for await (const piece of Body as AsyncIterable<Buffer>) pieces.push(piece)
    })()).rejects.toMatchObject(cutOff)
    expect([ContentLength, Buffer.concat(pieces).toString()]).toEqual([content.length, content.slice(0, 100)])
  })

  test('a shorter body looks whole', async () => {
    s3.server.fail({ do: { kind: 'shorterBody' } })
    s3.server.put('gold', 'a', content)
    const { Body, ContentLength } = await s3.connect().send(new GetObjectCommand({ Bucket: 'gold', Key: 'a' }))
    expect([await Body!.transformToString(), ContentLength]).toEqual([content.slice(0, 5000), 5000])
  })

  test('a damaged body is found by the SDK where the object has a checksum', async () => {
    const client = s3.connect()
    await put(client, 'a', content)
    s3.server.fail({ do: { kind: 'damagedBody' } })
    await expect(read(client, 'a')).rejects.toThrow(/checksum/i)
    expect(await read(s3.connect(unchecked), 'a')).toHaveLength(content.length)
    expect(await read(s3.connect(unchecked), 'a')).not.toBe(content)
    expect(stored('a')).toBe(content)
  })

  test('a stalled body begins, and ends when the client goes away', async () => {
    s3.server.fail({ do: { kind: 'stalledBody', afterBytes: 100 } })
    s3.server.put('gold', 'a', content)
    const given = new AbortController()
    const { Body } = await s3.connect(unchecked).send(new GetObjectCommand({ Bucket: 'gold', Key: 'a' }), { abortSignal: given.signal })
    let length = 0
    await expect((async () => {
      for await (const piece of Body as AsyncIterable<Buffer>) {
        length += piece.length
        if (length === 100) (Body as unknown as { destroy(error: Error): void }).destroy(new Error('the reader went away'))
      }
    })()).rejects.toThrow('the reader went away')
    expect([length, s3.server.requests[0]!.answered]).toEqual([100, false])
  })

  test('a slow body comes whole in the end', async () => {
    s3.server.fail({ do: { kind: 'slowBody', bytesPerSecond: 200_000 } })
    s3.server.put('gold', 'a', content)
    expect(await read(s3.connect(), 'a')).toBe(content)
    expect(s3.server.requests[0]).toMatchObject({ sentBytes: content.length, answered: true })
  })

  test('closing the server cuts what is still under way', async () => {
    s3.server.fail({ do: { kind: 'slowBody', bytesPerSecond: 1 } })
    s3.server.put('gold', 'a', content)
    const { Body } = await s3.connect().send(new GetObjectCommand({ Bucket: 'gold', Key: 'a' }))
    await s3.server.close()
    await expect(Body!.transformToString()).rejects.toMatchObject(cutOff)
  })
})

describe('A listener', () => {
  test('is told before the work and after it, and waited for', async () => {
    const seen: unknown[] = []
    s3.server.onRequest({
      on: { operation: 'PutObject', after: 1 },
      times: 1,
      before: async ({ key, status }) => {
        await new Promise(setImmediate)
        seen.push(['before', key, status, stored(key)])
      },
      after: ({ key, status }) => void seen.push(['after', key, status, stored(key)])
    })
    const client = s3.connect()
    for (const key of ['a', 'b', 'c']) await put(client, key)
    expect(seen).toEqual([['before', 'b', undefined, undefined], ['after', 'b', 200, 'new']])
  })

  test('may drop the request, or its answer', async () => {
    s3.server.onRequest({ on: { key: 'a' }, before: () => 'drop' })
    s3.server.onRequest({ on: { key: 'b' }, after: () => 'drop' })
    const client = s3.connect()
    await expect(put(client, 'a')).rejects.toMatchObject(cutOff)
    await expect(put(client, 'b')).rejects.toMatchObject(cutOff)
    expect(s3.server.keys('gold')).toEqual(['b'])
  })

  test('that ends the client before the work does not undo it', async () => {
    const client = s3.connect()
    const given = new AbortController()
    s3.server.onRequest({ on: { operation: 'PutObject' }, before: () => given.abort() })
    await expect(client.send(new PutObjectCommand({ Bucket: 'gold', Key: 'a', Body: 'new' }), { abortSignal: given.signal })).rejects.toMatchObject({ name: 'AbortError' })
    expect(await read(client, 'a')).toBe('new')
  })

  test('is gone once it is taken away', async () => {
    const remove = s3.server.onRequest({ before: () => 'drop' })
    remove()
    await put(s3.connect(), 'a')
    expect(stored('a')).toBe('new')
  })
  test('that throws is what closing throws', async () => {
    const server = await startFakeS3({ buckets: ['gold'] })
    server.onRequest({
      after: () => {
        throw new Error('the test is broken')
      }
    })
    await expect(put(s3.connect({ endpoint: server.endpoint }), 'a')).rejects.toMatchObject(cutOff)
    await expect(server.close()).rejects.toThrow('the test is broken')
  })
})
