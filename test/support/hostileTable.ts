import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Database } from '#electron/duckdb/database.ts'
import { quoteLiteral, quoteName } from '#shared/query/sqlText.ts'
import { add, metaData, protocol, writeLog } from '#test/delta/handMade.ts'

/** What a page could take for markup, a spreadsheet for a formula, a terminal for a command, a path or a template for something else. */
export const hostileTexts = [
  '<img src=x onerror="window.hostile=1">',
  '<script>window.hostile=1</script>',
  `"'></title></style><svg/onload=window.hostile=1>`,
  '&lt;b&gt; &amp;amp; &#x3c;',
  'javascript:window.hostile=1',
  '${7*7} {{7*7}} %s %d %n',
  '=HYPERLINK("http://127.0.0.1:9/","x")',
  '+1+1',
  '-1-1',
  '@SUM(1;1)',
  '\ttab',
  '\rreturn',
  'a line\r\nand another',
  'red \u001b[31m\u001b]0;title\u0007 and \u009b31m',
  'gnp.\u202Eexe \u2066\u2067\u200f turned',
  'unseen \u0000 \u200b\ufeff\u2028\u2029',
  '../../../etc/passwd',
  '%2e%2e%2f%00 100% %zz',
  "'; DROP TABLE gold; --",
  '"; SELECT 1; --',
  '\\u003cscript\\u003e \\',
  '__proto__',
  'constructor',
  ' ',
  '𝕏😀 e\u0301\u0301\u0301\u0301',
  'x'.repeat(10_000)
] as const

/** Columns that no query needs, named like that; not all can be names. */
const hostileColumns = hostileTexts.filter((text) => !text.includes('\0'))

const uriOf = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

/** Cannot be part of a file's name, or would make it too long. */
const asFileName = (text: string): string => text.replaceAll('/', '∕').replaceAll('\0', '').slice(0, 60)

/**
 * A silver table with such texts in the names of its files and of columns that nobody needs, as phases (which are partition values), and as countries.
 * 40 minutes, a file each minute, every text in several of them; some altitudes cross the limits.
 */
export async function makeHostileTable(database: Database, folder: string, { withZero = true }: { readonly withZero?: boolean } = {}): Promise<void> {
  const texts = hostileTexts.filter((text) => withZero || !text.includes('\0'))
  const fields = [
    ...[['event_timestamp', 'timestamp'], ['flight_phase', 'string'], ['origin_country', 'string'], ['altitude_meters', 'double'], ['velocity_kmh', 'double']].map(([name, type]) => ({ name: name!, type })),
    ...hostileColumns.map((name) => ({ name, type: 'string' }))
  ]
  const files: string[] = []
  for (let minute = 0; minute < 40; minute++) {
    const text = texts[minute % texts.length]!
    const path = `${minute} ${asFileName(text)}.parquet`
    files.push(path)
    const countries = [0, 1, 2].map((step) => quoteLiteral(texts[(minute + step) % texts.length]!)).join(', ')
    const rows = `SELECT TIMESTAMPTZ '2026-01-23 12:00:00+00' + INTERVAL ${minute} MINUTE + to_seconds(i * 5) AS event_timestamp, list_extract([${countries}], CAST(i % 3 + 1 AS BIGINT)) AS origin_country, CASE WHEN i % 4 = 0 THEN 13000.5 ELSE 11000.5 END::DOUBLE AS altitude_meters, 800.5::DOUBLE AS velocity_kmh, ${hostileColumns.map((name) => `${quoteLiteral(text)} AS ${quoteName(name)}`).join(', ')} FROM range(12) t(i)`
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    await database.run(`COPY (${rows}) TO ${quoteLiteral(join(folder, path))} (FORMAT PARQUET)`)
  }
  const adds = files.map((path, minute) => add(uriOf(path), { size: 5000, modificationTime: minute + 1, partitionValues: { flight_phase: texts[minute % texts.length]! } }))
  writeLog(folder, [[protocol(), metaData(fields, { partitionColumns: ['flight_phase'], name: hostileTexts[0], description: hostileTexts[1] })], adds])
}
