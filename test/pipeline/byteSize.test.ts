import { describe, expect, test } from 'vitest'
import { parseByteSize } from '#shared/pipeline/byteSize.ts'

describe('A size in bytes', () => {
  test.each([
    [1, 1],
    [10_000_000, 10_000_000],
    ['100', 100],
    ['100b', 100],
    ['10k', 10_240],
    ['10kb', 10_240],
    ['10m', 10_485_760],
    ['10M', 10_485_760],
    ['10 mb', 10_485_760],
    ['1g', 1_073_741_824],
    ['2GB', 2_147_483_648],
    ['1t', 1_099_511_627_776],
    [' 5m ', 5_242_880]
  ])('written as %j is %d', (value, bytes) => {
    expect(parseByteSize(value, 'size')).toBe(bytes)
  })

  test.each([0, -1, 1.5, NaN, Infinity, 2 ** 60, '', 'm', '0m', '-5m', '1.5g', '10q', '10 constructor', '1e6', '99999999t'])('written as %j is refused with its setting', (value) => {
    expect(() => parseByteSize(value, 'size')).toThrow(
      expect.objectContaining({ code: 'usage', message: `size is ${JSON.stringify(value)}, which is not a size: write a number of bytes, or "10m" or "1g"` }) as Error
    )
  })
})
