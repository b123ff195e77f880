import { expect, test } from 'vitest'
import { formatInstant } from '#electron/host/progress.ts'

test.each([
  ['1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z'],
  ['1582-10-15T00:00:00.000Z', '1582-10-15T00:00:00.000Z'],
  ['1582-10-14T23:59:59.999Z', '1582-10-04T23:59:59.999Z'],
  ['1500-03-01T12:00:00.000Z', '1500-02-20T12:00:00.000Z'],
  ['0001-01-02T00:00:00.000Z', '0001-01-04T00:00:00.000Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z']
])('P2 %s is printed as %s: before 1582-10-15 in the Julian calendar', (instant, printed) => {
  expect(formatInstant(Date.parse(instant))).toBe(printed)
})
