/*
 * Numbers of the Parquet format: ids of fields and values of enumerations, as
 * https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift has them.
 */

export const fileMetaData = { version: 1, schema: 2, rowCount: 3, rowGroups: 4, createdBy: 6 } as const
export const schemaElement = { type: 1, typeLength: 2, repetition: 3, name: 4, childCount: 5 } as const
export const rowGroup = { columns: 1, totalByteSize: 2, rowCount: 3 } as const
export const columnChunk = { fileOffset: 2, metaData: 3, cryptoMetaData: 8 } as const
export const columnMetaData = {
  type: 1,
  encodings: 2,
  path: 3,
  codec: 4,
  valueCount: 5,
  uncompressedSize: 6,
  compressedSize: 7,
  dataPageOffset: 9,
  dictionaryPageOffset: 11,
  statistics: 12
} as const
export const pageHeader = {
  type: 1,
  uncompressedSize: 2,
  compressedSize: 3,
  crc: 4,
  dataPage: 5,
  dictionaryPage: 7,
  dataPageV2: 8
} as const
export const dataPage = { valueCount: 1, encoding: 2, definitionLevelEncoding: 3, repetitionLevelEncoding: 4 } as const
export const dataPageV2 = { encoding: 4, definitionLevelBytes: 5, repetitionLevelBytes: 6, isCompressed: 7 } as const

export const pageType = { data: 0, index: 1, dictionary: 2, dataV2: 3 } as const
export const repetition = { required: 0, optional: 1, repeated: 2 } as const
export const physicalType = {
  boolean: 0,
  int32: 1,
  int64: 2,
  int96: 3,
  float: 4,
  double: 5,
  byteArray: 6,
  fixedLengthByteArray: 7
} as const

export const codec = { none: 0, snappy: 1, gzip: 2, lzo: 3, brotli: 4, lz4: 5, zstd: 6, lz4Raw: 7 } as const
export const encoding = { plain: 0, bitPacked: 4, byteStreamSplit: 9 } as const

const codecNames = ['no compression', 'Snappy', 'GZIP', 'LZO', 'Brotli', 'LZ4', 'Zstandard', 'LZ4_RAW']
const encodingNames: Readonly<Record<number, string>> = {
  0: 'PLAIN',
  2: 'PLAIN_DICTIONARY',
  3: 'RLE',
  4: 'BIT_PACKED',
  5: 'DELTA_BINARY_PACKED',
  6: 'DELTA_LENGTH_BYTE_ARRAY',
  7: 'DELTA_BYTE_ARRAY',
  8: 'RLE_DICTIONARY',
  9: 'BYTE_STREAM_SPLIT'
}

export const codecName = (number: number): string =>
  codecNames[number] ?? `number ${number}, which this version of Contrail does not know`
export const encodingName = (number: number): string =>
  encodingNames[number] ?? `number ${number}, which this version of Contrail does not know`
export const isKnownCodec = (number: number): boolean => number in codecNames
export const isKnownEncoding = (number: number): boolean => number in encodingNames
