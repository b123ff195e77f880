import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { placeWindow, readWindowState, saveWindowState } from '#electron/app/windowState.ts'
import { temporaryFolder } from '#test/support/folders.ts'

const left = { x: -1920, y: 0, width: 1920, height: 1040 }
const main = { x: 0, y: 25, width: 1440, height: 875 }
const place = (x: number, y: number, width: number, height: number) => placeWindow({ bounds: { x, y, width, height }, maximised: false }, [main, left])

test.each([
  ['stays where it is', place(10, 30, 1000, 700), { x: 10, y: 30, width: 1000, height: 700 }],
  ['stays on the other display', place(-1900, 0, 1000, 700), { x: -1900, y: 0, width: 1000, height: 700 }],
  ['moves to the display it lies on most', place(-100, 30, 1000, 700), { x: 0, y: 30, width: 1000, height: 700 }],
  ['moves back from beyond an edge', place(1400, 800, 1000, 700), { x: 440, y: 200, width: 1000, height: 700 }],
  ['shrinks to a smaller display', place(0, 25, 3000, 2000), { x: 0, y: 25, width: 1440, height: 875 }],
  ['starts anew when its display is gone', place(5000, 5000, 1000, 700), { width: 1440, height: 900 }],
  ['starts anew the first time', placeWindow({ maximised: false }, [main]), { width: 1440, height: 900 }]
])('the window %s', (_what, placed, expected) => {
  expect(placed).toEqual(expected)
})

test('a state is kept, and one that cannot be read is a first start', () => {
  const file = join(temporaryFolder('window'), 'new', 'window.json')
  expect(readWindowState(file)).toEqual({ maximised: false })
  const state = { bounds: { x: 1, y: 2, width: 3, height: 4 }, maximised: true }
  saveWindowState(file, state)
  expect(readWindowState(file)).toEqual(state)
  for (const text of ['{', 'null', '[]', '{"bounds":{"x":1}}', '{"bounds":{"x":"1","y":2,"width":3,"height":4}}']) {
    writeFileSync(file, text)
    expect(readWindowState(file)).toEqual({ maximised: false })
  }
})
