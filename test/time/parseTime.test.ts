import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { civilOf, daysInMonth, daysOf, yearText } from '#shared/time/calendar.ts'
import { parseClock, parseTime, timeAtStart } from '#shared/time/parseTime.ts'
import { inTimeZone } from '#test/support/timeZone.ts'

/** Microseconds of an instant as JavaScript reads it with its zone. */
const us = (iso: string, micros = 0): bigint => BigInt(Date.parse(iso)) * 1000n + BigInt(micros)

const typed: readonly (readonly [string, bigint])[] = [
  ['2026-01-23', us('2026-01-23T00:00:00Z')],
  ['2026-01', us('2026-01-01T00:00:00Z')],
  ['2026', us('2026-01-01T00:00:00Z')],
  ['2026-1-3', us('2026-01-03T00:00:00Z')],
  ['2026-01-23 12:05', us('2026-01-23T12:05:00Z')],
  ['2026-01-23   12:05', us('2026-01-23T12:05:00Z')],
  [' 2026-01-23T12:05 ', us('2026-01-23T12:05:00Z')],
  ['2026-01-23t12:05z', us('2026-01-23T12:05:00Z')],
  ['2026-01-23 9:05', us('2026-01-23T09:05:00Z')],
  ['2026-01-23 12:05:30', us('2026-01-23T12:05:30Z')],
  ['2026-01-23T12:05:30.5', us('2026-01-23T12:05:30.500Z')],
  ['2026-01-23T12:05:30,5', us('2026-01-23T12:05:30.500Z')],
  ['2026-01-23 12:05:30.123456', us('2026-01-23T12:05:30.123Z', 456)],
  ['2026-01-23 12:05:30.1234560000Z', us('2026-01-23T12:05:30.123Z', 456)],
  ['2026-01-23 24:00', us('2026-01-24T00:00:00Z')],
  ['2026-01-23 12:05Z', us('2026-01-23T12:05:00Z')],
  ['2026-01-23 12:05 UTC', us('2026-01-23T12:05:00Z')],
  ['2026-01-23T12:05+02:00', us('2026-01-23T10:05:00Z')],
  ['2026-01-23 12:05 +0200', us('2026-01-23T10:05:00Z')],
  ['2026-01-23 12:05+02', us('2026-01-23T10:05:00Z')],
  ['2026-01-23T12:05-05:30', us('2026-01-23T17:35:00Z')],
  ['2026-01-23T12:05\u221205:30', us('2026-01-23T17:35:00Z')],
  ['2026-01-23 12:05 GMT+2', us('2026-01-23T10:05:00Z')],
  ['2026-01-23+02:00', us('2026-01-22T22:00:00Z')],
  ['2026-01-23 12:05 Europe/Berlin', us('2026-01-23T11:05:00Z')],
  ['2026-07-23 12:05 Europe/Berlin', us('2026-07-23T10:05:00Z')],
  ['2026-07-23 12:05[America/New_York]', us('2026-07-23T16:05:00Z')],
  ['2026-01-01 00:30 Asia/Kathmandu', us('2025-12-31T18:45:00Z')],
  ['2025-12-31 23:30 America/New_York', us('2026-01-01T04:30:00Z')],
  ['1969-12-31 23:59:59.999999', -1n],
  ['0001-01-01', us('0001-01-01T00:00:00Z')],
  ['0000-01-01', us('0000-01-01T00:00:00Z')],
  ['-0044-03-15', us('-000044-03-15T00:00:00Z')],
  ['9999-12-31 23:59:59.999999', us('9999-12-31T23:59:59.999Z', 999)],
  ['10000-01-01', us('+010000-01-01T00:00:00Z')],
  ['+30000-06-15 12:00', us('+030000-06-15T12:00:00Z')],
  ['275760-09-13', us('+275760-09-13T00:00:00Z')],
  ['294247-01-10 04:00:54.775806', 9_223_372_036_854_775_806n],
  ['-290308-12-22', -9_223_372_022_400_000_000n],
  ['290000-07-01 12:00 Europe/Berlin', BigInt(daysOf(290_000, 7, 1)) * 86_400_000_000n + 10n * 3_600_000_000n]
]

describe.each(['UTC', 'America/New_York', 'Europe/Berlin', 'Asia/Kathmandu'])('on a machine in %s', (zone) => {
  test.each(typed)('"%s" is the same instant as anywhere', (text, expected) => {
    expect(inTimeZone(zone, () => parseTime(text))).toEqual({ us: expected })
  })

  // The hours in which clocks are put forward and back, there and here.
  test('every quarter of an hour around daylight saving is read as UTC, each as another instant', () => {
    for (const day of ['2026-03-08', '2026-03-29', '2026-10-25', '2026-11-01']) {
      for (let quarter = 0; quarter < 96; quarter++) {
        const time = `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`
        for (const text of [`${day} ${time}`, `${day}T${time}`, `${day} ${time}:00`])
          expect(
            inTimeZone(zone, () => parseTime(text)),
            text
          ).toEqual({ us: us(`${day}T${time}:00Z`) })
      }
    }
  })
})

describe('times of a zone in the hours when its clocks are changed', () => {
  test('are read where they are there once', () => {
    expect([parseTime('2026-03-29 01:59:59 Europe/Berlin'), parseTime('2026-03-29 03:00 Europe/Berlin')]).toEqual([
      { us: us('2026-03-29T00:59:59Z') },
      { us: us('2026-03-29T01:00:00Z') }
    ])
    expect([parseTime('2026-11-01 00:59 America/New_York'), parseTime('2026-11-01 02:00 America/New_York')]).toEqual([
      { us: us('2026-11-01T04:59:00Z') },
      { us: us('2026-11-01T07:00:00Z') }
    ])
  })

  test.each([
    ['2026-03-29 02:30 Europe/Berlin', 'it does not exist in Europe/Berlin, where the clocks are put forward then'],
    [
      '2026-10-25 02:30 Europe/Berlin',
      'it comes twice in Europe/Berlin, where the clocks are put back then: end it with +01:00 or +02:00'
    ],
    [
      '2026-11-01 01:30 America/New_York',
      'it comes twice in America/New_York, where the clocks are put back then: end it with -04:00 or -05:00'
    ]
  ])('%s is not guessed', (text, fault) => {
    expect(parseTime(text)).toEqual({ fault })
  })
})

test.each([
  ['2026-02-30', 'February 2026 has 28 days'],
  ['2024-02-30 12:00', 'February 2024 has 29 days'],
  ['1900-02-29', 'February 1900 has 28 days'],
  ['2026-04-31T12:00Z', 'April 2026 has 30 days'],
  ['2026-01-00', 'January 2026 has 31 days'],
  ['2026-13-01', ''],
  ['2026-00-01', ''],
  ['2026-01-23 24:01', ''],
  ['2026-01-23 12:60', ''],
  ['2026-01-23 12:05:60', ''],
  ['2026-01-23 12', ''],
  ['2026-01-23 12:5', ''],
  ['2026-01-23T', ''],
  ['2026-01-05:00', ''],
  ['23.01.2026', ''],
  ['01/23/2026', ''],
  ['Jan 23 2026', ''],
  ['20260123', ''],
  ['1769169900', ''],
  ['12:05', ''],
  ['noon', ''],
  ['', ''],
  ['2026-01-23 12:05:30.1234567', 'times are exact to the microsecond, six digits behind the second'],
  ['2026-01-23 12:05+19:00', 'there is no offset +19:00: they go from -18:00 to +18:00'],
  ['2026-01-23 12:05+02:75', 'there is no offset +02:75: they go from -18:00 to +18:00'],
  [
    '2026-01-23 12:05 Mars/Olympus',
    'there is no time zone Mars/Olympus: write one such as Europe/Berlin, or an offset such as +02:00'
  ],
  ['294247-01-10 04:00:54.775807', 'it lies beyond the times that a timestamp can hold (290309 BC to 294247)'],
  ['294248-01-01', 'it lies beyond the times that a timestamp can hold (290309 BC to 294247)'],
  ['-290308-12-21', 'it lies beyond the times that a timestamp can hold (290309 BC to 294247)']
])('"%s" is no time', (text, fault) => {
  expect(parseTime(text)).toEqual({ fault })
})

test('times of day are UTC, or of an offset', () => {
  const minutes = (count: number) => BigInt(count) * 60_000_000n
  expect(['13:29', '13:29Z', '9:05:30.5', '15:29+02:00', '13:29 -0500'].map(parseClock)).toEqual([
    { us: minutes(13 * 60 + 29), offsetUs: 0n },
    { us: minutes(13 * 60 + 29), offsetUs: 0n },
    { us: minutes(9 * 60 + 5) + 30_500_000n, offsetUs: 0n },
    { us: minutes(15 * 60 + 29), offsetUs: minutes(120) },
    { us: minutes(13 * 60 + 29), offsetUs: minutes(-300) }
  ])
  expect(['25:00', '13:60', '24:00', '13:29 Europe/Berlin', '1329'].map(parseClock)).toEqual([
    { fault: '' },
    { fault: '' },
    { fault: 'a day ends before 24:00' },
    { fault: 'a time of day in Europe/Berlin depends on the day: add the date, or an offset such as +02:00' },
    { fault: '' }
  ])
})

test.each([
  ['2026-01-23 12:05 and rate > 0', '2026-01-23 12:05'],
  ['2026-01-23 12:05 +02:00 malta', '2026-01-23 12:05 +02:00'],
  ['2026-01-23 12:05 Europe/Berlin malta', '2026-01-23 12:05 Europe/Berlin'],
  ['2026-01-23 12:05 malta', '2026-01-23 12:05'],
  ['13:29 UTC', '13:29 UTC'],
  ['2026-01-23 malta', ''],
  ['malta', '']
])('of "%s" the time is "%s"', (text, time) => {
  expect(timeAtStart(text)).toBe(time)
})

describe('the calendar', () => {
  test('is that of JavaScript wherever JavaScript has one', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (days) => {
        const date = new Date(days * 86_400_000)
        const civil = civilOf(days)
        expect(civil).toEqual({ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() })
        expect(daysOf(civil.year, civil.month, civil.day)).toBe(days)
      })
    )
  })

  test('goes on beyond it, day after day', () => {
    for (const start of [daysOf(294_246, 1, 1), daysOf(-290_308, 1, 1)]) {
      let before = civilOf(start - 1)
      for (let day = start; day < start + 800; day++) {
        const now = civilOf(day)
        const next =
          before.day < daysInMonth(before.year, before.month)
            ? { ...before, day: before.day + 1 }
            : before.month < 12
              ? { ...before, month: before.month + 1, day: 1 }
              : { year: before.year + 1, month: 1, day: 1 }
        expect(now).toEqual(next)
        before = now
      }
    }
  })

  test('years have four digits at least, and a sign beyond', () => {
    expect([2026, 1, 0, -44, 9999, 10_000, 294_247].map(yearText)).toEqual([
      '2026',
      '0001',
      '0000',
      '-0044',
      '9999',
      '+10000',
      '+294247'
    ])
  })
})
