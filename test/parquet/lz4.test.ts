import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DamagedBlock, decompressBlock, decompressLz4, OtherFrame } from '#electron/parquet/lz4.ts'
import { hadoopFrame, literalBlock } from '#test/support/hadoopLz4.ts'

const text = Buffer.from('abcdefgh'.repeat(40))
/** "abcdefgh", then a match of all the rest but five bytes, then these. */
const compressed = Buffer.concat([
  Buffer.of(0x8f),
  text.subarray(0, 8),
  Buffer.of(8, 0, 255, 307 - 15 - 255 - 4),
  Buffer.of(0x50),
  text.subarray(-5)
])

function decompressed(input: Buffer, length = text.length): string {
  const output = Buffer.alloc(length)
  decompressLz4(input, output)
  return output.toString('latin1')
}

const length = (number: number): Buffer => Buffer.of(number >> 24, number >> 16, number >> 8, number)
const framed = (...blocks: Buffer[]): Buffer => Buffer.concat(blocks.flatMap((block) => [length(block.length), block]))

describe('a page in the codec LZ4', () => {
  test.each([
    ['one block in a frame', Buffer.concat([length(320), framed(compressed)])],
    ['a block without a frame', compressed],
    [
      'a frame of two blocks',
      Buffer.concat([length(320), framed(literalBlock(text.subarray(0, 100)), literalBlock(text.subarray(100)))])
    ],
    [
      'two frames',
      Buffer.concat([
        length(100),
        framed(literalBlock(text.subarray(0, 100))),
        length(220),
        framed(literalBlock(text.subarray(100)))
      ])
    ],
    [
      'frames of some blocks each',
      Buffer.concat([hadoopFrame(text.subarray(0, 150), 7), hadoopFrame(text.subarray(150), 90)])
    ]
  ])('is read as %s', (_, input) => {
    expect(decompressed(input)).toBe(text.toString('latin1'))
  })

  test.each([
    ['is cut off', Buffer.concat([length(320), framed(compressed)]).subarray(0, -3)],
    ['has a byte too many', Buffer.concat([length(320), framed(compressed), Buffer.of(0)])],
    ['claims less than there is', Buffer.concat([length(319), framed(compressed)])],
    ['claims more than there is', Buffer.concat([length(321), framed(compressed)])],
    ['has a block that is longer than the page', Buffer.concat([length(320), length(1000), compressed])],
    ['has a match before its beginning', Buffer.of(0x10, 0x61, 2, 0, 0x50, 1, 2, 3, 4, 5)],
    ['has a match of nothing', Buffer.of(0x10, 0x61, 0, 0, 0x50, 1, 2, 3, 4, 5)],
    [
      'has a match that reaches into the block before',
      Buffer.concat([
        length(320),
        framed(literalBlock(text.subarray(0, 311)), Buffer.of(0x00, 8, 0, 0x50, 1, 2, 3, 4, 5))
      ])
    ],
    ['is all zeros', Buffer.alloc(40)],
    ['is nothing', Buffer.alloc(0)]
  ])('that %s is damaged', (_, input) => {
    expect(() => decompressed(input)).toThrow(DamagedBlock)
  })

  test("in LZ4's own frame is told from damage", () => {
    expect(() =>
      decompressed(Buffer.concat([Buffer.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82), compressed]))
    ).toThrow(OtherFrame)
  })

  test('of no bytes is read, whatever its frame', () => {
    for (const input of [Buffer.alloc(0), length(0), Buffer.concat([length(0), length(0)])])
      expect(decompressed(input, 0)).toBe('')
  })

  test('of any bytes, in frames of any blocks, comes out as it went in', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 2000 }),
        fc.integer({ min: 1, max: 700 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (bytes, blockBytes, share) => {
          const cut = Math.floor(bytes.length * share)
          const frames = Buffer.concat(
            [bytes.subarray(0, cut), bytes.subarray(cut)].map((part) => hadoopFrame(part, blockBytes))
          )
          const output = Buffer.alloc(bytes.length)
          decompressLz4(frames, output)
          expect(output.equals(bytes)).toBe(true)
        }
      )
    )
  })

  test('of any bytes at all is read to the last byte or damaged, and no byte is written outside', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 0, max: 300 }), (bytes, size) => {
        const room = Buffer.alloc(size + 2, 0x5a)
        try {
          expect(decompressBlock(bytes, room.subarray(1, size + 1), 0)).toBeLessThanOrEqual(size)
        } catch (error) {
          expect(error).toBeInstanceOf(DamagedBlock)
        }
        expect([room[0], room.at(-1)]).toEqual([0x5a, 0x5a])
      })
    )
  })
})
