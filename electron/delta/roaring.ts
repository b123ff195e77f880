const portableMagic = 1681511377
const cookieNoRuns = 12346
const cookieRuns = 12347

/**
 * Row numbers of a serialized 64-bit Roaring bitmap array as Delta stores them (PROTOCOL.md, "Deletion Vector Format"): little-endian magic,
 * number of buckets, per bucket the high 32 bits and a standard 32-bit Roaring bitmap. Ascending. undefined when the bytes are something else.
 * Where there are more than `most` it stops soon after: four bytes can stand for 65,536 rows.
 */
export function decodeRoaring(bytes: Uint8Array, most = Infinity): number[] | undefined {
  const reader = new Reader(bytes)
  try {
    if (reader.u32() !== portableMagic) return undefined
    const rows: number[] = []
    for (let buckets = reader.u64(); buckets > 0 && rows.length <= most; buckets--) readBitmap(reader, reader.u32() * 2 ** 32, rows, most)
    return rows
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** https://github.com/RoaringBitmap/RoaringFormatSpec */
function readBitmap(reader: Reader, high: number, rows: number[], most: number): void {
  const cookie = reader.u32()
  const hasRuns = (cookie & 0xffff) === cookieRuns
  if (!hasRuns && cookie !== cookieNoRuns) throw new RangeError('no Roaring bitmap')
  const count = hasRuns ? (cookie >>> 16) + 1 : reader.u32()
  if (count > 65_536) throw new RangeError('more containers than there can be')
  const runFlags = hasRuns ? reader.bytes(Math.ceil(count / 8)) : new Uint8Array(0)
  const containers = Array.from({ length: count }, () => ({ key: reader.u16(), cardinality: reader.u16() + 1 }))
  if (!hasRuns || count >= 4) reader.bytes(count * 4) // offsets, not needed to read from front to back
  for (const [i, { key, cardinality }] of containers.entries()) {
    if (rows.length > most) return
    const base = high + key * 2 ** 16
    if (((runFlags[i >> 3] ?? 0) >> (i & 7)) & 1) readRuns(reader, base, rows, most)
    else if (cardinality <= 4096) for (let n = 0; n < cardinality; n++) rows.push(base + reader.u16())
    else readBits(reader, base, rows)
  }
}

function readRuns(reader: Reader, base: number, rows: number[], most: number): void {
  for (let runs = reader.u16(); runs > 0 && rows.length <= most; runs--) {
    const start = reader.u16()
    const length = reader.u16()
    for (let i = 0; i <= length; i++) rows.push(base + start + i)
  }
}

function readBits(reader: Reader, base: number, rows: number[]): void {
  reader.bytes(8192).forEach((byte, i) => {
    for (let bit = 0; byte >> bit !== 0; bit++) if ((byte >> bit) & 1) rows.push(base + i * 8 + bit)
  })
}

/** Little-endian; a RangeError beyond the end. */
class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  u16 = (): number => this.#bytes.readUInt16LE((this.#at += 2) - 2)
  u32 = (): number => this.#bytes.readUInt32LE((this.#at += 4) - 4)
  u64 = (): number => Number(this.#bytes.readBigUInt64LE((this.#at += 8) - 8))

  bytes(length: number): Uint8Array {
    const part = this.#bytes.subarray(this.#at, (this.#at += length))
    if (part.length < length) throw new RangeError('the bitmap is cut')
    return part
  }
}
