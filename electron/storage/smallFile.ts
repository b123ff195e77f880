import { closeSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { Fault } from '#shared/engine/fault.ts'
import { writtenText } from './fileText.ts'

/*
 * Files that people write and programs keep settings in. What is larger than any of them is not read: no more is taken of it than tells that. A pipe may be
 * read as well, which has no size before it ends.
 */

const chunkBytes = 64 * 1024

/** The text of a file. Fault `corrupt` where it has more than `mostBytes`, or is no text; other errors are the operating system's. */
export async function readSmallFile(file: string, mostBytes: number): Promise<string> {
  const handle = await open(file, 'r')
  try {
    const parts: Buffer[] = []
    for (let length = 0; length <= mostBytes; ) {
      const part = Buffer.alloc(chunkBytes)
      const { bytesRead } = await handle.read(part, 0, chunkBytes)
      if (bytesRead === 0) return writtenText(Buffer.concat(parts), file)
      parts.push(part.subarray(0, bytesRead))
      length += bytesRead
    }
    throw tooLarge(file, mostBytes)
  } finally {
    await handle.close()
  }
}

/** `readSmallFile` for a program that has nothing else to do yet. */
export function readSmallFileNow(file: string, mostBytes: number): string {
  const handle = openSync(file, 'r')
  try {
    const parts: Buffer[] = []
    for (let length = 0; length <= mostBytes; ) {
      const part = Buffer.alloc(chunkBytes)
      const bytesRead = readSync(handle, part, 0, chunkBytes, null)
      if (bytesRead === 0) return writtenText(Buffer.concat(parts), file)
      parts.push(part.subarray(0, bytesRead))
      length += bytesRead
    }
    throw tooLarge(file, mostBytes)
  } finally {
    closeSync(handle)
  }
}

function tooLarge(file: string, mostBytes: number): Fault {
  return new Fault('corrupt', `${file} has more than ${mostBytes / 1e6} MB, and a file of its kind has not: choose another one, or restore it from a copy`)
}
