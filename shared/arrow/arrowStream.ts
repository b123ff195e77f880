import { RecordBatch, RecordBatchStreamWriter, Schema, Struct, makeData } from 'apache-arrow'
import { columnData, type ColumnValue } from './columnData.ts'
import { arrowField, type ColumnType } from './columnType.ts'

export interface TypedColumn {
  readonly name: string
  readonly type: ColumnType
  /** Values as `columnData` takes them. */
  readonly values: ArrayLike<ColumnValue>
  /** 1 where there is no value; for arrays that cannot hold null. */
  readonly nulls?: Uint8Array | undefined
}

/** Columns of `length` rows as one batch in the Arrow IPC stream format. */
export function arrowStream(columns: readonly TypedColumn[], length: number): Uint8Array {
  const fields = columns.map(({ name, type }) => arrowField(name, type))
  const schema = new Schema(fields)
  const children = columns.map(({ type, values, nulls }) => columnData(type, Array.from({ length }, (_, row) => (nulls?.[row] === 1 ? null : (values[row] ?? null)))))
  const writer = new RecordBatchStreamWriter()
  writer.write(new RecordBatch(schema, makeData({ type: new Struct(fields), length, nullCount: 0, children })))
  writer.finish()
  return writer.toUint8Array(true)
}
