import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { latestOnes, type Backlog } from '#shared/contract/backlog.ts'

/** What waits for a page that has fallen behind, and for how long it does not matter: more than this is kept in a file. */
const memoryBytes = 8 * 1024 * 1024

const lengthBytes = 4

/**
 * A backlog whose memory is bounded, whatever waits: the rest lies in a file of `folder`, which is there only while it is needed. Errors of the file
 * system are thrown as they are.
 */
export function fileBacklog(folder: string, most = memoryBytes): Backlog {
  const waiting: Uint8Array[] = []
  const latest = latestOnes()
  let bytes = 0
  let file: { readonly path: string; readonly handle: number; readAt: number; writtenTo: number } | undefined

  function append(message: Uint8Array): void {
    if (!file) {
      mkdirSync(folder, { recursive: true })
      const path = join(folder, `contrail-${randomUUID()}.backlog`)
      file = { path, handle: openSync(path, 'wx+'), readAt: 0, writtenTo: 0 }
    }
    const length = Buffer.alloc(lengthBytes)
    length.writeUInt32LE(message.byteLength)
    writeAll(file.handle, length, file.writtenTo)
    writeAll(file.handle, message, file.writtenTo + lengthBytes)
    file.writtenTo += lengthBytes + message.byteLength
  }

  function takeFromFile(): Uint8Array | undefined {
    if (!file) return undefined
    const length = readAll(file.handle, lengthBytes, file.readAt).readUInt32LE()
    const message = readAll(file.handle, length, file.readAt + lengthBytes)
    file.readAt += lengthBytes + length
    if (file.readAt === file.writtenTo) removeFile()
    return message
  }

  function removeFile(): void {
    if (!file) return
    closeSync(file.handle)
    rmSync(file.path, { force: true })
    file = undefined
  }

  return {
    put(message) {
      if (file || bytes + message.byteLength > most) return append(message)
      waiting.push(message)
      bytes += message.byteLength
    },
    putLatest: latest.put,
    take() {
      const first = waiting.shift()
      if (first) bytes -= first.byteLength
      return first ?? takeFromFile() ?? latest.take()
    },
    close() {
      waiting.length = 0
      bytes = 0
      latest.close()
      removeFile()
    }
  }
}

function writeAll(handle: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.byteLength; ) done += writeSync(handle, bytes, done, bytes.byteLength - done, position + done)
}

function readAll(handle: number, length: number, position: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(length)
  for (let done = 0; done < length; ) {
    const read = readSync(handle, bytes, done, length - done, position + done)
    if (read === 0) throw new Error(`a backlog ends after ${position + done} bytes`)
    done += read
  }
  return bytes
}
