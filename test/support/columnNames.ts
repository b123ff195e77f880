import { readFileSync, writeFileSync } from 'node:fs'

/** A name to write a column under that DuckDB would not write as `name`, beside its twin; `named` puts the right one into the file. */
export const standIn = (name: string): string => '#'.repeat(Buffer.byteLength(name))

/** Puts names of the same length in the place of those that stand in for them, wherever a Parquet file has them. */
export function rename(file: string, names: readonly string[]): void {
  const bytes = readFileSync(file)
  for (const name of names) {
    const wanted = Buffer.from(standIn(name))
    let met = 0
    for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + wanted.length), met++)
      bytes.set(Buffer.from(name), at)
    if (met === 0) throw new Error(`${file} has no ${String(wanted)}`)
  }
  writeFileSync(file, bytes)
}
