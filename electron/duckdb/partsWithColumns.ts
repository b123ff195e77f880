import { randomUUID } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isFault } from '#shared/engine/fault.ts'
import type { DeltaField, MappingMode } from '../delta/schema.ts'
import { encryptedMagic } from '../parquet/checkFooters.ts'
import type { ByteRange, WantedParts } from '../storage/storage.ts'
import type { Database } from './database.ts'
import { fileList } from './fileNames.ts'
import { readParquetColumns, type ParquetColumn } from './parquetSchema.ts'
import { findColumn } from './storedColumn.ts'

/** A footer larger than this is not worth a closer look. */
const largestFooter = 64 * 1024 * 1024
const end = { magic: 'PAR1', bytes: 8 }

/** The parts of a Parquet file that hold some of its columns, and its footer. What is no Parquet file is wanted whole: whoever reads it says what is wrong with it. */
export function partsWithColumns(database: Database, columns: readonly DeltaField[], mode: MappingMode): WantedParts {
  const names = columns.map(({ physicalName, fieldId }) => (mode === 'id' ? String(fieldId) : physicalName.toLowerCase())).sort()
  return {
    id: `columns ${mode} ${JSON.stringify(names)}`,
    async choose(sizeBytes, read) {
      const footer = await readFooter(sizeBytes, read)
      if (footer && !footer.bytes) return [footer.range]
      if (!footer?.bytes) return undefined
      const { range, bytes } = footer
      const ranges = await columnRanges(database, { sizeBytes, range, bytes, columns, mode }).catch(ignoreBad)
      return ranges && [range, ...ranges]
    }
  }
}

/** Whoever reads the whole file says what is wrong with it, and calls it by its name. */
function ignoreBad(error: unknown): undefined {
  if (isFault(error) && error.code !== 'corrupt' && error.code !== 'undecodable') throw error
}

interface Footer {
  readonly range: ByteRange
  /** undefined: they are encrypted. */
  readonly bytes: Uint8Array | undefined
}

async function readFooter(sizeBytes: number, read: (range: ByteRange) => Promise<Uint8Array>): Promise<Footer | undefined> {
  if (sizeBytes < end.bytes) return undefined
  const tail = Buffer.from(await read({ start: sizeBytes - end.bytes, end: sizeBytes }))
  if (tail.toString('latin1', 4) === encryptedMagic) {
    return { range: { start: sizeBytes - end.bytes, end: sizeBytes }, bytes: undefined }
  }
  if (tail.byteLength !== end.bytes || tail.toString('latin1', 4) !== end.magic) return undefined
  const start = sizeBytes - end.bytes - tail.readUInt32LE(0)
  if (start < end.magic.length || sizeBytes - start > largestFooter) return undefined
  const range = { start, end: sizeBytes }
  return { range, bytes: await read(range) }
}

interface ColumnsWanted {
  readonly sizeBytes: number
  /** Of the footer. */
  readonly range: ByteRange
  readonly bytes: Uint8Array
  readonly columns: readonly DeltaField[]
  readonly mode: MappingMode
}

/** DuckDB reads the footer, out of a file that has nothing else. */
async function columnRanges(database: Database, wanted: ColumnsWanted): Promise<ByteRange[]> {
  const { sizeBytes, range, bytes, columns, mode } = wanted
  const path = join(tmpdir(), `contrail-footer-${randomUUID()}.parquet`)
  try {
    const file = await open(path, 'wx')
    try {
      await file.truncate(sizeBytes)
      await file.write(Buffer.from(end.magic), 0, end.magic.length, 0)
      await file.write(bytes, 0, bytes.byteLength, range.start)
    } finally {
      await file.close()
    }
    const [schema = []] = await readParquetColumns(database, [path], [path])
    const leaves = leavesOf(schema, columns.flatMap((column) => findColumn(schema, column, mode) ?? []))
    const result = await database.query(
      `SELECT column_id::DOUBLE AS leaf, (CASE WHEN dictionary_page_offset > 0 THEN least(dictionary_page_offset, data_page_offset) ELSE data_page_offset END)::DOUBLE AS start, total_compressed_size::DOUBLE AS bytes FROM parquet_metadata(${fileList([path])})`
    )
    return result.rows().flatMap(({ leaf, start, bytes }) => (leaves.has(Number(leaf)) ? [{ start: Number(start), end: Math.min(sizeBytes, Number(start) + Number(bytes)) }] : []))
  } finally {
    await rm(path, { force: true })
  }
}

/** Numbers of the leaves below some columns, depth first over the whole file, as Parquet numbers its column chunks. */
function leavesOf(schema: readonly ParquetColumn[], wanted: readonly ParquetColumn[]): Set<number> {
  const leaves = new Set<number>()
  let next = 0
  const walk = (column: ParquetColumn, isWanted: boolean): void => {
    if (column.children.length === 0) {
      if (isWanted) leaves.add(next)
      next += 1
    }
    for (const child of column.children) walk(child, isWanted)
  }
  for (const column of schema) walk(column, wanted.includes(column))
  return leaves
}
