import { describe, expect, test } from 'vitest'
import { dockHeight, railIsOpen, railWidth, withRail } from '#renderer/panels/Workbench/layoutSizes.ts'

describe('the dock', () => {
  test('has whole rows, seven where there is room for them', () => {
    expect(dockHeight(undefined, 779)).toBe(78 + 7 * 24)
    expect(dockHeight(undefined, 599)).toBe(78 + 5 * 24)
    expect(dockHeight(78 + 9 * 24 + 11, 900)).toBe(78 + 9 * 24)
  })

  test('leaves the panels above their room, and keeps one row at least', () => {
    expect(dockHeight(5000, 700)).toBe(78 + 18 * 24)
    expect(dockHeight(0, 700)).toBe(78 + 24)
    expect(dockHeight(undefined, 100)).toBe(78 + 24)
  })
})

describe('the rail', () => {
  test('is icons in a narrow window until it is brought back, and stays as it was in a wide one', () => {
    expect([railIsOpen({}, 1440), railIsOpen({}, 1280)]).toEqual([true, false])
    const opened = withRail({}, 1280, true)
    expect(railIsOpen(opened, 1280)).toBe(true)
    const closed = withRail(opened, 1440, false)
    expect([railIsOpen(closed, 1440), railIsOpen(closed, 1280)]).toEqual([false, true])
  })

  test('is between 160 and 320 pixels wide', () => {
    expect([railWidth({}), railWidth({ rail: 10 }), railWidth({ rail: 999 })]).toEqual([200, 160, 320])
  })
})
