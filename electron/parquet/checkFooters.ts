import { open, type FileHandle } from 'node:fs/promises'
import { Fault } from '#shared/engine/fault.ts'
import { whileFewAreOpen } from '../storage/openFiles.ts'
import { errorCode, storageFault } from '../storage/storageFault.ts'
import type { FooterFlaw } from './compactReader.ts'
import { fileMetaData, isKnownCodec, isKnownEncoding, schemaElement } from './format.ts'
import { readFooter } from './parquetFooter.ts'
import { fieldOf, integerOf, readStruct, structsOf, textOf } from './thriftFields.ts'
import { encryptedFooterFault, undecodableFault, type Undecodable } from './undecodable.ts'

const tailBytes = 16 * 1024
const magic = 'PAR1'
/** Of a file whose footer is encrypted. */
export const encryptedMagic = 'PARE'
/** Length of the footer, then the magic bytes. */
const endBytes = 8
/** Those of 10,000 columns in a hundred row groups are half as large. */
const mostFooterBytes = 256 * 1024 * 1024

/** Leaves of a file's schema that DuckDB cannot decode, by their number, depth first. */
export type UndecodableLeaves = ReadonlyMap<number, Undecodable>

/**
 * Looks through the footers of Parquet files before DuckDB reads them: it makes room for whatever a footer claims, and
 * a schema that is nested deep enough ends the process. Gives what DuckDB cannot decode of each. Faults name the file;
 * `names` are how messages call them. What is no Parquet at all is left to DuckDB to tell of.
 */
export async function checkFooters(
  files: readonly string[],
  names: readonly string[]
): Promise<readonly UndecodableLeaves[]> {
  return Promise.all(files.map((file, i) => whileFewAreOpen(() => checkFooter(file, names[i] ?? file))))
}

const none: UndecodableLeaves = new Map()

async function checkFooter(file: string, name: string): Promise<UndecodableLeaves> {
  const footer = await footerOf(file, name)
  if (!footer) return none
  const { flaw, undecodable } = readFooter(footer)
  if (flaw) throw flawFault(flaw, name)
  for (const [leaf, why] of undecodable) if (isUnknown(why)) throw undecodableFault(why, name, leafName(footer, leaf))
  return undecodable
}

/** Numbers that the format did not have when DuckDB was built: it reads nothing of such a file. */
const isUnknown = (why: Undecodable): boolean =>
  (why.kind === 'codec' && !isKnownCodec(why.codec)) || (why.kind === 'encoding' && !isKnownEncoding(why.encoding))

function leafName(footer: Uint8Array, leaf: number): string {
  const leaves = structsOf(readStruct(footer).fields, fileMetaData.schema).filter(
    (element) => fieldOf(element, schemaElement.type) && (integerOf(element, schemaElement.childCount) ?? 0) === 0
  )
  return textOf(leaves[leaf] ?? [], schemaElement.name) ?? '?'
}

function flawFault(flaw: FooterFlaw, name: string): Fault {
  return flaw === 'deep'
    ? new Fault(
        'schema',
        `${name} has a column that is nested too deep for Contrail to read: rewrite that file without it, or remove the file`
      )
    : new Fault(
        'corrupt',
        `${name} is not a whole Parquet file, since its footer does not hold what it claims: it is damaged or was cut off; restore it from a copy`
      )
}

/** The metadata at the end of a file; undefined where the file is not there, or is no Parquet. Faults name the file. */
async function footerOf(file: string, name: string): Promise<Uint8Array | undefined> {
  const handle = await open(file).catch((error: unknown) => {
    if (errorCode(error) === 'EMFILE' || errorCode(error) === 'ENFILE') throw storageFault(error, 'read', name)
    return undefined // What is not there, or may not be read, DuckDB tells of.
  })
  if (!handle) return undefined
  try {
    return await readFooterBytes(handle, name)
  } finally {
    await handle.close()
  }
}

export async function readFooterBytes(handle: FileHandle, name: string): Promise<Uint8Array | undefined> {
  const { size } = await handle.stat()
  const tail = Buffer.alloc(Math.min(size, tailBytes))
  await handle.read(tail, 0, tail.length, size - tail.length)
  const mark = tail.toString('latin1', Math.max(0, tail.length - magic.length))
  if (mark === encryptedMagic) throw encryptedFooterFault(name)
  if (tail.length < endBytes || mark !== magic) return undefined
  const length = tail.readUInt32LE(tail.length - endBytes)
  if (length > mostFooterBytes || length > size - endBytes - magic.length) throw flawFault('claims', name)
  if (length <= tail.length - endBytes) return tail.subarray(tail.length - endBytes - length, tail.length - endBytes)
  const footer = Buffer.alloc(length)
  await handle.read(footer, 0, length, size - endBytes - length)
  return footer
}
