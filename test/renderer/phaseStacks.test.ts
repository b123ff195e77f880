import { describe, expect, test } from 'vitest'
import type { FileRead } from '#shared/contract/run.ts'
import { timeScale } from '#renderer/chart/timeScale.ts'
import { phaseMarks, phaseScale, phaseStacks } from '#renderer/panels/PhaseChart/phaseStacks.ts'
import { gapsOf, isShort, setAsideWords } from '#renderer/panels/PhaseChart/setAside.ts'
import { valueScale } from '#renderer/panels/PhaseChart/valueScale.ts'
import { openColumns } from '#renderer/panels/TimePanels/columns.ts'
import { cellsOf, minute, palette, windowOf } from './windows.ts'

const scale = timeScale({ startMs: 0, endMs: 20 * minute }, 116 + 560 + 128)
const columns = openColumns()([windowOf(0, 'closed', { cells: cellsOf(['CRUISE', 600, 0, 11_000], ['GROUND', 400, 0, 10], ['HOVER', 1], [null, 2]) }), windowOf(1, 'closing', { cells: cellsOf(['CRUISE', 500, 0, 11_500]) })], minute, scale.pxPerMs)

describe('stacks', () => {
  test('rise from the ground like the sky, then other names, then rows without a phase', () => {
    expect(phaseStacks(columns, 'count', [])).toMatchObject({ phases: ['GROUND', 'CRUISE', 'HOVER', null], most: 1003, columns: [{ values: [400, 600, 1, 2], isFinal: true }, { values: [NaN, 500, NaN, NaN], isFinal: false }] })
  })

  test('leave hidden phases out, of the scale too', () => {
    expect(phaseStacks(columns, 'count', ['CRUISE', '(none)'])).toMatchObject({ phases: ['GROUND', 'HOVER'], most: 401 })
  })

  test('are means in the unit that is shown for altitudes', () => {
    expect(phaseStacks(columns, 'altitude', ['HOVER', '(none)'], (metres) => metres * 2)).toMatchObject({ columns: [{ values: [20, 22_000] }, { values: [NaN, 23_000] }], most: 23_000 })
  })

  test('are means a window where windows are merged', () => {
    const merged = openColumns()([windowOf(0, 'closed', { cells: cellsOf(['CRUISE', 10]) }), windowOf(1, 'closed', { cells: cellsOf(['CRUISE', 30]) })], minute, 2 / minute)
    expect(phaseStacks(merged, 'count', []).columns.map(({ values }) => values)).toEqual([[20]])
  })

  test('are solid when final and hatched so far, one above the other', () => {
    const stacks = phaseStacks(columns, 'count', ['HOVER', '(none)'])
    const marks = phaseMarks(stacks, 'count', valueScale(0, 1000, 0, 100), scale, palette)
    expect(marks).toEqual([
      { kind: 'rects', at: [116, 60, 27, 39], fill: 'phase-ground' },
      { kind: 'rects', at: [116, 0, 27, 59], fill: 'phase-cruise' },
      { kind: 'rects', at: [144, 50, 27, 49], fill: 'phase-cruise on panel' },
      { kind: 'rects', at: [144.5, 50.5, 26, 48], stroke: 'phase-cruise', lineWidth: 1 }
    ])
  })

  test('have a scale with room above', () => {
    const values = phaseScale(phaseStacks(columns, 'count', []), 130)
    expect({ ticks: values.ticks, zero: values.y(0), most: values.y(1003) >= 10 }).toEqual({ ticks: [0, 500, 1000], zero: 120, most: true })
  })
})

describe('a scale of values', () => {
  test('has round labels', () => {
    expect(valueScale(0, 30_400, 8, 120).ticks).toEqual([0, 10_000, 20_000, 30_000])
    expect(valueScale(0, 11_800, 8, 72).ticks).toEqual([0, 5000, 10_000])
    expect(valueScale(0, 0, 8, 120).ticks).toEqual([0, 1])
    expect(valueScale(0, 9, 8, 120).ticks).toEqual([0, 5])
  })

  test('reaches below zero as far as there is something', () => {
    const { ticks, y } = valueScale(-300, 11_800, 8, 120)
    expect(ticks).toEqual([0, 5000, 10_000])
    expect([y(-500), y(12_000)]).toEqual([120, 8])
  })
})

describe('files that were set aside', () => {
  const file = (path: string, times: readonly [number, number] | null): FileRead => ({ path, sizeBytes: 1, rows: 0, minEventMs: times?.[0] ?? null, maxEventMs: times?.[1] ?? null, lateRows: 0, setAside: 'no footer' })

  test('are named alone and counted together', () => {
    expect([[], [file('part-0121-ab.snappy.parquet', null)], [file('day%20one/a.parquet', null)], [file('a', null), file('b', null)]].map(setAsideWords)).toEqual([undefined, 'file 0121 set aside', 'file a.parquet set aside', '2 files set aside'])
  })

  test('make windows short only where their times are known', () => {
    const gaps = gapsOf([file('a', null), file('b', [2.5 * minute, 3.5 * minute])])
    expect([1, 2, 3, 4].map((start) => isShort({ startMs: start * minute, endMs: (start + 1) * minute }, gaps))).toEqual([false, true, true, false])
  })
})
