/** Numbers above which a list in SQL is slower than a bitmap. */
const longestList = 16

/**
 * A condition that leaves out the rows that deletion vectors hide. `hidden`: by `file_index`, ascending row numbers. undefined: there is nothing to leave out.
 */
export function hiddenRowsSql(hidden: ReadonlyMap<number, readonly number[]>): string | undefined {
  const cases = [...hidden].filter(([, rows]) => rows.length > 0).map(([file, rows]) => `WHEN ${file} THEN ${isLive(rows)}`)
  return cases.length === 0 ? undefined : `CASE file_index ${cases.join(' ')} ELSE true END`
}

function isLive(rows: readonly number[]): string {
  // Also where they lie so far apart that the bitmap would be all holes.
  if (rows.length <= longestList || (rows.at(-1) ?? 0) > rows.length * 512 + 8_388_608) return `file_row_number NOT IN (${rows.join(', ')})`
  // One bit a row up to the last that is hidden, and at least one clear bit for all rows beyond.
  const bits = Buffer.alloc(Math.floor(((rows.at(-1) ?? 0) + 1) / 8) + 1)
  for (const row of rows) bits[row >> 3] = (bits[row >> 3] ?? 0) | (0x80 >> (row & 7))
  return `get_bit(from_base64('${bits.toString('base64')}')::BIT, CAST(least(file_row_number, ${bits.length * 8 - 1}) AS INTEGER)) = 0`
}
