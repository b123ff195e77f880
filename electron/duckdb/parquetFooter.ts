/** `claims`: it says it holds more than it has bytes for, or than any reader has room for. `deep`: its columns are nested beyond what a stack holds. */
export type FooterFlaw = 'claims' | 'deep'

/** A Delta type of 100 levels has up to three for each. */
const mostSchemaDepth = 400
/** Of the metadata itself, whatever its fields mean: the format has ten. */
const mostNesting = 64
/** In one list, and of all column chunks together. */
const mostElements = 2_000_000
/** A schema element, a row group or a column chunk takes no less. */
const leastStructBytes = 6

/** Thrift's types, as its compact protocol writes them. */
const type = { stop: 0, true: 1, false: 2, byte: 3, i16: 4, i32: 5, i64: 6, double: 7, binary: 8, list: 9, set: 10, map: 11, struct: 12, uuid: 13 } as const

/** Fields of parquet.thrift. */
const fileMetaData = { schema: 2, rowGroups: 4 } as const
const schemaElement = { childCount: 5 } as const
const rowGroup = { columns: 1 } as const

/**
 * Walks the metadata of a Parquet file (FileMetaData of https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift, in Thrift's
 * compact protocol) without making anything of it. undefined: it holds what it claims.
 */
export function readFooter(footer: Uint8Array): FooterFlaw | undefined {
  try {
    new Walk(footer).fileMetaData()
    return undefined
  } catch (error) {
    if (error instanceof Flaw) return error.flaw
    throw error
  }
}

class Flaw extends Error {
  readonly flaw: FooterFlaw
  constructor(flaw: FooterFlaw) {
    super(flaw)
    this.flaw = flaw
  }
}

class Walk {
  readonly #bytes: Uint8Array
  #at = 0
  #chunks = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  fileMetaData(): void {
    this.#struct(0, (id, is) => {
      if (id === fileMetaData.schema && is === type.list) this.#schema()
      else if (id === fileMetaData.rowGroups && is === type.list) this.#rowGroups()
      else return false
      return true
    })
  }

  /** The tree, flattened depth first: an element with children is followed by them. */
  #schema(): void {
    const open: number[] = []
    for (let count = this.#structs(); count > 0; count--) {
      let children = 0
      this.#struct(1, (id, is) => {
        if (id !== schemaElement.childCount || is !== type.i32) return false
        children = this.#zigzag()
        return true
      })
      while (open.at(-1) === 0) open.pop()
      if (open.length > 0) open[open.length - 1]! -= 1
      if (children > 0) open.push(children)
      if (children > mostElements) throw new Flaw('claims')
      if (open.length > mostSchemaDepth) throw new Flaw('deep')
    }
  }

  #rowGroups(): void {
    for (let count = this.#structs(); count > 0; count--) {
      this.#struct(1, (id, is) => {
        if (id !== rowGroup.columns || is !== type.list) return false
        const chunks = this.#structs()
        this.#chunks += chunks
        if (this.#chunks > mostElements) throw new Flaw('claims')
        for (let chunk = 0; chunk < chunks; chunk++) this.#struct(2)
        return true
      })
    }
  }

  /** How many structs a list has; 0 for a list of something else, which is passed over. */
  #structs(): number {
    const [count, is] = this.#list()
    if (is === type.struct) {
      if (count * leastStructBytes > this.#bytes.length - this.#at) throw new Flaw('claims')
      return count
    }
    for (let item = 0; item < count; item++) this.#skip(is, 1)
    return 0
  }

  /** `onField`: whether it has read the field; others are passed over. */
  #struct(nesting: number, onField: (id: number, is: number) => boolean = () => false): void {
    if (nesting > mostNesting) throw new Flaw('claims')
    for (let id = 0; ; ) {
      const head = this.#byte()
      const is = head & 0x0f
      if (is === type.stop) return
      id = head >> 4 === 0 ? this.#zigzag() : id + (head >> 4)
      if (!onField(id, is)) this.#skip(is, nesting)
    }
  }

  /** A value of a field; booleans are in its head. */
  #skip(is: number, nesting: number, inList = false): void {
    switch (is) {
      case type.true:
      case type.false:
        return inList ? this.#pass(1) : undefined
      case type.byte:
        return this.#pass(1)
      case type.i16:
      case type.i32:
      case type.i64:
        return void this.#varint()
      case type.double:
        return this.#pass(8)
      case type.uuid:
        return this.#pass(16)
      case type.binary:
        return this.#pass(this.#varint())
      case type.struct:
        return this.#struct(nesting + 1)
      case type.list:
      case type.set:
        return this.#skipList(nesting + 1)
      case type.map:
        return this.#skipMap(nesting + 1)
      default:
        throw new Flaw('claims')
    }
  }

  #skipList(nesting: number): void {
    if (nesting > mostNesting) throw new Flaw('claims')
    const [count, is] = this.#list()
    for (let item = 0; item < count; item++) this.#skip(is, nesting, true)
  }

  #skipMap(nesting: number): void {
    if (nesting > mostNesting) throw new Flaw('claims')
    const count = this.#varint()
    if (count === 0) return
    this.#checkCount(count)
    const types = this.#byte()
    for (let entry = 0; entry < count; entry++) {
      this.#skip(types >> 4, nesting, true)
      this.#skip(types & 0x0f, nesting, true)
    }
  }

  #list(): readonly [count: number, is: number] {
    const head = this.#byte()
    const count = head >> 4 === 15 ? this.#varint() : head >> 4
    this.#checkCount(count)
    return [count, head & 0x0f]
  }

  /** Whatever the elements are, each takes a byte at least. */
  #checkCount(count: number): void {
    if (count > mostElements || count > this.#bytes.length - this.#at) throw new Flaw('claims')
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new Flaw('claims')
    return byte
  }

  /** Exact up to 2^53, which is beyond all that passes the checks. */
  #varint(): number {
    let value = 0
    for (let factor = 1, read = 0; read < 10; factor *= 128, read++) {
      const byte = this.#byte()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
    throw new Flaw('claims')
  }

  #zigzag(): number {
    const value = this.#varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  #pass(length: number): void {
    if (length > this.#bytes.length - this.#at) throw new Flaw('claims')
    this.#at += length
  }
}
