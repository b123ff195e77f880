import { expect, test } from 'vitest'
import { isoInstant } from '#electron/commands/goldValues.ts'

test.each([
  [0n, '1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000000Z'],
  [-1n, '1969-12-31T23:59:59Z', '1969-12-31T23:59:59.999999Z'],
  [1_769_169_600_000_001n, '2026-01-23T12:00:00Z', '2026-01-23T12:00:00.000001Z'],
  [9_223_372_036_854_775_807n, '+294247-01-10T04:00:54Z', '+294247-01-10T04:00:54.775807Z'],
  [-9_223_372_036_854_775_807n, '-290308-12-21T19:59:05Z', '-290308-12-21T19:59:05.224193Z']
])('%s microseconds are shown as an instant, in any year that 64 bits hold', (us, seconds, micros) => {
  expect([isoInstant(us, 0), isoInstant(us, 6)]).toEqual([seconds, micros])
})
