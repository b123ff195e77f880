import { crc32 } from 'node:zlib'
import { Fault } from '#shared/engine/fault.ts'
import type { Storage } from '../storage/storage.ts'
import type { DeletionVectorDescriptor } from './actions.ts'
import { decodePath, pathInTable } from './path.ts'
import { decodeRoaring } from './roaring.ts'
import { decodeZ85 } from './z85.ts'

/** Numbers of the rows that a deletion vector hides, ascending. Faults name the vector's file, or the data file for one that lies in the log. */
export async function readDeletionVector(storage: Storage, vector: DeletionVectorDescriptor, dataFile: string): Promise<readonly number[]> {
  const file = vector.storageType === 'i' ? undefined : vectorFile(vector, storage.root)
  const where = file === undefined ? `the deletion vector of ${dataFile} in the log of ${storage.root}` : `${storage.root}/${file}`
  const damaged = (what: string) => new Fault('corrupt', `${where} ${what}: the deleted rows of ${dataFile} are not known; restore it from where the table was written`)
  checkDescriptor(vector, damaged)
  const data = file === undefined ? inlineData(vector) : await storedData(storage, file, vector, damaged)
  const rows = data && decodeRoaring(data, vector.cardinality + counted)
  if (!rows) throw damaged('is not a deletion vector')
  if (rows.length !== vector.cardinality) throw damaged(`holds ${rows.length > vector.cardinality + counted ? 'many more' : rows.length} rows, and the log says ${vector.cardinality}`)
  const last = rows.at(-1) ?? 0
  if (last >= mostRows) throw damaged(`hides row ${last}, and Contrail reads files of up to ${mostRows} rows where a deletion vector hides some`)
  return rows
}

/** A vector of that many rows, each on its own. */
const mostBytes = 256 * 1024 * 1024
/** As many numbers as one list holds. */
const mostHidden = 2 ** 26
/** So many more than the log says are counted, to tell how many they are. */
const counted = 100_000
/** Of a data file with a vector: one bit each is held while it is read. */
const mostRows = 2 ** 29

/** What the log claims, before anything is allocated for it. */
function checkDescriptor({ offset, sizeInBytes, cardinality }: DeletionVectorDescriptor, damaged: (what: string) => Fault): void {
  const isWithin = (value: number, most: number) => Number.isSafeInteger(value) && value >= 0 && value <= most
  if (!isWithin(sizeInBytes, mostBytes)) throw damaged(`is said to have ${sizeInBytes} bytes, and Contrail reads up to ${mostBytes}`)
  if (!isWithin(offset ?? 1, Number.MAX_SAFE_INTEGER)) throw damaged(`is said to lie at ${offset}, which is no place in a file`)
  if (!isWithin(cardinality, mostHidden)) throw damaged(`is said to hide ${cardinality} rows, and Contrail reads up to ${mostHidden}`)
}

function inlineData({ pathOrInlineDv, sizeInBytes }: DeletionVectorDescriptor): Uint8Array | undefined {
  return decodeZ85(pathOrInlineDv)?.subarray(0, sizeInBytes)
}

/** Size, data and checksum; size and checksum are big-endian, unlike the data. */
async function storedData(storage: Storage, file: string, { offset, sizeInBytes }: DeletionVectorDescriptor, damaged: (what: string) => Fault): Promise<Uint8Array> {
  const bytes = Buffer.from(await storage.readRange(file, offset ?? 1, sizeInBytes + 8))
  if (bytes.length < sizeInBytes + 8) throw damaged('is cut off')
  if (bytes.readInt32BE(0) !== sizeInBytes) throw damaged(`holds ${bytes.readInt32BE(0)} bytes where the log says ${sizeInBytes}`)
  const data = bytes.subarray(4, 4 + sizeInBytes)
  if (crc32(data) !== bytes.readUInt32BE(4 + sizeInBytes)) throw damaged('does not match its checksum')
  return data
}

/** `u`: a prefix, then a UUID in Z85. `p`: an absolute path. */
function vectorFile({ storageType, pathOrInlineDv }: DeletionVectorDescriptor, root: string): string {
  if (storageType === 'p') return pathInTable(root, decodePath(pathOrInlineDv))
  const prefix = pathOrInlineDv.slice(0, -20)
  const hex = Buffer.from(decodeZ85(pathOrInlineDv.slice(-20)) ?? []).toString('hex')
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return pathInTable(root, `${prefix === '' ? '' : `${prefix}/`}deletion_vector_${uuid}.bin`)
}
