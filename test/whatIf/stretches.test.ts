import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stretchesOf } from '#shared/whatIf/stretches.ts'

test('every row is counted in its stretch and cell, and those behind the last whole stretch in none', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(4), { maxLength: 200 }), (cellCount, drawn) => {
      const cells = Uint16Array.from(drawn, (cell) => cell % cellCount)
      const found = stretchesOf(cells, cellCount)
      const rows = cellCount * 4
      const whole = Math.floor(cells.length / rows)
      if (whole === 0) {
        expect(found).toBeUndefined()
        return
      }
      const counts = Array.from({ length: whole }, (_, stretch) => Array.from({ length: cellCount }, (_, cell) => cells.slice(stretch * rows, (stretch + 1) * rows).filter((own) => own === cell).length)).flat()
      expect({ ...found!, counts: [...found!.counts] }).toEqual({ rows, count: whole, counts })
    })
  )
})

test.each([
  ['one byte', 20, Uint8Array],
  ['two bytes', 200, Uint16Array],
  ['four bytes', 20_000, Uint32Array]
] as const)('counts of a cell that has a stretch for itself fit: %s', (_name, cellCount, type) => {
  const rows = cellCount * 4
  const cells = new Uint16Array(rows * 2).fill(3)
  cells.fill(7, rows + 1)
  const { counts } = stretchesOf(cells, cellCount)!
  expect(counts).toBeInstanceOf(type)
  expect([counts[3], counts[7], counts[cellCount + 3], counts[cellCount + 7]]).toEqual([rows, 0, 1, rows - 1])
})
