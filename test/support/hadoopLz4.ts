import { thrift } from '#electron/parquet/compactReader.ts'
import {
  codec,
  columnChunk,
  columnMetaData,
  dataPage,
  fileMetaData,
  pageHeader,
  rowGroup
} from '#electron/parquet/format.ts'
import {
  fieldOf,
  integerField,
  integerOf,
  readStruct,
  structField,
  structOf,
  structsField,
  structsOf,
  writeStruct,
  type ThriftField
} from '#electron/parquet/thriftFields.ts'

/** A block of LZ4 that is all literals. */
export function literalBlock(bytes: Uint8Array): Buffer {
  if (bytes.length < 15) return Buffer.concat([Buffer.of(bytes.length << 4), bytes])
  const rest = bytes.length - 15
  return Buffer.concat([Buffer.of(0xf0), Buffer.alloc(Math.floor(rest / 255), 255), Buffer.of(rest % 255), bytes])
}

const length = (number: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(number)
  return bytes
}

/** Bytes as Hadoop frames them: their length, then blocks of so many of them at most, each behind its own. */
export function hadoopFrame(bytes: Uint8Array, blockBytes: number): Buffer {
  const blocks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const block = literalBlock(bytes.subarray(at, at + blockBytes))
    blocks.push(length(block.length), block)
  }
  return Buffer.concat([length(bytes.length), ...blocks])
}

/** The metadata of a Parquet file. */
export const footerOf = (file: Buffer): Buffer =>
  file.subarray(file.length - 8 - file.readUInt32LE(file.length - 8), file.length - 8)

/** The same file with other metadata. */
export function withFooter(file: Buffer, footer: Uint8Array): Buffer {
  const end = Buffer.alloc(4)
  end.writeUInt32LE(footer.length)
  return Buffer.concat([file.subarray(0, file.length - 8 - footerOf(file).length), footer, end, Buffer.from('PAR1')])
}

export const replaced = (fields: readonly ThriftField[], ...others: readonly ThriftField[]): readonly ThriftField[] => [
  ...fields.filter(({ id }) => !others.some((other) => other.id === id)),
  ...others
]

/** The same metadata with something else for that of each column chunk. */
export function withChunks(
  footer: Uint8Array,
  change: (metaData: readonly ThriftField[], leaf: number) => readonly ThriftField[]
): Uint8Array {
  const { fields } = readStruct(footer)
  const groups = structsOf(fields, fileMetaData.rowGroups).map((group) => {
    const chunks = structsOf(group, rowGroup.columns).map((chunk, leaf) =>
      replaced(chunk, structField(columnChunk.metaData, change(structOf(chunk, columnChunk.metaData)!, leaf)))
    )
    return replaced(group, structsField(rowGroup.columns, chunks))
  })
  return writeStruct(replaced(fields, structsField(fileMetaData.rowGroups, groups)))
}

/** A Parquet file whose columns claim to be compressed otherwise than they are. */
export const withCodec = (file: Buffer, number: number): Buffer =>
  withFooter(
    file,
    withChunks(footerOf(file), (metaData) => replaced(metaData, integerField(columnMetaData.codec, thrift.i32, number)))
  )

/** A Parquet file without compression (data pages of version 1) as one in the codec LZ4, framed as Hadoop does. */
export function asHadoopLz4(file: Buffer, blockBytes = 100_000): Buffer {
  const pages: Buffer[] = [Buffer.from('PAR1')]
  let to = 4
  const footer = withChunks(footerOf(file), (metaData) => {
    const begin = to
    let dataAt = 0
    const dictionary = integerOf(metaData, columnMetaData.dictionaryPageOffset) ?? 0
    let from = dictionary > 0 ? dictionary : integerOf(metaData, columnMetaData.dataPageOffset)!
    for (let values = 0; values < integerOf(metaData, columnMetaData.valueCount)!;) {
      const { fields: header, end } = readStruct(file, from)
      from = end + integerOf(header, pageHeader.compressedSize)!
      const body = hadoopFrame(file.subarray(end, from), blockBytes)
      const data = structOf(header, pageHeader.dataPage)
      if (data) values += integerOf(data, dataPage.valueCount)!
      if (data && dataAt === 0) dataAt = to
      const page = Buffer.concat([
        writeStruct(replaced(header, integerField(pageHeader.compressedSize, thrift.i32, body.length))),
        body
      ])
      pages.push(page)
      to += page.length
    }
    const offsets = [
      integerField(columnMetaData.dataPageOffset, thrift.i64, dataAt),
      ...(fieldOf(metaData, columnMetaData.dictionaryPageOffset)
        ? [integerField(columnMetaData.dictionaryPageOffset, thrift.i64, dictionary > 0 ? begin : 0)]
        : [])
    ]
    return replaced(
      metaData,
      integerField(columnMetaData.codec, thrift.i32, codec.lz4),
      integerField(columnMetaData.compressedSize, thrift.i64, to - begin),
      ...offsets
    )
  })
  return withFooter(Buffer.concat([...pages, Buffer.from(footerOf(file)), file.subarray(file.length - 8)]), footer)
}
