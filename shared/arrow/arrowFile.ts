import { RecordBatch, RecordBatchFileWriter, Schema, Struct, makeData } from 'apache-arrow'
import { columnData, type ColumnValue } from './columnData.ts'
import { arrowField, type ColumnType } from './columnType.ts'

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

export function arrowFile(columns: readonly ArrowColumn[]): ArrowFile {
  const fields = columns.map(({ name, type }) => arrowField(name, type))
  const schema = new Schema(fields)
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
