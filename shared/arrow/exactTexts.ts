import { BufferType, DataType, Vector, type Data } from 'apache-arrow'
import { ByteBuffer, Encoding } from 'flatbuffers'

/*
 * apache-arrow decodes texts with decoders that drop a U+FEFF at their start, and has no setting for that: values of
 * lists and structs here, names of
 * columns and fields (and metadata) in flatbuffers. `test/arrow/exactTexts.test.ts` fails where either changes.
 */

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The text of these bytes, with a U+FEFF at its start if it has one. */
export const decodeText = (bytes: Uint8Array): string => decoder.decode(bytes)

const readString = ByteBuffer.prototype.__string

/**
 * Makes apache-arrow give the names of columns, and all that a schema says, as they are. To be called before one is
 * read.
 */
export function keepMarksOfNames(): void {
  ByteBuffer.prototype.__string = exactString
}

function exactString(this: ByteBuffer, offset: number, encoding?: Encoding): string | Uint8Array {
  const bytes = readString.call(this, offset, Encoding.UTF8_BYTES) as Uint8Array
  return encoding === Encoding.UTF8_BYTES ? bytes : decodeText(bytes)
}

/**
 * Data whose texts at any depth, read with apache-arrow, come out as they are in `data`: those that begin with U+FEFF
 * begin with two, of which it drops one.
 */
export function withMarksTwice(data: Data): Data {
  const type = data.type as DataType
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return textsWithMarksTwice(data)
  if (DataType.isDictionary(type) && data.dictionary) {
    return copyWith(data, { dictionary: new Vector(data.dictionary.data.map(withMarksTwice)) })
  }
  const children = data.children.map(withMarksTwice)
  return children.every((child, i) => child === data.children[i]) ? data : copyWith(data, { children })
}

const mark = Uint8Array.of(0xef, 0xbb, 0xbf)

function textsWithMarksTwice(data: Data): Data {
  const bytes = data.values as Uint8Array
  const offsets = data.valueOffsets as Int32Array | BigInt64Array
  const rows = data.length
  const begins = (row: number): boolean => {
    const start = Number(offsets[row])
    return Number(offsets[row + 1]) - start >= mark.length && mark.every((byte, i) => bytes[start + i] === byte)
  }
  const marked = Array.from({ length: rows }, (_, row) => begins(row))
  const added = marked.filter(Boolean).length * mark.length
  if (added === 0) return data
  const first = Number(offsets[0])
  const values = new Uint8Array(Number(offsets[rows]) - first + added)
  const valueOffsets = new Int32Array(rows + 1)
  let at = 0
  for (let row = 0; row < rows; row++) {
    if (marked[row]) {
      values.set(mark, at)
      at += mark.length
    }
    const text = bytes.subarray(Number(offsets[row]), Number(offsets[row + 1]))
    values.set(text, at)
    at += text.length
    valueOffsets[row + 1] = at
  }
  const likeBefore = offsets instanceof BigInt64Array ? BigInt64Array.from(valueOffsets, BigInt) : valueOffsets
  return copyWith(data, { buffers: [likeBefore, values] })
}

interface Changed {
  readonly children?: Data[]
  readonly dictionary?: Vector
  /** Offsets and values. */
  readonly buffers?: readonly [Int32Array | BigInt64Array, Uint8Array]
}

function copyWith(data: Data, { children = data.children, dictionary = data.dictionary, buffers }: Changed): Data {
  const { OFFSET, DATA } = BufferType
  const own = buffers ? { ...data.buffers, [OFFSET]: buffers[0], [DATA]: buffers[1] } : data.buffers
  const copy = data.clone(data.type as DataType, data.offset, data.length, data.nullCount, own, children)
  if (dictionary) copy.dictionary = dictionary
  return copy
}
