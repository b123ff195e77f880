import { describe, expect, test } from 'vitest'
import { columnForms } from '#shared/pipeline/columnMapping.ts'
import { parseColumnMapping } from '#shared/pipeline/parseColumnMapping.ts'
import { parsePipeline } from '#shared/pipeline/parsePipeline.ts'

const parse = (columns: unknown) =>
  parsePipeline({ silver: { uri: 's', columns }, gold: { uri: 'g' }, checkpoints: { uri: 'c' } }, 'p.json').silver
    .columns
const zone = { 'local time': { zone: 'Europe/Berlin' } } as Readonly<Record<string, object>>

describe('A mapping of columns', () => {
  test.each(columnForms.map((as) => [{ from: 'c', as, ...zone[as] }]))('takes %j', (origin) => {
    expect(parse({ event_timestamp: origin })).toEqual({ event_timestamp: origin })
  })

  test.each([
    [{ from: 'c', factor: 0.3048 }],
    [{ from: 'c', as: 'ISO text', zone: 'America/New_York' }],
    [{ from: 'c', as: 'local time', zone: 'UTC' }],
    [{ from: 'c', as: 'local time', zone: 'etc/gmt-2' }],
    [{ from: 'c', as: 'phase of flight', factor: 0.00508, onGround: 'alt_baro' }],
    [{ from: '\ufeff name with blanks ' }]
  ])('keeps what goes together: %j', (origin) => {
    expect(parse({ a: origin })).toEqual({ a: origin })
  })

  test.each([
    [
      { from: 'c', as: 'epoch' },
      /silver\.columns\.a\.as is "epoch": must be "epoch seconds" or .* or "phase of flight"$/
    ],
    [
      { from: 'c', as: 'epoch seconds', factor: 2 },
      'silver.columns.a.factor is 2: epoch seconds takes no factor: leave it out'
    ],
    [{ from: 'c', as: 'ISO text', factor: 2 }, 'silver.columns.a.factor is 2: ISO text takes no factor: leave it out'],
    [
      { from: 'c', as: 'local time' },
      'silver.columns.a.zone is missing: "as": "local time" needs the time zone that the times are in, as "Europe/Berlin" or "UTC"'
    ],
    [
      { from: 'c', as: 'local time', zone: '' },
      'silver.columns.a.zone is "": no time zone has this name; give an IANA name, as "Europe/Berlin", "Etc/GMT-2" or "UTC"'
    ],
    [
      { from: 'c', as: 'ISO text', zone: 'Europe/Nowhere' },
      'silver.columns.a.zone is "Europe/Nowhere": no time zone has this name; give an IANA name, as "Europe/Berlin", "Etc/GMT-2" or "UTC"'
    ],
    [
      { from: 'c', as: 'ISO text', zone: '+02:00' },
      'silver.columns.a.zone is "+02:00": no time zone has this name; give an IANA name, as "Europe/Berlin", "Etc/GMT-2" or "UTC"'
    ],
    [{ from: 'c', as: 'ISO text', zone: "UTC'; SELECT 1 --" }, /no time zone has this name/],
    [
      { from: 'c', zone: 'UTC' },
      'silver.columns.a.zone is "UTC": only "as": "ISO text" and "as": "local time" ask for it: leave it out'
    ],
    [
      { from: 'c', as: 'epoch seconds', zone: 'UTC' },
      'silver.columns.a.zone is "UTC": only "as": "ISO text" and "as": "local time" ask for it: leave it out'
    ],
    [
      { from: 'c', onGround: 'g' },
      'silver.columns.a.onGround is "g": only "as": "phase of flight" asks for it: leave it out'
    ]
  ])('refuses what does not go together, naming the key and the next step: %j', (origin, message) => {
    expect(() => parse({ a: origin })).toThrow(typeof message === 'string' ? `p.json: ${message}` : message)
  })

  test('refuses two names that differ only by case', () => {
    expect(() => parse({ altitude_meters: { from: 'a' }, Altitude_Meters: { from: 'b' } })).toThrow(
      'p.json: silver.columns.Altitude_Meters is {"from":"b"}: the mapping has altitude_meters too, which differs only by case: keep one of them'
    )
  })

  test('that is kept somewhere is read with distrust', () => {
    expect(
      [
        { a: { from: 'b', as: 'epoch seconds' } },
        { a: { from: 'b', as: 'epoch' } },
        { a: { from: 'b', zone: 'UTC' } },
        { a: 'b' },
        [],
        null,
        'x'
      ].map(parseColumnMapping)
    ).toEqual([{ a: { from: 'b', as: 'epoch seconds' } }, ...Array.from({ length: 6 }, () => undefined)])
  })
})
