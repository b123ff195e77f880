/**
 * `claims`: bytes say they hold more than there is, or than any reader has room for. `deep`: a schema is nested beyond
 * what a stack holds.
 */
export type FooterFlaw = 'claims' | 'deep'

export class Flaw extends Error {
  readonly flaw: FooterFlaw
  constructor(flaw: FooterFlaw) {
    super(flaw)
    this.flaw = flaw
  }
}

/** Thrift's types, as its compact protocol writes them. */
export const thrift = {
  stop: 0,
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
  uuid: 13
} as const

/** Of structs and lists in each other, whatever their fields mean: Parquet's own have ten. */
const mostNesting = 64
/** In one list, and of all column chunks together. */
export const mostElements = 2_000_000
/** A schema element, a row group or a column chunk takes no less. */
const leastStructBytes = 6

/**
 * Walks values in Thrift's compact protocol
 * (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md) and makes nothing of them. Every
 * count is held against the bytes that are left; what does not hold throws a `Flaw`.
 */
export class CompactReader {
  readonly #bytes: Uint8Array
  #at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes
    this.#at = at
  }

  /** Position of the next byte. */
  get at(): number {
    return this.#at
  }

  /** `onField`: whether it has read the field; others are passed over. */
  struct(nesting: number, onField: (id: number, is: number) => boolean = () => false): void {
    if (nesting > mostNesting) throw new Flaw('claims')
    for (let id = 0; ;) {
      const head = this.byte()
      const is = head & 0x0f
      if (is === thrift.stop) return
      id = head >> 4 === 0 ? this.zigzag() : id + (head >> 4)
      if (!onField(id, is)) this.skip(is, nesting)
    }
  }

  /** How many structs a list has; 0 for a list of something else, which is passed over. */
  structs(): number {
    const [count, is] = this.list()
    if (is === thrift.struct) {
      if (count * leastStructBytes > this.#bytes.length - this.#at) throw new Flaw('claims')
      return count
    }
    for (let item = 0; item < count; item++) this.skip(is, 1)
    return 0
  }

  /** A value of a field; booleans are in its head. */
  skip(is: number, nesting: number, inList = false): void {
    switch (is) {
      case thrift.true:
      case thrift.false:
        return inList ? this.pass(1) : undefined
      case thrift.byte:
        return this.pass(1)
      case thrift.i16:
      case thrift.i32:
      case thrift.i64:
        return void this.varint()
      case thrift.double:
        return this.pass(8)
      case thrift.uuid:
        return this.pass(16)
      case thrift.binary:
        return this.pass(this.varint())
      case thrift.struct:
        return this.struct(nesting + 1)
      case thrift.list:
      case thrift.set:
        return this.#skipList(nesting + 1)
      case thrift.map:
        return this.#skipMap(nesting + 1)
      default:
        throw new Flaw('claims')
    }
  }

  #skipList(nesting: number): void {
    if (nesting > mostNesting) throw new Flaw('claims')
    const [count, is] = this.list()
    for (let item = 0; item < count; item++) this.skip(is, nesting, true)
  }

  #skipMap(nesting: number): void {
    if (nesting > mostNesting) throw new Flaw('claims')
    const count = this.varint()
    if (count === 0) return
    this.#checkCount(count)
    const types = this.byte()
    for (let entry = 0; entry < count; entry++) {
      this.skip(types >> 4, nesting, true)
      this.skip(types & 0x0f, nesting, true)
    }
  }

  list(): readonly [count: number, is: number] {
    const head = this.byte()
    const count = head >> 4 === 15 ? this.varint() : head >> 4
    this.#checkCount(count)
    return [count, head & 0x0f]
  }

  /** Whatever the elements are, each takes a byte at least. */
  #checkCount(count: number): void {
    if (count > mostElements || count > this.#bytes.length - this.#at) throw new Flaw('claims')
  }

  byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new Flaw('claims')
    return byte
  }

  /** Exact up to 2^53, which is beyond all that passes the checks. */
  varint(): number {
    let value = 0
    for (let factor = 1, read = 0; read < 10; factor *= 128, read++) {
      const byte = this.byte()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
    throw new Flaw('claims')
  }

  zigzag(): number {
    const value = this.varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  pass(length: number): void {
    if (length > this.#bytes.length - this.#at) throw new Flaw('claims')
    this.#at += length
  }
}
