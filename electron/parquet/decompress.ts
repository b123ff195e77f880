import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { decompressSnappy, decompressZstd } from 'hyparquet-compressors'
import { codec } from './format.ts'
import { DamagedBlock, decompressBlock, decompressLz4, OtherFrame } from './lz4.ts'

/**
 * Decompresses a page into as many bytes as its header says. `DamagedBlock` when they are not that many; `by`: a codec
 * that is known here.
 */
export function decompress(by: number, input: Uint8Array, length: number): Uint8Array {
  const output = decompressed(by, input, length)
  if (output.length !== length) throw new DamagedBlock(`a page holds ${output.length} bytes and claims ${length}`)
  return output
}

function decompressed(by: number, input: Uint8Array, length: number): Uint8Array {
  if (by === codec.none) return input
  if (length === 0) return new Uint8Array(0)
  try {
    if (by === codec.gzip) return gunzipSync(input, { maxOutputLength: length })
    if (by === codec.brotli) return brotliDecompressSync(input, { maxOutputLength: length })
    if (by === codec.snappy) return decompressSnappy(input, length)
    if (by === codec.zstd) return decompressZstd(input)
    const output = Buffer.alloc(length)
    if (by === codec.lz4) decompressLz4(input, output)
    else if (decompressBlock(input, output, 0) !== length) throw new DamagedBlock('an LZ4 page ends too early')
    return output
  } catch (error) {
    if (error instanceof DamagedBlock || error instanceof OtherFrame) throw error
    throw new DamagedBlock('a page cannot be decompressed', { cause: error })
  }
}
