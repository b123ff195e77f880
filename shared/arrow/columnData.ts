import { makeData, type Data, type DataType } from 'apache-arrow'
import { unreachable } from '#shared/engine/fault.ts'
import { arrowType, type ColumnType } from './columnType.ts'

/**
 * A value of a column: integers to 32 bits and floats as numbers, longs and instants (microseconds) as bigints, dates as days since 1970, decimals
 * as text, binary as bytes, maps as arrays of {key, value}, structs as objects by field name.
 */
export type ColumnValue = null | boolean | number | bigint | string | Uint8Array | readonly ColumnValue[] | { readonly [name: string]: ColumnValue }

/**
 * Values as Arrow data. Built buffer by buffer: the builders of apache-arrow take instants as milliseconds in a double, which loses microseconds.
 * A value that is not of its type is a bug of the caller.
 */
export function columnData(type: ColumnType, values: readonly ColumnValue[]): Data {
  const arrow = arrowType(type)
  const length = values.length
  const nulls = nullBitmap(values)
  const flat = (data: unknown) => make({ type: arrow, length, ...nulls, data })
  switch (type.kind) {
    case 'byte':
      return flat(Int8Array.from(values, numberOf))
    case 'short':
      return flat(Int16Array.from(values, numberOf))
    case 'integer':
    case 'date':
      return flat(Int32Array.from(values, numberOf))
    case 'float':
      return flat(Float32Array.from(values, numberOf))
    case 'double':
      return flat(Float64Array.from(values, numberOf))
    case 'long':
    case 'timestamp':
    case 'timestamp_ntz':
      return flat(BigInt64Array.from(values, bigintOf))
    case 'boolean':
      return flat(bitmap(values, (value) => value === true))
    case 'decimal':
      return flat(decimals(values))
    case 'string':
    case 'binary':
      return make({ type: arrow, length, ...nulls, ...bytes(values) })
    case 'void':
      return make({ type: arrow, length })
    case 'struct':
      return make({ type: arrow, length, ...nulls, children: type.fields.map((field) => columnData(field.type, values.map((value) => fieldOf(value, field.name)))) })
    case 'array': {
      const { offsets, items } = flatten(values)
      return make({ type: arrow, length, ...nulls, valueOffsets: offsets, child: columnData(type.element, items) })
    }
    case 'map': {
      const { offsets, items } = flatten(values)
      const entries = { kind: 'struct', fields: [{ name: 'key', type: type.key }, { name: 'value', type: type.value }] } as const
      const child = columnData(entries, items)
      return make({ type: arrow, length, ...nulls, valueOffsets: offsets, child: make({ type: (arrow.children[0] as { type: DataType }).type, length: items.length, children: child.children }) })
    }
    default:
      return unreachable(type)
  }
}

/** makeData has an overload per type, and none for "whichever type this is". */
const make = makeData as unknown as (parts: { type: DataType; length: number; [part: string]: unknown }) => Data

function numberOf(value: ColumnValue): number {
  return value === null ? 0 : Number(value)
}

function bigintOf(value: ColumnValue): bigint {
  return value === null ? 0n : BigInt(value as bigint)
}

function nullBitmap(values: readonly ColumnValue[]): { nullCount: number; nullBitmap?: Uint8Array } {
  const nullCount = values.reduce<number>((sum, value) => sum + (value === null ? 1 : 0), 0)
  return nullCount === 0 ? { nullCount } : { nullCount, nullBitmap: bitmap(values, (value) => value !== null) }
}

function bitmap(values: readonly ColumnValue[], isSet: (value: ColumnValue) => boolean): Uint8Array {
  const bits = new Uint8Array(Math.ceil(values.length / 64) * 8)
  values.forEach((value, i) => {
    if (isSet(value)) bits[i >> 3]! |= 1 << (i & 7)
  })
  return bits
}

/** Unscaled, 128 bits each, little-endian two's complement. */
function decimals(values: readonly ColumnValue[]): Uint32Array {
  const words = new BigUint64Array(values.length * 2)
  values.forEach((value, i) => {
    const unscaled = value === null ? 0n : BigInt(String(value).replace('.', ''))
    words[i * 2] = BigInt.asUintN(64, unscaled)
    words[i * 2 + 1] = BigInt.asUintN(64, unscaled >> 64n)
  })
  return new Uint32Array(words.buffer)
}

function bytes(values: readonly ColumnValue[]): { valueOffsets: Int32Array; data: Uint8Array } {
  const encoder = new TextEncoder()
  const parts = values.map((value) => (value === null ? new Uint8Array(0) : value instanceof Uint8Array ? value : encoder.encode(String(value))))
  const valueOffsets = new Int32Array(values.length + 1)
  parts.forEach((part, i) => (valueOffsets[i + 1] = valueOffsets[i]! + part.length))
  const data = new Uint8Array(valueOffsets[values.length]!)
  parts.forEach((part, i) => data.set(part, valueOffsets[i]))
  return { valueOffsets, data }
}

function flatten(values: readonly ColumnValue[]): { offsets: Int32Array; items: ColumnValue[] } {
  const offsets = new Int32Array(values.length + 1)
  const items: ColumnValue[] = []
  values.forEach((value, i) => {
    if (Array.isArray(value)) for (const item of value as readonly ColumnValue[]) items.push(item)
    offsets[i + 1] = items.length
  })
  return { offsets, items }
}

function fieldOf(value: ColumnValue, name: string): ColumnValue {
  return value === null ? null : ((value as { readonly [name: string]: ColumnValue })[name] ?? null)
}
