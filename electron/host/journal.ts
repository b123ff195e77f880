import { mkdir, open, readFile, truncate, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { BatchRecord } from '#shared/contract/run.ts'
import { decodeFrame, encodeFrame } from '#shared/contract/frame.ts'
import { ignoreMissing, storageFault } from '../storage/storageFault.ts'

/** What a query did, batch by batch: one file to which records are appended. A record is its length (u32, little-endian) and a frame. */
export interface Journal {
  /** On the disk when it resolves. */
  append(record: BatchRecord): Promise<void>
  close(): Promise<void>
}

/** Opens a journal for appending; what a crash left of a last record is cut off. */
export async function openJournal(file: string): Promise<Journal> {
  let handle: FileHandle
  try {
    await mkdir(dirname(file), { recursive: true })
    const { wholeBytes, sizeBytes } = await read(file)
    if (wholeBytes < sizeBytes) await truncate(file, wholeBytes)
    handle = await open(file, 'a')
  } catch (error) {
    throw storageFault(error, 'write', file)
  }
  return {
    async append(record) {
      const frame = encodeFrame(record)
      const bytes = new Uint8Array(4 + frame.byteLength)
      new DataView(bytes.buffer).setUint32(0, frame.byteLength, true)
      bytes.set(frame, 4)
      try {
        await handle.appendFile(bytes)
        await handle.sync()
      } catch (error) {
        throw storageFault(error, 'write', file)
      }
    },
    close: () => handle.close()
  }
}

/** Records by batch, ascending. A batch that was done again after a crash is there once: both records say the same. Empty when there is no file. */
export async function readJournal(file: string): Promise<BatchRecord[]> {
  const { records } = await read(file)
  const byBatch = new Map(records.map((record) => [record.batchId, record]))
  return [...byBatch.values()].sort((a, b) => a.batchId - b.batchId)
}

async function read(file: string): Promise<{ records: BatchRecord[]; wholeBytes: number; sizeBytes: number }> {
  const bytes = await readFile(file).catch(ignoreMissing)
  const records: BatchRecord[] = []
  if (!bytes) return { records, wholeBytes: 0, sizeBytes: 0 }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  while (at + 4 <= bytes.byteLength) {
    const length = view.getUint32(at, true)
    if (at + 4 + length > bytes.byteLength) break
    try {
      records.push(decodeFrame(bytes.subarray(at + 4, at + 4 + length)) as BatchRecord) // Nobody else writes this file.
    } catch {
      break // Torn by a power cut: room was made for it, and its bytes never came.
    }
    at += 4 + length
  }
  return { records, wholeBytes: at, sizeBytes: bytes.byteLength }
}
