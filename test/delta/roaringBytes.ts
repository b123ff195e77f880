/** A 64-bit bitmap as Delta stores it: buckets of a high word and a 32-bit bitmap. https://github.com/RoaringBitmap/RoaringFormatSpec */
export function roaring(buckets: readonly (readonly [high: number, bitmap: Buffer])[]): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt32LE(1681511377, 0)
  head.writeBigUInt64LE(BigInt(buckets.length), 4)
  return Buffer.concat([head, ...buckets.flatMap(([high, bitmap]) => [u32(high), bitmap])])
}

/** Containers of a key and up to 4096 rows each. */
export function arrayBitmap(containers: readonly (readonly [key: number, rows: readonly number[]])[]): Buffer {
  const headers = containers.map(([key, rows]) => Buffer.concat([u16(key), u16(rows.length - 1)]))
  const offsets = containers.map(() => u32(0))
  return Buffer.concat([u32(12346), u32(containers.length), ...headers, ...offsets, ...containers.flatMap(([, rows]) => rows.map(u16))])
}

/** One container of more than 4096 rows, all below 65536. */
export function bitBitmap(rows: readonly number[]): Buffer {
  const bits = Buffer.alloc(8192)
  for (const row of rows) bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7))
  return Buffer.concat([u32(12346), u32(1), u16(0), u16(rows.length - 1), u32(0), bits])
}

/** One container of runs from first to last row. */
export function runBitmap(runs: readonly (readonly [first: number, last: number])[]): Buffer {
  const count = runs.reduce((sum, [first, last]) => sum + last - first + 1, 0)
  return Buffer.concat([u32(12347), Buffer.from([1]), u16(0), u16(count - 1), u16(runs.length), ...runs.flatMap(([first, last]) => [u16(first), u16(last - first)])])
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
