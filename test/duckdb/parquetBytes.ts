/** Footers of Parquet files by hand, in Thrift's compact protocol, to claim what no writer would. */

export interface Element {
  readonly name: string
  /** A leaf where left out. */
  readonly children?: number
}

/** A file of no rows whose footer is these bytes; `length`: what its last field says of them. */
export function parquetFile(footer: Uint8Array, length = footer.length): Buffer {
  const end = Buffer.alloc(8)
  end.writeUInt32LE(length, 0)
  end.write('PAR1', 4, 'latin1')
  return Buffer.concat([Buffer.from('PAR1'), footer, end])
}

/** FileMetaData: version, schema, no rows, row groups. `count` and `groups`: how many elements and row groups it claims to have. */
export function footerOf(elements: readonly Element[], { count = elements.length, groups = 0, rest = Buffer.of(0) }: { readonly count?: number; readonly groups?: number; readonly rest?: Uint8Array } = {}): Buffer {
  return Buffer.concat([Buffer.of(0x15, 2, 0x19), listHead(count), ...elements.map(element), Buffer.of(0x16, 0, 0x19), listHead(groups), rest])
}

/** A tree of structs in each other with one leaf. */
export const deepSchema = (depth: number): Element[] => [{ name: 'root', children: 1 }, ...Array.from({ length: depth }, () => ({ name: 'a', children: 1 })), { name: 'x' }]

export function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.of(...bytes, rest)
    bytes.push((rest % 128) | 0x80)
  }
}

/** Structs in a list. */
const listHead = (count: number): Buffer => (count < 15 ? Buffer.of((count << 4) | 0x0c) : Buffer.concat([Buffer.of(0xfc), varint(count)]))

/** An optional INT32, or a group. */
function element({ name, children }: Element): Buffer {
  const head = children === undefined ? Buffer.of(0x15, 2, 0x25, 2) : Buffer.of(0x35, 2)
  return Buffer.concat([head, Buffer.of(0x18), varint(name.length), Buffer.from(name), ...(children === undefined ? [] : [Buffer.of(0x15), varint(children * 2)]), Buffer.of(0)])
}
