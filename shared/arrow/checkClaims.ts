import { DataType, MessageReader, type Data, type Field, type Schema } from 'apache-arrow'

/**
 * What a stream in the IPC format claims, before apache-arrow believes it: it makes room for as many values as it is told, and loops over them.
 * RangeError for more rows than `mostRows`, for a column of another length than its batch, and for more values below a column than `mostRows`.
 */
export function checkLengths(stream: Uint8Array, mostRows: number): void {
  const messages = new MessageReader(stream)
  let columns: readonly number[] = []
  let rows = 0
  for (const message of messages) {
    if (message.isSchema()) columns = firstNodes(message.header() as Schema)
    else if (message.isRecordBatch()) {
      const { length, nodes } = message.header()
      rows += length
      if (rows > mostRows) throw new RangeError(`the stream has ${rows} rows`)
      for (const node of columns) if (nodes[node]?.length !== length) throw new RangeError(`a column has ${nodes[node]?.length ?? 'no'} rows where its batch has ${length}`)
    }
    if (message.isRecordBatch() || message.isDictionaryBatch()) {
      for (const { length } of message.header().nodes) if (length < 0 || length > mostRows) throw new RangeError(`a column holds ${length} values`)
    }
    messages.readMessageBody(message.bodyLength)
  }
}

/** Nodes are numbered depth first; those below a dictionary are in its own message. */
function firstNodes({ fields }: Schema): number[] {
  let next = 0
  return fields.map((field) => {
    const node = next
    next += nodesOf(field)
    return node
  })
}

const nodesOf = ({ type }: Field): number => 1 + (DataType.isDictionary(type) ? 0 : ((type as DataType).children as Field[] | null ?? []).reduce((sum, child) => sum + nodesOf(child), 0))

/** RangeError when lists share values, or hold more than there are: a few bytes could claim lists without end. */
export function checkLists(data: Data): void {
  const [items] = data.children
  if (DataType.isFixedSizeList(data.type) && data.length * data.type.listSize > (items?.length ?? 0)) throw new RangeError(`lists of ${data.type.listSize} values each lie beyond the column`)
  if (DataType.isList(data.type) || DataType.isMap(data.type)) checkOffsets(data.valueOffsets, data.length, items?.length ?? 0)
  data.children.forEach(checkLists)
}

/** RangeError when `offsets` do not cut `most` values or bytes into `length` pieces, one behind the other. */
export function checkOffsets(offsets: Int32Array | BigInt64Array, length: number, most: number): void {
  for (let row = 0; row < length; row++) {
    const [start, end] = [Number(offsets[row]), Number(offsets[row + 1])]
    if (!(start >= 0 && end >= start && end <= most)) throw new RangeError(`the values of row ${row} lie beyond the column`)
  }
}
