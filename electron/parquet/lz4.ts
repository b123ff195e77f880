/** Blocks that are not what they claim to be. */
export class DamagedBlock extends Error {}

/** LZ4's own frames, which some early versions of parquet-cpp wrote. */
export class OtherFrame extends Error {}

const frameMagic = 0x184d2204

/**
 * Decompresses a page of Parquet's codec LZ4 into `output`, which it must fill exactly. Parquet never said how such
 * pages are framed. Spark (parquet-mr) writes what Hadoop does: the length of some data, then blocks, each behind its
 * own length, until that much data is there; lengths are big-endian. Other writers left the frame out. Which of the
 * two it is, is decided by which one fits to the byte: a page may fit only one, since a frame's first block would have
 * to be a block itself, of all the data. Throws `DamagedBlock` when neither fits, `OtherFrame` for what LZ4 itself
 * calls a frame.
 */
export function decompressLz4(input: Uint8Array, output: Uint8Array): void {
  if (framedAsHadoop(input, output)) return
  if (input.length >= 4 && new DataView(input.buffer, input.byteOffset).getUint32(0, true) === frameMagic)
    throw new OtherFrame('an LZ4 frame')
  if (decompressBlock(input, output, 0) !== output.length) throw new DamagedBlock('an LZ4 page ends too early')
}

function framedAsHadoop(input: Uint8Array, output: Uint8Array): boolean {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  let at = 0
  let written = 0
  try {
    while (at < input.length) {
      if (input.length - at < 4) return false
      const end = written + view.getUint32(at)
      at += 4
      if (end > output.length) return false
      while (written < end) {
        if (input.length - at < 4) return false
        const size = view.getUint32(at)
        at += 4
        if (size === 0 || size > input.length - at) return false
        const next = decompressBlock(input.subarray(at, at + size), output.subarray(0, end), written)
        if (next === written) return false
        written = next
        at += size
      }
    }
    return written === output.length
  } catch (error) {
    if (error instanceof DamagedBlock) return false
    throw error
  }
}

const leastMatch = 4

/**
 * One LZ4 block (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md) into `output` from `start` on; gives
 * where it ends there. Matches reach back to `start` at most.
 */
export function decompressBlock(input: Uint8Array, output: Uint8Array, start: number): number {
  let at = 0
  let to = start
  const more = (length: number): number => {
    if (length < 15) return length
    for (let byte = 255; byte === 255;) {
      if (at >= input.length) throw new DamagedBlock('a length is cut off')
      byte = input[at++]!
      length += byte
    }
    return length
  }
  while (at < input.length) {
    const token = input[at++]!
    const literals = more(token >> 4)
    if (literals > input.length - at || literals > output.length - to)
      throw new DamagedBlock('literals reach beyond their block')
    output.set(input.subarray(at, at + literals), to)
    at += literals
    to += literals
    // The last sequence has no match.
    if (at === input.length) return to
    if (input.length - at < 2) throw new DamagedBlock('an offset is cut off')
    const offset = input[at]! | (input[at + 1]! << 8)
    at += 2
    const length = more(token & 15) + leastMatch
    if (offset === 0 || offset > to - start) throw new DamagedBlock('a match begins before its block')
    if (length > output.length - to) throw new DamagedBlock('a match reaches beyond its block')
    if (offset >= length) output.copyWithin(to, to - offset, to - offset + length)
    else for (let i = 0; i < length; i++) output[to + i] = output[to + i - offset]!
    to += length
  }
  throw new DamagedBlock('a block has no end')
}
