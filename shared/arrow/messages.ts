import { RecordBatchReader } from 'apache-arrow'

/** What ends an Arrow stream. */
const endOfStream = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0)

/** Rows in messages of a stream, given the one with its schema. */
export function rowsIn(schema: Uint8Array, messages: Uint8Array): number {
  let rows = 0
  for (const batch of RecordBatchReader.from(wholeStream(schema, [messages])).open()) rows += batch.numRows
  return rows
}

/** A schema and batches of rows, as DuckDB gives them one after the other, as one stream. */
export function wholeStream(schema: Uint8Array, messages: readonly Uint8Array[]): Uint8Array {
  const parts = [schema, ...messages, endOfStream]
  const stream = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const part of parts) {
    stream.set(part, at)
    at += part.byteLength
  }
  return stream
}

/** An Arrow file as the stream that lies in it, between its first mark and its footer. */
export function fileAsStream(file: Uint8Array): Uint8Array {
  const footerBytes = new DataView(file.buffer, file.byteOffset).getInt32(file.byteLength - 10, true)
  return wholeStream(file.subarray(8, file.byteLength - 10 - footerBytes), [])
}
