import { open } from 'node:fs/promises'
import { Fault } from '#shared/engine/fault.ts'
import { errorCode, storageFault } from '../storage/storageFault.ts'
import { whileFewAreOpen } from '../storage/openFiles.ts'
import { readFooter, type FooterFlaw } from './parquetFooter.ts'

const tailBytes = 16 * 1024
const magic = 'PAR1'
/** Length of the footer, then the magic bytes. */
const endBytes = 8
/** Those of 10,000 columns in a hundred row groups are half as large. */
const mostFooterBytes = 256 * 1024 * 1024

/**
 * Looks through the footers of Parquet files before DuckDB reads them: it makes room for whatever a footer claims, and a schema that is nested deep enough
 * ends the process. Faults name the file; `names` are how messages call them. What is no Parquet at all is left to DuckDB to tell of.
 */
export async function checkFooters(files: readonly string[], names: readonly string[]): Promise<void> {
  await Promise.all(files.map((file, i) => whileFewAreOpen(() => checkFooter(file, names[i] ?? file))))
}

async function checkFooter(file: string, name: string): Promise<void> {
  const footer = await footerOf(file, name)
  const flaw = footer && readFooter(footer)
  if (flaw) throw flawFault(flaw, name)
}

function flawFault(flaw: FooterFlaw, name: string): Fault {
  return flaw === 'deep'
    ? new Fault('schema', `${name} has a column that is nested too deep for Contrail to read: rewrite that file without it, or remove the file`)
    : new Fault('corrupt', `${name} is not a whole Parquet file, since its footer does not hold what it claims: it is damaged or was cut off; restore it from a copy`)
}

async function footerOf(file: string, name: string): Promise<Uint8Array | undefined> {
  const handle = await open(file).catch((error: unknown) => {
    if (errorCode(error) === 'EMFILE' || errorCode(error) === 'ENFILE') throw storageFault(error, 'read', name)
    return undefined // What is not there, or may not be read, DuckDB tells of.
  })
  if (!handle) return undefined
  try {
    const { size } = await handle.stat()
    const tail = Buffer.alloc(Math.min(size, tailBytes))
    await handle.read(tail, 0, tail.length, size - tail.length)
    if (tail.length < endBytes || tail.toString('latin1', tail.length - magic.length) !== magic) return undefined
    const length = tail.readUInt32LE(tail.length - endBytes)
    if (length > mostFooterBytes || length > size - endBytes - magic.length) throw flawFault('claims', name)
    if (length <= tail.length - endBytes) return tail.subarray(tail.length - endBytes - length, tail.length - endBytes)
    const footer = Buffer.alloc(length)
    await handle.read(footer, 0, length, size - endBytes - length)
    return footer
  } finally {
    await handle.close()
  }
}
