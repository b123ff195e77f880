import { readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import type { Database } from '#electron/duckdb/database.ts'
import { codec } from '#electron/parquet/format.ts'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { withCodec } from './hadoopLz4.ts'

/** A way in which a data file of silver can be bad. */
export interface BadFile {
  readonly what: string
  readonly code: string
  /** What is said of it after its name. */
  readonly told: string
  spoil(file: string, database: Database): void | Promise<void>
}

const damaged = 'is not a whole Parquet file: it is damaged or was cut off; restore it from a copy'
const claimsFalsely = damaged.replace(' file:', ' file, since its footer does not hold what it claims:')

/** Every way that the reading of a Delta table must notice, as a run that stops tells it. */
export const badFiles: readonly BadFile[] = [
  { what: 'named by the log and not there', code: 'notFound', told: 'is not there any more, and this batch needs it (the table may have been vacuumed): restore it, or set silver.onBadFile to "quarantine" to go on without it', spoil: (file) => rmSync(file) },
  { what: 'cut off', code: 'corrupt', told: damaged, spoil: (file) => truncateSync(file, 300) },
  { what: 'of zero bytes', code: 'corrupt', told: damaged, spoil: (file) => truncateSync(file, 0) },
  { what: 'no Parquet between its two marks', code: 'corrupt', told: claimsFalsely, spoil: (file) => writeFileSync(file, garbage(readFileSync(file).length)) },
  { what: 'one with a footer and other bytes in its pages', code: 'corrupt', told: damaged, spoil: (file) => writeFileSync(file, withoutPages(readFileSync(file))) },
  {
    what: 'of another type in a column that is used',
    code: 'schema',
    told: 'column altitude_meters is VARCHAR in FILE, and DOUBLE in its table: that file cannot be read without loss; rewrite it, or remove it',
    spoil: (file, database) => rewrite(file, database, `SELECT * REPLACE (altitude_meters::VARCHAR AS altitude_meters)`)
  },
  {
    what: 'compressed with what nobody decodes',
    code: 'undecodable',
    told: "column event_timestamp of FILE is compressed with LZO, which Contrail cannot decode: write the file again with another codec, as with Spark's spark.sql.parquet.compression.codec set to zstd",
    spoil: (file) => writeFileSync(file, withCodec(readFileSync(file), codec.lzo))
  },
  {
    what: 'encrypted, its footer as well',
    code: 'undecodable',
    told: 'is encrypted, its footer as well, and Contrail takes no keys: write the file again without encryption',
    spoil: (file) => writeFileSync(file, withMagic(readFileSync(file), 'PARE'))
  }
]

/** The sentence of a run that meets the file. `name`: how it is called. */
export const sentenceOf = ({ told }: BadFile, name: string): string => (told.includes('FILE') ? told.replace('FILE', name) : `${name} ${told}`)

/** PAR1 at both ends, a length of the footer that fits, and nothing that a reader could make sense of. */
export function garbage(length: number): Buffer {
  const bytes = Buffer.alloc(length, 0xa7)
  bytes.write('PAR1', 0, 'latin1')
  bytes.writeUInt32LE(length - 24, length - 8)
  bytes.write('PAR1', length - 4, 'latin1')
  return bytes
}

/** The file with other marks at its ends. */
export function withMagic(whole: Buffer, magic: string): Buffer {
  const bytes = Buffer.from(whole)
  bytes.write(magic, 0, 'latin1')
  bytes.write(magic, bytes.length - 4, 'latin1')
  return bytes
}

/** The footer as it was, every page overwritten. */
export function withoutPages(whole: Buffer): Buffer {
  const bytes = Buffer.from(whole)
  const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8)
  return bytes.fill(0xa7, 4, footer)
}

/** Writes a file's rows anew: `select` without its FROM. */
export async function rewrite(file: string, database: Database, select: string, where = ''): Promise<void> {
  await database.run(`COPY (${select} FROM read_parquet(${quoteLiteral(file)}) ${where}) TO ${quoteLiteral(`${file}.new`)} (FORMAT PARQUET)`)
  renameSync(`${file}.new`, file)
}
