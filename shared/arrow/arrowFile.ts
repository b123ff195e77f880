import { RecordBatch, RecordBatchFileWriter, RecordBatchReader, Schema, Struct, makeData } from 'apache-arrow'
import { columnData, type ColumnValue } from './columnData.ts'
import { arrowField, type ColumnType } from './columnType.ts'
import { keepMarksOfNames } from './exactTexts.ts'

export interface ArrowColumn {
  readonly name: string
  readonly type: ColumnType
}

/** Writes the Arrow IPC file format batch by batch; `bytes` is consumed while batches are added. */
export interface ArrowFile {
  /** One array of values per column. */
  add(columns: readonly (readonly ColumnValue[])[]): void
  end(): void
  readonly bytes: AsyncIterable<Uint8Array>
}

/** `metadata` goes into the schema. */
export function arrowFile(columns: readonly ArrowColumn[], metadata: Readonly<Record<string, string>> = {}): ArrowFile {
  const fields = columns.map(({ name, type }) => arrowField(name, type))
  const schema = new Schema(fields, new Map(Object.entries(metadata)))
  const writer = new RecordBatchFileWriter()
  writer.reset(undefined, schema)
  return {
    add(values) {
      const length = values[0]?.length ?? 0
      const children = columns.map(({ type }, i) => columnData(type, values[i]!))
      writer.write(new RecordBatch(schema, makeData({ type: new Struct(fields), length, nullCount: 0, children })))
    },
    end: () => void writer.finish(),
    bytes: writer
  }
}

/** A stream in the IPC format as a whole file, its rows as they are; `metadata` is added to the schema. */
export function streamAsFile(stream: Uint8Array, metadata: Readonly<Record<string, string>>): Uint8Array {
  keepMarksOfNames()
  const reader = RecordBatchReader.from(stream).open()
  const schema = new Schema(reader.schema.fields, new Map([...reader.schema.metadata, ...Object.entries(metadata)]))
  const writer = new RecordBatchFileWriter()
  writer.reset(undefined, schema)
  for (const batch of reader) writer.write(new RecordBatch(schema, batch.data))
  writer.finish()
  return writer.toUint8Array(true)
}
