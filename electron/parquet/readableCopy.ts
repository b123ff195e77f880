import type { FileHandle } from 'node:fs/promises'
import { Flaw, thrift } from './compactReader.ts'
import { readFooterBytes } from './checkFooters.ts'
import {
  codec,
  columnChunk,
  columnMetaData,
  dataPage,
  fileMetaData,
  pageHeader,
  repetition,
  rowGroup,
  schemaElement
} from './format.ts'
import { DamagedBlock } from './lz4.ts'
import { plainPage, writePage, type Leaf } from './plainPage.ts'
import {
  integerField,
  integerOf,
  readStruct,
  structField,
  structOf,
  structsField,
  structsOf,
  withFields,
  writeStruct,
  type ThriftField
} from './thriftFields.ts'

/** No page of a writer is near that large; what claims to be is refused before room is made for it. */
const mostPageBytes = 256 * 1024 * 1024
const mostHeaderBytes = 16 * 1024 * 1024
const magic = Buffer.from('PAR1')

/**
 * Copies some columns of a Parquet file into another, without compression and without BYTE_STREAM_SPLIT, which DuckDB
 * cannot read everywhere. The copy has the same rows in the same row groups; values are not looked at, only how they
 * lie there. One page is in memory at a time.
 *
 * `from` is open for reading, `to` for writing; `name` is how messages call the file; `columns` are positions in its
 * schema's top level. Throws `DamagedBlock` or a `Flaw` where the file does not hold what it claims, and the signal's
 * reason when it is aborted.
 */
export async function writeReadableCopy(
  from: FileHandle,
  to: FileHandle,
  name: string,
  columns: ReadonlySet<number>,
  signal: AbortSignal
): Promise<void> {
  const footer = await readFooterBytes(from, name)
  if (!footer) throw new DamagedBlock('there is no footer')
  const { fields } = readStruct(footer)
  const schema = chosenSchema(structsOf(fields, fileMetaData.schema), columns)
  const { size } = await from.stat()
  const writer = writeTo(to)
  await writer.add(magic)
  const groups: (readonly ThriftField[])[] = []
  for (const group of structsOf(fields, fileMetaData.rowGroups)) {
    const chunks: (readonly ThriftField[])[] = []
    let bytes = 0
    for (const [i, chunk] of structsOf(group, rowGroup.columns).entries()) {
      const leaf = schema.leaves[i]
      if (!leaf) continue
      const metaData = await copyChunk(chunk, leaf, { from, size, writer, signal })
      bytes += integerOf(metaData, columnMetaData.compressedSize) ?? 0
      chunks.push([integerField(columnChunk.fileOffset, thrift.i64, 0), structField(columnChunk.metaData, metaData)])
    }
    groups.push(
      withFields(
        group,
        [rowGroup.rowCount],
        [structsField(rowGroup.columns, chunks), integerField(rowGroup.totalByteSize, thrift.i64, bytes)]
      )
    )
  }
  const written = writeStruct(
    withFields(
      fields,
      [fileMetaData.version, fileMetaData.rowCount, fileMetaData.createdBy],
      [structsField(fileMetaData.schema, schema.elements), structsField(fileMetaData.rowGroups, groups)]
    )
  )
  const length = Buffer.alloc(4)
  length.writeUInt32LE(written.length)
  await writer.add(Buffer.concat([written, length, magic]))
}

interface Writer {
  /** Where the next bytes go. */
  at(): number
  add(bytes: Uint8Array): Promise<void>
}

function writeTo(file: FileHandle): Writer {
  let at = 0
  return {
    at: () => at,
    async add(bytes) {
      for (let done = 0; done < bytes.length;)
        done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten
      at += bytes.length
    }
  }
}

interface ChosenSchema {
  readonly elements: readonly (readonly ThriftField[])[]
  /** By number of all leaves, depth first; undefined for those that are not chosen. */
  readonly leaves: readonly (Leaf | undefined)[]
}

function chosenSchema(elements: readonly (readonly ThriftField[])[], columns: ReadonlySet<number>): ChosenSchema {
  const [root, ...others] = elements
  if (!root) throw new DamagedBlock('there is no schema')
  const leaves: (Leaf | undefined)[] = []
  const kept: (readonly ThriftField[])[] = []
  let next = 0
  const take = (isChosen: boolean, above: Pick<Leaf, 'isOptional' | 'isRepeated'>): void => {
    const element = others[next++]
    if (!element) throw new DamagedBlock('the schema ends too early')
    if (isChosen) kept.push(element)
    const how = integerOf(element, schemaElement.repetition) ?? repetition.required
    const own = {
      isOptional: above.isOptional || how !== repetition.required,
      isRepeated: above.isRepeated || how === repetition.repeated
    }
    const children = integerOf(element, schemaElement.childCount) ?? 0
    const type = integerOf(element, schemaElement.type)
    if (children === 0 && type !== undefined)
      leaves.push(
        isChosen ? { ...own, type, typeLength: integerOf(element, schemaElement.typeLength) ?? 0 } : undefined
      )
    for (let child = 0; child < children; child++) take(isChosen, own)
  }
  for (let column = 0; column < (integerOf(root, schemaElement.childCount) ?? 0); column++)
    take(columns.has(column), { isOptional: false, isRepeated: false })
  return {
    elements: [
      [
        ...root.filter(({ id }) => id !== schemaElement.childCount),
        integerField(schemaElement.childCount, thrift.i32, columns.size)
      ],
      ...kept
    ],
    leaves
  }
}

interface CopyParts {
  readonly from: FileHandle
  /** Of the file. */
  readonly size: number
  readonly writer: Writer
  readonly signal: AbortSignal
}

/** Copies a column chunk page by page; gives its metadata for the copy. */
async function copyChunk(
  chunk: readonly ThriftField[],
  leaf: Leaf,
  { from, size, writer, signal }: CopyParts
): Promise<readonly ThriftField[]> {
  const metaData = structOf(chunk, columnChunk.metaData)
  if (!metaData) throw new DamagedBlock('a column chunk has no metadata')
  const by = integerOf(metaData, columnMetaData.codec) ?? codec.none
  const count = integerOf(metaData, columnMetaData.valueCount) ?? 0
  const dictionary = integerOf(metaData, columnMetaData.dictionaryPageOffset) ?? 0
  const data = integerOf(metaData, columnMetaData.dataPageOffset) ?? 0
  let at = dictionary > 0 && dictionary < data ? dictionary : data
  if (at < magic.length) throw new DamagedBlock('a column chunk begins before its file')
  const begin = writer.at()
  let dictionaryAt: number | undefined
  let dataAt: number | undefined
  for (let values = 0; values < count;) {
    signal.throwIfAborted()
    const { header, end } = await readHeader(from, at, size)
    const bytes = integerOf(header, pageHeader.compressedSize) ?? -1
    const claimed = integerOf(header, pageHeader.uncompressedSize) ?? -1
    if (bytes < 0 || bytes > size - end || Math.max(bytes, claimed) > mostPageBytes)
      throw new DamagedBlock('a page reaches beyond its file')
    const body = Buffer.alloc(bytes)
    await from.read(body, 0, bytes, end)
    at = end + bytes
    const own = structOf(header, pageHeader.dataPage) ?? structOf(header, pageHeader.dataPageV2)
    values += own ? (integerOf(own, dataPage.valueCount) ?? 0) : 0
    const page = plainPage({ header, body }, by, leaf)
    if (!page) continue
    if (own) dataAt ??= writer.at()
    else dictionaryAt ??= writer.at()
    await writer.add(writePage(page))
  }
  const bytes = writer.at() - begin
  return withFields(
    metaData,
    [
      columnMetaData.type,
      columnMetaData.encodings,
      columnMetaData.path,
      columnMetaData.valueCount,
      columnMetaData.statistics
    ],
    [
      integerField(columnMetaData.codec, thrift.i32, codec.none),
      integerField(columnMetaData.uncompressedSize, thrift.i64, bytes),
      integerField(columnMetaData.compressedSize, thrift.i64, bytes),
      integerField(columnMetaData.dataPageOffset, thrift.i64, dataAt ?? begin),
      ...(dictionaryAt === undefined
        ? []
        : [integerField(columnMetaData.dictionaryPageOffset, thrift.i64, dictionaryAt)])
    ]
  )
}

/** The header of a page, which does not say how long it is. */
async function readHeader(
  from: FileHandle,
  at: number,
  size: number
): Promise<{ readonly header: readonly ThriftField[]; readonly end: number }> {
  for (let length = 1024; ; length *= 16) {
    const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - at)))
    await from.read(bytes, 0, bytes.length, at)
    try {
      const { fields, end } = readStruct(bytes)
      return { header: fields, end: at + end }
    } catch (error) {
      if (!(error instanceof Flaw) || length >= mostHeaderBytes || length >= size - at) throw error
    }
  }
}
