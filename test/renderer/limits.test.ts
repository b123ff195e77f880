import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crossed, formatLimit, parseLimit } from '#renderer/store/limits.ts'
import type { Units } from '#renderer/store/viewStore.ts'

const metric: Units = { zone: 'UTC', altitudeUnit: 'm', velocityUnit: 'km/h' }
const aviation: Units = { zone: 'UTC', altitudeUnit: 'ft', velocityUnit: 'kt' }

describe('a limit that is typed', () => {
  test.each<readonly [string, number | undefined]>([
    ['12000', 12_000],
    ['12,001.5 m', 12_001.5],
    [' 13 200', 13_200],
    ['\u2212100', -100],
    ['-100', -100],
    ['+5', 5],
    ['.5', 0.5],
    ['1e4', 10_000],
    ['', undefined],
    ['-', undefined],
    ['many', undefined],
    ['12.3.4', undefined],
    ['Infinity', undefined],
    ['1e999', undefined]
  ])('%j is %j', (text, value) => expect(parseLimit('altitude', text, metric)).toBe(value))

  test('a unit that is typed is the one that is meant; one of the other measure is none', () => {
    expect(parseLimit('altitude', '39,370 ft', metric)).toBeCloseTo(11_999.976, 6)
    expect(parseLimit('altitude', '12000 m', aviation)).toBe(12_000)
    expect(parseLimit('velocity', '540 kt', metric)).toBeCloseTo(1000.08, 6)
    expect(parseLimit('velocity', '1000 km/h', aviation)).toBe(1000)
    expect([parseLimit('altitude', '400 kt', metric), parseLimit('velocity', '400 m', metric), parseLimit('altitude', '3 apples', metric)]).toEqual([undefined, undefined, undefined])
  })

  test('in the unit that is shown', () => {
    expect(parseLimit('altitude', '39,370.08 ft', aviation)).toBeCloseTo(12_000, 3)
    expect(parseLimit('velocity', '540 kt', aviation)).toBeCloseTo(1000.08, 6)
  })

  test('what is shown reads back as the limit, to what is shown of it', () => {
    fc.assert(
      fc.property(fc.constantFrom<'altitude' | 'velocity'>('altitude', 'velocity'), fc.integer({ min: -100_000, max: 100_000 }), fc.constantFrom(metric, aviation), (measure, hundredths, units) => {
        const value = hundredths / 100
        const read = parseLimit(measure, formatLimit(measure, value, units), units)!
        expect(formatLimit(measure, read, units)).toBe(formatLimit(measure, value, units))
        if (units === metric) expect(read).toBe(value)
      })
    )
  })

  test('crossed limits are named, both of them, in the unit that is shown', () => {
    const limits = { altitudeMin: 0, altitudeMax: 12_000, velocityMin: 500, velocityMax: 400 }
    expect(crossed({ ...limits, velocityMax: 500 }, metric)).toBeUndefined()
    expect(crossed(limits, metric)).toBe('The velocity minimum (500 km/h) is above the velocity maximum (400 km/h).')
  })
})
