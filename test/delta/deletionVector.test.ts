import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { DeletionVectorDescriptor } from '#electron/delta/actions.ts'
import { readDeletionVector } from '#electron/delta/deletionVector.ts'
import { decodeRoaring } from '#electron/delta/roaring.ts'
import { decodeZ85 } from '#electron/delta/z85.ts'
import { openLocalStore } from '#electron/storage/localStore.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { arrayBitmap, bitBitmap, roaring, runBitmap } from './roaringBytes.ts'

const small = roaring([[0, arrayBitmap([[0, [1, 3, 65535]]])]])

/** A vector file: version, then size, data and checksum of each vector. */
function vectorFile(...vectors: readonly Buffer[]): Buffer {
  const frames = vectors.map((data) => {
    const frame = Buffer.alloc(data.length + 8)
    frame.writeInt32BE(data.length, 0)
    data.copy(frame, 4)
    frame.writeUInt32BE(crc32(data), data.length + 4)
    return frame
  })
  return Buffer.concat([Buffer.from([1]), ...frames])
}

// ZeroMQ RFC 32 encodes 864fd26fb559f75b as HelloWorld.
test('Z85 is decoded as its specification says', () => {
  expect([Buffer.from(decodeZ85('HelloWorld') ?? []).toString('hex'), decodeZ85('Hello~orld'), decodeZ85('Hell'), decodeZ85('#####')]).toEqual(['864fd26fb559f75b', undefined, undefined, undefined])
})

describe('A bitmap', () => {
  test('of arrays gives its rows', () => {
    expect(decodeRoaring(small)).toEqual([1, 3, 65535])
  })

  test('of bits gives its rows', () => {
    const rows = Array.from({ length: 5000 }, (_, i) => i * 13)
    expect(decodeRoaring(roaring([[0, bitBitmap(rows)]]))).toEqual(rows)
  })

  test('of runs gives its rows', () => {
    expect(decodeRoaring(roaring([[0, runBitmap([[10, 12], [20, 20]])]]))).toEqual([10, 11, 12, 20])
  })

  test('of several containers and buckets gives rows beyond 2^32', () => {
    const bytes = roaring([
      [0, arrayBitmap([[0, [7]], [2, [1]]])],
      [1, arrayBitmap([[0, [5]]])]
    ])
    expect(decodeRoaring(bytes)).toEqual([7, 2 * 65536 + 1, 2 ** 32 + 5])
  })

  test('that is empty gives no rows', () => {
    expect(decodeRoaring(roaring([]))).toEqual([])
  })

  test('that is cut off or of another format is none', () => {
    expect([decodeRoaring(small.subarray(0, -1)), decodeRoaring(Buffer.from('something else entirely')), decodeRoaring(Buffer.alloc(0))]).toEqual([undefined, undefined, undefined])
  })
})

describe('A deletion vector', () => {
  const folder = temporaryFolder('vector')
  const store = openLocalStore(folder)
  const second = roaring([[0, arrayBitmap([[0, [9]]])]])
  // The UUID is ten bytes of HelloWorld twice.
  const name = 'deletion_vector_864fd26f-b559-f75b-864f-d26fb559f75b.bin'
  writeFileSync(join(folder, name), vectorFile(small, second))
  const stored: DeletionVectorDescriptor = { storageType: 'u', pathOrInlineDv: 'HelloWorldHelloWorld', offset: 1, sizeInBytes: small.length, cardinality: 3 }
  const read = (others: Partial<DeletionVectorDescriptor>) => readDeletionVector(store, { ...stored, ...others }, 'a.parquet')

  test('is found by its name, and in its file by its offset', async () => {
    const offset = 1 + small.length + 8
    expect([await read({}), await read({ offset, sizeInBytes: second.length, cardinality: 1 })]).toEqual([[1, 3, 65535], [9]])
  })

  test('may lie under an absolute path in the table', async () => {
    expect(await read({ storageType: 'p', pathOrInlineDv: `file://${folder}/${name}` })).toEqual([1, 3, 65535])
  })

  test('outside of the table is refused', async () => {
    await expect(read({ storageType: 'p', pathOrInlineDv: 'file:///etc/vector.bin' })).rejects.toMatchObject({ code: 'unsupported' })
  })

  test('may lie in the log itself', async () => {
    const bytes = Buffer.concat([small, Buffer.alloc((4 - (small.length % 4)) % 4)])
    expect(await read({ storageType: 'i', pathOrInlineDv: encodeZ85(bytes), offset: undefined })).toEqual([1, 3, 65535])
  })

  test.each([
    ['of another size than the log says', { sizeInBytes: small.length - 1 }, 'where the log says'],
    ['of other rows than the log says', { cardinality: 2 }, 'holds 3 rows, and the log says 2'],
    ['beyond the end of its file', { offset: 4000 }, 'is cut off']
  ])('%s is refused, naming its file and the data file', async (_, others, message) => {
    await expect(read(others)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringMatching(new RegExp(`${name} .*${message}.*a\\.parquet`)) as string })
  })

  test('that does not match its checksum is refused', async () => {
    const damaged = vectorFile(small)
    damaged[damaged.length - 6] = (damaged[damaged.length - 6] ?? 0) ^ 1
    writeFileSync(join(folder, 'deletion_vector_864fd26f-b559-f75b-864f-d26fb559f75c.bin'), damaged)
    await expect(read({ pathOrInlineDv: 'HelloWorldHelloWorle' })).rejects.toThrow('does not match its checksum')
  })

  test('whose file is gone is refused, naming the file', async () => {
    await expect(read({ pathOrInlineDv: 'aaHelloWorldHelloWorld' })).rejects.toMatchObject({ code: 'notFound', message: expect.stringContaining(`aa/${name}`) as string })
  })
})

function encodeZ85(bytes: Buffer): string {
  const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#'
  let text = ''
  for (let at = 0; at < bytes.length; at += 4) {
    let word = bytes.readUInt32BE(at)
    let group = ''
    for (let i = 0; i < 5; i++, word = Math.floor(word / 85)) group = (alphabet[word % 85] ?? '') + group
    text += group
  }
  return text
}
