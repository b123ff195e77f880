import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { crc32 } from 'node:zlib'
import { decodeFrame, encodeFrame } from '#shared/contract/frame.ts'
import type { Block } from '#shared/whatIf/block.ts'
import type { Order } from '#shared/whatIf/order.ts'
import type { SortedValues } from '#shared/whatIf/sortedValues.ts'
import { storageFault } from '../storage/storageFault.ts'

/** Blocks of the what-if index, a file a batch, so that a run need not be read again. They can be made anew from silver: a damaged or foreign one is as good as none. */
export interface SavedBlocks {
  /** undefined: none, or not of that identity. `identity`: of what the batch was made. */
  load(batchId: number, identity: string): Promise<Block[] | undefined>
  save(batchId: number, identity: string, blocks: readonly Block[]): Promise<void>
}

/** 1: blocks of a batch whose reading was interrupted could be among them. */
const formatVersion = 2

/** A file is frames, each behind its length (u32, little-endian): a header with the checksums of the blocks, then the blocks. It is not forced to the disk: what a power cut spoils is found out. */
export function openSavedBlocks(folder: string): SavedBlocks {
  const fileOf = (batchId: number) => join(folder, `${batchId}.rows`)
  return {
    async load(batchId, identity) {
      try {
        // One that cannot be read is as good as none, whatever is the matter with it.
        const bytes = await readFile(fileOf(batchId))
        const frames = framesOf(bytes)
        const [header, ...blocks] = frames.map((frame) => decodeFrame(frame))
        const { formatVersion: format, identity: own, sums } = header as { formatVersion?: unknown; identity?: unknown; sums?: unknown }
        return format === formatVersion && own === identity && isDeepStrictEqual(sums, frames.slice(1).map((frame) => crc32(frame))) ? blocks.map((block) => unpack(block as PackedBlock)) : undefined
      } catch {
        return undefined
      }
    },
    async save(batchId, identity, blocks) {
      const file = fileOf(batchId)
      try {
        await mkdir(folder, { recursive: true })
        const packed = blocks.map((block) => encodeFrame(pack(block)))
        const frames = [encodeFrame({ formatVersion, identity, sums: packed.map((frame) => crc32(frame)) }), ...packed]
        await writeFile(`${file}.new`, frames.flatMap((frame) => [lengthOf(frame), frame]))
        await rename(`${file}.new`, file)
      } catch (error) {
        await rm(`${file}.new`, { force: true }).catch(() => undefined)
        throw storageFault(error, 'write', file)
      }
    }
  }
}

function lengthOf(frame: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, frame.byteLength, true)
  return bytes
}

function framesOf(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const frames: Uint8Array[] = []
  for (let at = 0; at < bytes.byteLength; ) {
    const length = view.getUint32(at, true)
    frames.push(bytes.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return frames
}

interface PackedBlock {
  readonly pane: Uint8Array
  readonly firstWindow: Uint8Array
  readonly key: Uint8Array
  readonly keys: readonly (string | null)[]
  readonly rows: Uint8Array
  readonly orders: readonly PackedOrder[]
}

interface PackedOrder {
  /** Decimals of many digits as text. */
  readonly values: { readonly kind: 'float64' | 'int64'; readonly bytes: Uint8Array } | { readonly kind: 'wide'; readonly digits: readonly string[] }
  readonly starts: Uint8Array
  readonly cells: { readonly kind: 'uint16' | 'uint32'; readonly bytes: Uint8Array }
}

const bytesOf = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

function pack({ pane, firstWindow, key, keys, rows, orders }: Block): PackedBlock {
  return { pane: bytesOf(pane), firstWindow: bytesOf(firstWindow), key: bytesOf(key), keys, rows: bytesOf(rows), orders: orders.map(packOrder) }
}

function packOrder({ values, starts, cells }: Order): PackedOrder {
  return { values: packValues(values), starts: bytesOf(starts), cells: { kind: cells instanceof Uint16Array ? 'uint16' : 'uint32', bytes: bytesOf(cells) } }
}

function packValues(values: SortedValues): PackedOrder['values'] {
  if (values instanceof Float64Array) return { kind: 'float64', bytes: bytesOf(values) }
  return values instanceof BigInt64Array ? { kind: 'int64', bytes: bytesOf(values) } : { kind: 'wide', digits: values.map(String) }
}

/** Copied: a frame in a file begins anywhere, and arrays of numbers do not. */
const copyOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer

function unpack({ pane, firstWindow, key, keys, rows, orders }: PackedBlock): Block {
  return { pane: new Float64Array(copyOf(pane)), firstWindow: new Float64Array(copyOf(firstWindow)), key: new Uint32Array(copyOf(key)), keys, rows: new Uint32Array(copyOf(rows)), orders: orders.map(unpackOrder) }
}

function unpackOrder({ values, starts, cells }: PackedOrder): Order {
  return { values: unpackValues(values), starts: new Uint32Array(copyOf(starts)), cells: cells.kind === 'uint16' ? new Uint16Array(copyOf(cells.bytes)) : new Uint32Array(copyOf(cells.bytes)) }
}

function unpackValues(values: PackedOrder['values']): SortedValues {
  if (values.kind === 'wide') return values.digits.map(BigInt)
  return values.kind === 'float64' ? new Float64Array(copyOf(values.bytes)) : new BigInt64Array(copyOf(values.bytes))
}
