import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatInterval, parseInterval } from '#shared/pipeline/interval.ts'

const parse = (text: string) => parseInterval(text, 'window')

describe('An interval', () => {
  test.each([
    ['1 microsecond', 1n],
    ['2 milliseconds', 2_000n],
    ['1 second', 1_000_000n],
    ['1 minute', 60_000_000n],
    ['3 hours', 10_800_000_000n],
    ['1 day', 86_400_000_000n],
    ['2 weeks', 1_209_600_000_000n],
    ['0 seconds', 0n],
    ['1 minutes', 60_000_000n],
    ['5 minute', 300_000_000n],
    ['1 hour 30 minutes', 5_400_000_000n],
    ['1 week 1 day 1 hour 1 minute 1 second 1 millisecond 1 microsecond', 694_861_001_001n],
    ['30 seconds 1 minute 30 seconds', 120_000_000n],
    ['interval 5 minutes', 300_000_000n],
    ['INTERVAL 5 MINUTES', 300_000_000n],
    ['  5   Minutes\t', 300_000_000n],
    ['1.5 seconds', 1_500_000n],
    ['.5 seconds', 500_000n],
    ['0.000001 second', 1n],
    ['1.0000019 seconds', 1_000_001n],
    ['-5 minutes', -300_000_000n],
    ['+5 minutes', 300_000_000n],
    ['-0.5 seconds', -500_000n],
    ['1 hour -30 minutes', 1_800_000_000n]
  ] as const)('as Spark writes it, "%s", is %d microseconds', (text, micros) => {
    expect(parse(text)).toBe(micros)
  })

  test.each([
    ['', 'window is "", which is not a duration: write it as "5 minutes" or "1 hour 30 seconds"'],
    ['interval', 'window is "interval", which is not a duration: write it as "5 minutes" or "1 hour 30 seconds"'],
    ['5', 'window is "5", which is not a duration: write it as "5 minutes" or "1 hour 30 seconds"'],
    ['minutes', 'window is "minutes", which is not a duration: write it as "5 minutes" or "1 hour 30 seconds"'],
    ['five minutes', 'window is "five minutes", which is not a duration: write it as "5 minutes" or "1 hour 30 seconds"'],
    ['5 minutes and a bit', 'window is "5 minutes and a bit", which is not a duration: write it as "5 minutes" or "1 hour 30 seconds"'],
    ['5 minutes, 3 seconds', 'window is "5 minutes, 3 seconds", which is not a duration: write it as "5 minutes" or "1 hour 30 seconds"'],
    ['1e3 seconds', 'window is "1e3 seconds", and e is not a unit: use microsecond, millisecond, second, minute, hour, day, week'],
    ['. seconds', 'window is ". seconds", which is not a duration: write it as "5 minutes" or "1 hour 30 seconds"'],
    ['2 months', 'window is "2 months": months and years have no fixed length; use weeks, days or less'],
    ['1 year', 'window is "1 year": months and years have no fixed length; use weeks, days or less'],
    ['1 day 1 month', 'window is "1 day 1 month": months and years have no fixed length; use weeks, days or less'],
    ['3 fortnights', 'window is "3 fortnights", and fortnights is not a unit: use microsecond, millisecond, second, minute, hour, day, week'],
    ['5 constructor', 'window is "5 constructor", and constructor is not a unit: use microsecond, millisecond, second, minute, hour, day, week'],
    ['5 m', 'window is "5 m", and m is not a unit: use microsecond, millisecond, second, minute, hour, day, week'],
    ['1.5 minutes', 'window is "1.5 minutes": only seconds may have a fraction'],
    ['9999999999999 weeks', 'window is "9999999999999 weeks", which is longer than a timestamp can hold: use less']
  ])('that cannot be meant, "%s", is refused with the setting and the text', (text, message) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'usage', message }) as Error)
  })

  test('is written with the largest units', () => {
    expect([0n, 1n, 60_000_000n, 90_000_000n, 5_400_000_000n, 604_800_000_000n, 1_209_601_000_002n].map(formatInterval)).toEqual([
      '0 seconds',
      '1 microsecond',
      '1 minute',
      '1 minute 30 seconds',
      '1 hour 30 minutes',
      '1 week',
      '2 weeks 1 second 2 microseconds'
    ])
  })

  test('is read back as it was written', () => {
    fc.assert(fc.property(fc.bigInt(-(2n ** 62n), 2n ** 62n), (micros) => void expect(parse(formatInterval(micros))).toBe(micros)))
  })
})
