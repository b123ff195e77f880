import { expect, test } from 'vitest'
import { describeDiskUse, formatDiskUse } from '#renderer/format/diskUse.ts'

const use = { bytes: 12_345_678, gold: 12_000_000, checkpoints: 345_000, journal: 0, whatIf: 678, other: 0, isWhole: true, elsewhere: [] }

test('disk use is a size, and in its title the parts that there are', () => {
  expect([formatDiskUse(use), describeDiskUse(use)]).toEqual(['12.3 MB', 'gold 12.0 MB, checkpoints 345.0 kB, what-if rows 678 B'])
})

test('what was not looked at to the end, and what lies elsewhere, is said', () => {
  expect(formatDiskUse({ ...use, isWhole: false })).toBe('more than 12.3 MB')
  expect(describeDiskUse({ ...use, gold: 0, checkpoints: 0, whatIf: 0, elsewhere: ['/gold', '/checkpoints'] })).toBe('nothing; not counted, elsewhere: /gold, /checkpoints')
})
