import { addressBlocks } from './addressBlocks.ts'
import { quoteLiteral } from './sqlText.ts'

/**
 * SQL for the country that a 24-bit ICAO address was allocated to. `valueSql`: a text of six hexadecimal digits in any
 * case, with blanks around it or without. Null for anything else: other lengths, `~` in front (an address that is not
 * ICAO's), addresses outside all blocks.
 */
export function countryOfAddressSql(valueSql: string): string {
  const text = `trim(${valueSql}, ${blanks})`
  // The cast takes underscores between digits.
  const isAddress = `strlen(${text}) = 6 AND NOT contains(${text}, '_')`
  const address = `CASE WHEN ${isAddress} THEN TRY_CAST('0x' || ${text} AS INTEGER) END`
  const number = `('0x' || substr('${countryOfSlot}', (${address} >> ${slotBits}) * 2 + 1, 2))::INTEGER`
  return `list_extract([${countries.map(quoteLiteral).join(', ')}], ${number})`
}

const blanks = "' ' || chr(9) || chr(10) || chr(13)"

const countries = [...new Set(addressBlocks.map(([, , country]) => country))]

/** Addresses that differ only in their last bits lie in the same block. */
const slotBits = 24 - Math.max(...addressBlocks.map(([, prefixBits]) => prefixBits))

/**
 * For each slot of 2^`slotBits` addresses the number of its country from 1, as two hexadecimal digits; 00 is none. One
 * long literal takes DuckDB half the time of 194 branches (0.8 s against 1.6 s for four million rows), and a third of
 * the planning.
 */
const countryOfSlot = slotsOfCountries()
  .map((number) => number.toString(16).padStart(2, '0'))
  .join('')

function slotsOfCountries(): readonly number[] {
  const slots = new Array<number>(2 ** (24 - slotBits)).fill(0)
  for (const [first, prefixBits, country] of addressBlocks) {
    const start = first >> slotBits
    slots.fill(countries.indexOf(country) + 1, start, start + 2 ** (24 - prefixBits - slotBits))
  }
  return slots
}
