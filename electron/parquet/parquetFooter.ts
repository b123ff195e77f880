import { CompactReader, Flaw, mostElements, thrift, type FooterFlaw } from './compactReader.ts'
import {
  codec,
  columnChunk,
  columnMetaData,
  encoding,
  fileMetaData,
  isKnownEncoding,
  physicalType,
  rowGroup,
  schemaElement
} from './format.ts'
import type { Undecodable } from './undecodable.ts'

/** A Delta type of 100 levels has up to three for each. */
const mostSchemaDepth = 400

/** What the footer of a Parquet file tells before DuckDB sees it. */
export interface FooterFacts {
  /** undefined: it holds what it claims. */
  readonly flaw: FooterFlaw | undefined
  /**
   * Leaves of the schema that DuckDB cannot decode, by their number, depth first: that of their column chunks in a row
   * group.
   */
  readonly undecodable: ReadonlyMap<number, Undecodable>
}

/**
 * Walks the metadata of a Parquet file (FileMetaData, in Thrift's compact protocol) and keeps only what matters before
 * it is read.
 */
export function readFooter(footer: Uint8Array): FooterFacts {
  const walk = new Walk(footer)
  try {
    walk.fileMetaData()
    return { flaw: undefined, undecodable: walk.undecodable }
  } catch (error) {
    if (error instanceof Flaw) return { flaw: error.flaw, undecodable: new Map() }
    throw error
  }
}

class Walk {
  readonly #reader: CompactReader
  readonly undecodable = new Map<number, Undecodable>()
  /** Physical types. */
  readonly #leaves: number[] = []
  #chunks = 0

  constructor(bytes: Uint8Array) {
    this.#reader = new CompactReader(bytes)
  }

  fileMetaData(): void {
    this.#reader.struct(0, (id, is) => {
      if (id === fileMetaData.schema && is === thrift.list) this.#schema()
      else if (id === fileMetaData.rowGroups && is === thrift.list) this.#rowGroups()
      else return false
      return true
    })
  }

  /** The tree, flattened depth first: an element with children is followed by them. */
  #schema(): void {
    const open: number[] = []
    for (let count = this.#reader.structs(); count > 0; count--) {
      let children = 0
      let type: number | undefined
      this.#reader.struct(1, (id, is) => {
        if (is !== thrift.i32) return false
        if (id === schemaElement.childCount) children = this.#reader.zigzag()
        else if (id === schemaElement.type) type = this.#reader.zigzag()
        else return false
        return true
      })
      while (open.at(-1) === 0) open.pop()
      if (open.length > 0) open[open.length - 1]! -= 1
      if (children > 0) open.push(children)
      else if (type !== undefined) this.#leaves.push(type)
      if (children > mostElements) throw new Flaw('claims')
      if (open.length > mostSchemaDepth) throw new Flaw('deep')
    }
  }

  #rowGroups(): void {
    for (let count = this.#reader.structs(); count > 0; count--) {
      this.#reader.struct(1, (id, is) => {
        if (id !== rowGroup.columns || is !== thrift.list) return false
        const chunks = this.#reader.structs()
        this.#chunks += chunks
        if (this.#chunks > mostElements) throw new Flaw('claims')
        for (let leaf = 0; leaf < chunks; leaf++) {
          const why = this.#columnChunk(this.#leaves[leaf])
          if (why && this.undecodable.get(leaf)?.kind !== 'encrypted') this.undecodable.set(leaf, why)
        }
        return true
      })
    }
  }

  #columnChunk(type: number | undefined): Undecodable | undefined {
    let why: Undecodable | undefined
    let isEncrypted = false
    this.#reader.struct(2, (id, is) => {
      if (id === columnChunk.cryptoMetaData) isEncrypted = true
      if (id !== columnChunk.metaData || is !== thrift.struct) return false
      why = this.#columnMetaData(type)
      return true
    })
    return isEncrypted ? { kind: 'encrypted' } : why
  }

  #columnMetaData(type: number | undefined): Undecodable | undefined {
    let byCodec: Undecodable | undefined
    let byEncoding: Undecodable | undefined
    this.#reader.struct(3, (id, is) => {
      if (id === columnMetaData.codec && is === thrift.i32) {
        const number = this.#reader.zigzag()
        if (!decodedCodecs.has(number)) byCodec = { kind: 'codec', codec: number }
      } else if (id === columnMetaData.encodings && is === thrift.list) {
        byEncoding = this.#encodings(type)
      } else return false
      return true
    })
    // A codec that nobody can decode matters more than an encoding that could be undone.
    return byCodec ?? byEncoding
  }

  #encodings(type: number | undefined): Undecodable | undefined {
    const [count, is] = this.#reader.list()
    let why: Undecodable | undefined
    for (let i = 0; i < count; i++) {
      if (is !== thrift.i32) {
        this.#reader.skip(is, 4, true)
        continue
      }
      const number = this.#reader.zigzag()
      const isDecoded =
        number === encoding.byteStreamSplit
          ? type === physicalType.float || type === physicalType.double
          : isKnownEncoding(number)
      if (!isDecoded && (why === undefined || number !== encoding.byteStreamSplit))
        why = { kind: 'encoding', encoding: number }
    }
    return why
  }
}

/** By DuckDB. */
const decodedCodecs: ReadonlySet<number> = new Set([
  codec.none,
  codec.snappy,
  codec.gzip,
  codec.brotli,
  codec.zstd,
  codec.lz4Raw
])
