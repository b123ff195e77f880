import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { addressBlocks } from '#shared/query/addressBlocks.ts'
import { countryOfAddressSql } from '#shared/query/countrySql.ts'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { sharedRecording } from '#test/support/recordings.ts'

const database = await openDatabase()
afterAll(() => database.close())

async function countriesOf(texts: readonly (string | null)[]): Promise<unknown[]> {
  const values = texts.map((text, i) => `(${i}, ${text === null ? 'NULL::VARCHAR' : quoteLiteral(text)})`).join(', ')
  const sql = `SELECT ${countryOfAddressSql('a')} AS country FROM (VALUES ${values}) texts(i, a) ORDER BY i`
  return (await database.query(sql)).rows().map(({ country }) => country)
}

const hex = (address: number) => address.toString(16).padStart(6, '0')
const ends = addressBlocks.map(([first, prefixBits, country]) => ({
  first,
  end: first + 2 ** (24 - prefixBits),
  country
}))

describe('The blocks of addresses', () => {
  test('are sorted, aligned, without overlaps, and one for each state', () => {
    const wrong = ends.filter(({ first, end }, i) => first % (end - first) !== 0 || first < (ends[i - 1]?.end ?? 0))
    expect([wrong, new Set(addressBlocks.map(([, , country]) => country)).size, addressBlocks.length]).toEqual([
      [],
      194,
      194
    ])
  })

  test('have the sizes of ICAO Annex 10, Volume III, chapter 9', () => {
    const sizes = ends.map(({ first, end }) => end - first)
    const counts = [...new Set(sizes)]
      .sort((a, b) => a - b)
      .map((size) => [size, sizes.filter((other) => other === size).length])
    expect(counts).toEqual([
      [2048, 69],
      [4096, 66],
      [8192, 1],
      [32_768, 44],
      [262_144, 12],
      [1_048_576, 2]
    ])
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(7_104_512)
  })
})

describe('The country of an address', () => {
  test('is that of the block, at its first and last address, and another one or none beside it', async () => {
    const addresses = ends.flatMap(({ first, end }) => [first, end - 1, Math.max(0, first - 1), end])
    const expected = addresses.map(
      (address) => ends.find(({ first, end }) => first <= address && address < end)?.country ?? null
    )
    expect(await countriesOf(addresses.map(hex))).toEqual(expected)
  })

  test.each([
    ['3c6444', 'Germany'],
    ['718abc', 'Republic of Korea'],
    ['038001', "Côte d'Ivoire"],
    ['a00001', 'United States'],
    ['4d24ca', 'Malta'],
    ['899123', 'Taiwan'],
    ['000000', null],
    ['ffffff', null],
    ['f00001', null]
  ])('%s is %s', async (address, country) => {
    expect(await countriesOf([address])).toEqual([country])
  })

  test('may be asked in any case, and with blanks around the address', async () => {
    expect(await countriesOf(['3C6444', '3c6444  ', ' 3C6444', '\t3c6444\r\n'])).toEqual([
      'Germany',
      'Germany',
      'Germany',
      'Germany'
    ])
  })

  test('is null for whatever is not six hexadecimal digits', async () => {
    const digits = '3c6444'
    const odd = ['~', '_', '-', '+', '.', ' ', '\t', ',', 'x', 'X', 'g', 'ä', '٣', '\0', "'", '%']
    const inside = odd.flatMap((character) =>
      [1, 2, 3, 4].map((at) => digits.slice(0, at) + character + digits.slice(at + 1))
    )
    const atEnds = odd
      .filter((character) => character.trim() !== '')
      .flatMap((character) => [character + digits.slice(1), digits.slice(0, 5) + character])
    const lengths = [
      '',
      ' ',
      '3',
      '3c644',
      '03c6444',
      '0x3c6444',
      '0x3c64',
      '3c64443c6444',
      '~3c6444',
      '~3c644',
      '3c6444 3c6444',
      'null'
    ]
    const texts = [null, ...inside, ...atEnds, ...lengths]
    expect(
      (await countriesOf(texts)).map((country, i) => [texts[i], country]).filter(([, country]) => country !== null)
    ).toEqual([])
  })

  test('agrees with a recording whose countries were made from addresses', async ({ skip }) => {
    const recording = sharedRecording('quickstart')
    if (recording === undefined) return skip('the folder recordings is not here')
    const files = quoteLiteral(join(recording, '*.parquet'))
    const made = countryOfAddressSql('icao24')
    const sql = `SELECT DISTINCT icao24, origin_country AS told, ${made} AS made FROM read_parquet(${files}) ORDER BY 1`
    const rows = (await database.query(sql)).rows()
    // Its short list of blocks left 14 aircraft without a country.
    const unknown = rows.filter((row) => row.told === 'Unknown').map((row) => row.made)
    expect([
      rows.length,
      rows.filter((row) => row.told !== 'Unknown' && row.told !== row.made),
      unknown.join()
    ]).toEqual([
      213,
      [],
      'Egypt,Tunisia,Qatar,Qatar,Qatar,Iceland,San Marino,Latvia,Slovenia,Mongolia,Lebanon,China,Australia,Japan'
    ])
  })
})
