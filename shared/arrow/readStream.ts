import { DataType, RecordBatchReader, Vector, type Data, type RecordBatch } from 'apache-arrow'
import type { ValueType } from '#shared/engine/valueType.ts'
import { checkLengths, checkLists, checkOffsets } from './checkClaims.ts'
import { decodeText, keepMarksOfNames, withMarksTwice } from './exactTexts.ts'

/**
 * A column of a stream, all of its rows in one array. `nulls`: 1 where there is no value, what the array holds there means nothing; null when every
 * row has one. The arrays belong to the caller.
 */
export type StreamColumn = { readonly name: string; readonly type: ValueType; readonly nulls: Uint8Array | null } & StreamValues

export type StreamValues =
  /** Integers to 32 bits, floats, booleans as 0 and 1, dates as days since 1970. */
  | { readonly kind: 'numbers'; readonly values: Float64Array }
  /** Longs, and instants as microseconds since 1970. */
  | { readonly kind: 'bigints'; readonly values: BigInt64Array }
  /** Text; decimals in plain digits; binary as hexadecimal and what else there is as JSON, both of type string. */
  | { readonly kind: 'texts'; readonly values: readonly (string | null)[] }

export interface StreamTable {
  readonly columns: readonly StreamColumn[]
  readonly length: number
}

/**
 * Reads an Arrow stream in the IPC format, or such a file, whole, column by column, without an object per row. `mostRows`: for a stream from elsewhere,
 * which is looked through first: RangeError, before room is made for them, when it claims more rows than that, or lengths that do not agree.
 */
export function readStream(stream: Uint8Array, mostRows?: number): StreamTable {
  if (mostRows !== undefined) checkLengths(stream, mostRows)
  keepMarksOfNames()
  const reader = RecordBatchReader.from(stream).open()
  const { fields } = reader.schema // Taken now: at its end the reader forgets it.
  const batches: RecordBatch[] = [...reader]
  const length = batches.reduce((sum, batch) => sum + batch.numRows, 0)
  const columns = fields.map(({ name, type }, i): StreamColumn => {
    const parts = batches.map((batch) => batch.data.children[i]!)
    // An empty name is null to apache-arrow.
    return { name: (name as string | null) ?? '', nulls: nullsOf(parts, length), ...typedValues(type as DataType, parts, length) }
  })
  return { columns, length }
}

/** Instants as milliseconds with fractions, for charts. */
export function microsToMs(micros: BigInt64Array): Float64Array {
  const ms = new Float64Array(micros.length)
  for (let i = 0; i < ms.length; i++) ms[i] = Number(micros[i]!) / 1000
  return ms
}

type Typed = StreamValues & { readonly type: ValueType }

function typedValues(type: DataType, parts: readonly Data[], length: number): Typed {
  if (DataType.isDictionary(type)) return { type: { kind: 'string' }, kind: 'texts', values: joined(parts, length, dictionaryTexts) }
  if (DataType.isBool(type)) return { type: { kind: 'boolean' }, kind: 'numbers', values: bits(parts, length) }
  if (DataType.isInt(type)) return integers(type, parts, length)
  if (DataType.isFloat(type) && type.precision !== 0) return { type: { kind: type.precision === 1 ? 'float' : 'double' }, kind: 'numbers', values: numbers(parts, length) }
  if (DataType.isDate(type)) return { type: { kind: 'date' }, kind: 'numbers', values: type.unit === 0 ? numbers(parts, length) : numbers(parts, length).map((ms) => ms / 86_400_000) }
  if (DataType.isTimestamp(type)) return { type: { kind: type.timezone ? 'timestamp' : 'timestamp_ntz' }, kind: 'bigints', values: toMicros(bigints(parts, length), type.unit) }
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return { type: { kind: 'string' }, kind: 'texts', values: joined(parts, length, textsOf) }
  if (DataType.isDecimal(type)) return { type: { kind: 'decimal', precision: type.precision, scale: type.scale }, kind: 'texts', values: joined(parts, length, (part) => decimalsOf(part, type.scale, type.bitWidth / 32)) }
  return { type: { kind: 'string' }, kind: 'texts', values: joined(parts, length, otherTexts) }
}

function integers({ bitWidth, isSigned }: { readonly bitWidth: number; readonly isSigned: boolean }, parts: readonly Data[], length: number): Typed {
  if (bitWidth === 64 && !isSigned) return { type: { kind: 'decimal', precision: 20, scale: 0 }, kind: 'texts', values: joined(parts, length, (part) => perRow(part, (row) => String((part.values as BigUint64Array)[row]))) }
  if (bitWidth === 64) return { type: { kind: 'long' }, kind: 'bigints', values: bigints(parts, length) }
  if (bitWidth === 32 && !isSigned) return { type: { kind: 'long' }, kind: 'bigints', values: BigInt64Array.from(numbers(parts, length), BigInt) }
  const kind = bitWidth + (isSigned ? 0 : 8)
  return { type: { kind: kind === 8 ? 'byte' : kind === 16 ? 'short' : 'integer' }, kind: 'numbers', values: numbers(parts, length) }
}

/** `flatMap` would cost more than the reading. */
function joined(parts: readonly Data[], length: number, read: (part: Data) => readonly (string | null)[]): (string | null)[] {
  const all = new Array<string | null>(length)
  let at = 0
  for (const part of parts) for (const text of read(part)) all[at++] = text
  return all
}

function numbers(parts: readonly Data[], length: number): Float64Array {
  const all = new Float64Array(length)
  let at = 0
  for (const part of parts) {
    const values = part.values as ArrayLike<number | bigint>
    if (values instanceof BigInt64Array) for (let row = 0; row < part.length; row++) all[at + row] = Number(values[row]!)
    else all.set((values as Float64Array).subarray(0, part.length), at)
    at += part.length
  }
  return all
}

function bigints(parts: readonly Data[], length: number): BigInt64Array {
  const all = new BigInt64Array(length)
  let at = 0
  for (const part of parts) {
    all.set((part.values as BigInt64Array).subarray(0, part.length), at)
    at += part.length
  }
  return all
}

function bits(parts: readonly Data[], length: number): Float64Array {
  const all = new Float64Array(length)
  let at = 0
  for (const part of parts) {
    const bytes = part.values as Uint8Array
    for (let row = 0; row < part.length; row++) all[at++] = (bytes[(part.offset + row) >> 3]! >> ((part.offset + row) & 7)) & 1
  }
  return all
}

/** Units as Arrow numbers them: seconds, milliseconds, microseconds, nanoseconds. */
function toMicros(values: BigInt64Array, unit: number): BigInt64Array {
  if (unit === 2) return values
  if (unit === 3) return values.map((ns) => (ns - (((ns % 1000n) + 1000n) % 1000n)) / 1000n)
  const factor = unit === 0 ? 1_000_000n : 1000n
  return values.map((value) => value * factor)
}

function nullsOf(parts: readonly Data[], length: number): Uint8Array | null {
  if (parts.every((part) => part.nullCount === 0)) return null
  const nulls = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    if (part.nullCount > 0) for (let row = 0; row < part.length; row++) if (!part.getValid(row)) nulls[at + row] = 1
    at += part.length
  }
  return nulls
}

function perRow(part: Data, textAt: (row: number) => string): (string | null)[] {
  const isWhole = part.nullCount === 0
  const texts = new Array<string | null>(part.length)
  for (let row = 0; row < texts.length; row++) texts[row] = isWhole || part.getValid(row) ? textAt(row) : null
  return texts
}

/** The text of the whole column is decoded once and cut by counting characters: that is cheaper than to call the decoder for every row. */
function textsOf(part: Data): (string | null)[] {
  if (part.length === 0) return []
  const offsets = part.valueOffsets as Int32Array | BigInt64Array
  const bytes = part.values as Uint8Array
  const offset = (row: number): number => Number(offsets[row])
  checkOffsets(offsets, part.length, bytes.length)
  const all = decodeText(bytes.subarray(offset(0), offset(part.length)))
  const cuts = new Uint32Array(part.length + 1)
  let units = 0
  for (let row = 0, at = offset(0); row < part.length; row++) {
    // UTF-16 units: none for the bytes that continue a character, two for characters of four bytes.
    for (const end = offset(row + 1); at < end; at++) if ((bytes[at]! & 0xc0) !== 0x80) units += bytes[at]! >= 0xf0 ? 2 : 1
    cuts[row + 1] = units
  }
  if (units === all.length) return perRow(part, (row) => all.slice(cuts[row], cuts[row + 1]))
  return perRow(part, (row) => decodeText(bytes.subarray(offset(row), offset(row + 1)))) // Text that is not valid.
}

/** Little-endian two's complement, in words of 32 bits. */
function decimalsOf(part: Data, scale: number, words: number): (string | null)[] {
  const values = part.values as Uint32Array
  return perRow(part, (row) => {
    let unscaled = 0n
    for (let word = words - 1; word >= 0; word--) unscaled = (unscaled << 32n) | BigInt(values[row * words + word]!)
    return decimalDigits(BigInt.asIntN(words * 32, unscaled), scale)
  })
}

function decimalDigits(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  const sign = unscaled < 0n ? '-' : ''
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** Dictionaries are of text, as DuckDB has them; others come out as their text. */
function dictionaryTexts(part: Data): (string | null)[] {
  const indices = part.values as ArrayLike<number | bigint>
  const texts = (part.dictionary?.data ?? []).flatMap((data) => (DataType.isUtf8(data.type) || DataType.isLargeUtf8(data.type) ? textsOf(data) : otherTexts(data)))
  return Array.from({ length: part.length }, (_, row) => (part.getValid(row) ? (texts[Number(indices[row])] ?? null) : null))
}

function otherTexts(part: Data): (string | null)[] {
  checkLists(part)
  const vector = new Vector([withMarksTwice(part)])
  return Array.from({ length: part.length }, (_, row) => otherText(vector.get(row)))
}

function otherText(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (value instanceof Uint8Array) return Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')
  if (typeof value !== 'object') return String(value)
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner))
}
