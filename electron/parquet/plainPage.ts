import { decompress } from './decompress.ts'
import { codec, dataPage, dataPageV2, encoding, pageHeader, pageType, physicalType } from './format.ts'
import { DamagedBlock } from './lz4.ts'
import { thrift } from './compactReader.ts'
import {
  booleanField,
  booleanOf,
  integerField,
  integerOf,
  structField,
  structOf,
  withFields,
  writeStruct,
  type ThriftField
} from './thriftFields.ts'

/** What has to be known of a leaf to find the values in its pages. */
export interface Leaf {
  readonly type: number
  /** Of fixed length byte arrays. */
  readonly typeLength: number
  readonly isOptional: boolean
  readonly isRepeated: boolean
}

export interface PageParts {
  readonly header: readonly ThriftField[]
  readonly body: Uint8Array
}

/**
 * A page without compression, and with PLAIN in place of BYTE_STREAM_SPLIT; other encodings stay as they are.
 * undefined: a page without values that no reader needs. Throws `DamagedBlock` or a `Flaw` for what does not hold what
 * it claims.
 */
export function plainPage({ header, body }: PageParts, by: number, leaf: Leaf): PageParts | undefined {
  const type = integerOf(header, pageHeader.type)
  const size = integerOf(header, pageHeader.uncompressedSize) ?? -1
  if (size < 0) throw new DamagedBlock('a page has no size')
  if (type === pageType.index) return undefined
  if (type === pageType.dictionary) return pageOf(header, [], decompress(by, body, size))
  if (type === pageType.data) return plainDataPage(header, decompress(by, body, size), leaf)
  if (type === pageType.dataV2) return plainDataPageV2({ header, body }, by, size, leaf)
  throw new DamagedBlock(`a page has the type ${type}`)
}

const pageOf = (header: readonly ThriftField[], changed: readonly ThriftField[], body: Uint8Array): PageParts => ({
  header: withFields(
    header,
    [pageHeader.type, pageHeader.dataPage, pageHeader.dictionaryPage, pageHeader.dataPageV2],
    [
      ...changed,
      integerField(pageHeader.uncompressedSize, thrift.i32, body.length),
      integerField(pageHeader.compressedSize, thrift.i32, body.length)
    ]
  ),
  body
})

function plainDataPage(header: readonly ThriftField[], body: Uint8Array, leaf: Leaf): PageParts {
  const own = structOf(header, pageHeader.dataPage)
  if (!own) throw new DamagedBlock('a data page has no header')
  if (integerOf(own, dataPage.encoding) !== encoding.byteStreamSplit) return pageOf(header, [], body)
  let at = 0
  for (const [has, levels] of [
    [leaf.isRepeated, dataPage.repetitionLevelEncoding],
    [leaf.isOptional, dataPage.definitionLevelEncoding]
  ] as const) {
    if (!has) continue
    // Levels that are not behind their length were given up long before BYTE_STREAM_SPLIT came.
    if (integerOf(own, levels) === encoding.bitPacked || body.length - at < 4)
      throw new DamagedBlock('levels of a page have no length')
    at += 4 + Buffer.from(body.buffer, body.byteOffset + at, 4).readUInt32LE()
    if (at > body.length) throw new DamagedBlock('levels reach beyond their page')
  }
  const changed = structField(pageHeader.dataPage, withEncoding(own, dataPage.encoding))
  return pageOf(header, [changed], Buffer.concat([body.subarray(0, at), joinStreams(body.subarray(at), leaf)]))
}

/** Its levels are never compressed. */
function plainDataPageV2({ header, body }: PageParts, by: number, size: number, leaf: Leaf): PageParts {
  const own = structOf(header, pageHeader.dataPageV2)
  if (!own) throw new DamagedBlock('a data page has no header')
  const levels =
    (integerOf(own, dataPageV2.definitionLevelBytes) ?? 0) + (integerOf(own, dataPageV2.repetitionLevelBytes) ?? 0)
  if (levels < 0 || levels > Math.min(size, body.length)) throw new DamagedBlock('levels reach beyond their page')
  const isCompressed = booleanOf(own, dataPageV2.isCompressed) ?? true
  const values = decompress(isCompressed ? by : codec.none, body.subarray(levels), size - levels)
  const isSplit = integerOf(own, dataPageV2.encoding) === encoding.byteStreamSplit
  const fields = [
    ...(isSplit ? withEncoding(own, dataPageV2.encoding) : own).filter(({ id }) => id !== dataPageV2.isCompressed),
    booleanField(dataPageV2.isCompressed, false)
  ]
  return pageOf(
    header,
    [structField(pageHeader.dataPageV2, fields)],
    Buffer.concat([body.subarray(0, levels), isSplit ? joinStreams(values, leaf) : values])
  )
}

const withEncoding = (fields: readonly ThriftField[], id: number): readonly ThriftField[] =>
  fields.map((field) => (field.id === id ? integerField(id, thrift.i32, encoding.plain) : field))

/**
 * BYTE_STREAM_SPLIT keeps the first bytes of all values together, then all second ones, and so on; PLAIN has value
 * after value.
 */
function joinStreams(values: Uint8Array, { type, typeLength }: Leaf): Uint8Array {
  const width = widths.get(type) ?? (type === physicalType.fixedLengthByteArray ? typeLength : 0)
  const count = values.length / width
  if (!Number.isInteger(count)) throw new DamagedBlock('the streams of a page are not of one length')
  const joined = Buffer.alloc(values.length)
  for (let byte = 0, from = 0; byte < width; byte++)
    for (let to = byte; to < values.length; to += width) joined[to] = values[from++]!
  return joined
}

const widths: ReadonlyMap<number, number> = new Map([
  [physicalType.int32, 4],
  [physicalType.float, 4],
  [physicalType.int64, 8],
  [physicalType.double, 8]
])

export const writePage = ({ header, body }: PageParts): Uint8Array => Buffer.concat([writeStruct(header), body])
