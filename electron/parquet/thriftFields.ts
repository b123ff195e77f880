import { CompactReader, thrift } from './compactReader.ts'

/**
 * A field of a struct in Thrift's compact protocol; `bytes` is its value as it is written. The value of a boolean is
 * its type.
 */
export interface ThriftField {
  readonly id: number
  readonly is: number
  readonly bytes: Uint8Array
}

/**
 * The fields of a struct that begins at `at`, and where it ends. Throws a `Flaw` where it holds less than it claims.
 */
export function readStruct(
  bytes: Uint8Array,
  at = 0
): { readonly fields: readonly ThriftField[]; readonly end: number } {
  const reader = new CompactReader(bytes, at)
  const fields: ThriftField[] = []
  reader.struct(0, (id, is) => {
    const start = reader.at
    reader.skip(is, 0)
    fields.push({ id, is, bytes: bytes.subarray(start, reader.at) })
    return true
  })
  return { fields, end: reader.at }
}

export function writeStruct(fields: readonly ThriftField[]): Uint8Array {
  let last = 0
  const parts = [...fields]
    .sort((a, b) => a.id - b.id)
    .flatMap(({ id, is, bytes }) => {
      const step = id - last
      last = id
      return [
        step > 0 && step < 16 ? Uint8Array.of((step << 4) | is) : Buffer.concat([Uint8Array.of(is), zigzag(id)]),
        bytes
      ]
    })
  return Buffer.concat([...parts, Uint8Array.of(thrift.stop)])
}

export const fieldOf = (fields: readonly ThriftField[], id: number): ThriftField | undefined =>
  fields.find((field) => field.id === id)

/** The number of an integer field; undefined where it is missing or of another type. */
export function integerOf(fields: readonly ThriftField[], id: number): number | undefined {
  const field = fieldOf(fields, id)
  return field && (field.is === thrift.i32 || field.is === thrift.i64 || field.is === thrift.i16)
    ? new CompactReader(field.bytes).zigzag()
    : undefined
}

/** The text of a field; undefined where it is missing or of another type. */
export function textOf(fields: readonly ThriftField[], id: number): string | undefined {
  const field = fieldOf(fields, id)
  if (field?.is !== thrift.binary) return undefined
  const reader = new CompactReader(field.bytes)
  const length = reader.varint()
  return Buffer.from(field.bytes.subarray(reader.at, reader.at + length)).toString('utf8')
}

/** The value of a boolean field; undefined where it is missing or of another type. */
export function booleanOf(fields: readonly ThriftField[], id: number): boolean | undefined {
  const field = fieldOf(fields, id)
  return field && (field.is === thrift.true || field.is === thrift.false) ? field.is === thrift.true : undefined
}

/** The fields of a struct within a struct; undefined where it is missing or of another type. */
export function structOf(fields: readonly ThriftField[], id: number): readonly ThriftField[] | undefined {
  const field = fieldOf(fields, id)
  return field?.is === thrift.struct ? readStruct(field.bytes).fields : undefined
}

/** The structs of a list; none where it is missing or of another type. */
export function structsOf(fields: readonly ThriftField[], id: number): (readonly ThriftField[])[] {
  const field = fieldOf(fields, id)
  if (field?.is !== thrift.list) return []
  const reader = new CompactReader(field.bytes)
  const count = reader.structs()
  let at = reader.at
  return Array.from({ length: count }, () => {
    const { fields: own, end } = readStruct(field.bytes, at)
    at = end
    return own
  })
}

export const integerField = (id: number, is: 5 | 6, value: number): ThriftField => ({ id, is, bytes: zigzag(value) })
export const booleanField = (id: number, value: boolean): ThriftField => ({
  id,
  is: value ? thrift.true : thrift.false,
  bytes: new Uint8Array(0)
})
export const structField = (id: number, fields: readonly ThriftField[]): ThriftField => ({
  id,
  is: thrift.struct,
  bytes: writeStruct(fields)
})

export function structsField(id: number, structs: readonly (readonly ThriftField[])[]): ThriftField {
  const head =
    structs.length < 15
      ? Uint8Array.of((structs.length << 4) | thrift.struct)
      : Buffer.concat([Uint8Array.of(0xf0 | thrift.struct), varint(structs.length)])
  return { id, is: thrift.list, bytes: Buffer.concat([head, ...structs.map(writeStruct)]) }
}

/** The fields with some of them replaced or added; those with no replacement that `keep` leaves out are dropped. */
export function withFields(
  fields: readonly ThriftField[],
  keep: readonly number[],
  changed: readonly ThriftField[]
): readonly ThriftField[] {
  return [...fields.filter(({ id }) => keep.includes(id) && !changed.some((other) => other.id === id)), ...changed]
}

const zigzag = (value: number): Uint8Array => varint(value < 0 ? -value * 2 - 1 : value * 2)

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  return Uint8Array.of(...bytes, rest)
}
