import { Fault, isFault } from '#shared/engine/fault.ts'
import { sameType, typeName, type ValueType } from '#shared/engine/valueType.ts'
import type { Database } from '../duckdb/database.ts'
import { readParquetColumns, refuseFileTwins, type ParquetColumn } from '../duckdb/parquetSchema.ts'
import type { DeltaField, DeltaType } from '../delta/schema.ts'
import { partsWithColumns } from '../duckdb/partsWithColumns.ts'
import type { Scan } from '../duckdb/scan.ts'
import type { ScanColumn } from '../duckdb/scanSql.ts'
import { withLocalFiles } from '../storage/localFiles.ts'
import type { Storage, WantedParts } from '../storage/storage.ts'
import { isBadFile } from './badFile.ts'
import type { HivePartitions } from './hivePartitions.ts'
import type { LackingColumns } from './lackingColumns.ts'
import type { TakenFile } from './parquetSource.ts'
import { refuseGone } from './refuseGone.ts'
import { typeToShow } from './typeToShow.ts'
import {
  eachFile,
  scanFiles,
  type CheckSchema,
  type OpenedFile,
  type RecentSchemas,
  type ScanParts
} from './scanFiles.ts'

/** A column of a plain folder: the union of what its files have, by name. `type` is text for types that no query can use. */
export interface FolderColumn {
  readonly name: string
  readonly type: ValueType | string
  /** As the first file that has it stores it; undefined: its values stand in the names of folders. */
  readonly stored?: ParquetColumn
  /** The first file that has it. */
  readonly file: string
  /** The first file that has it with another type, if any does. A column that no query uses may. */
  readonly other?: { readonly type: ValueType | string; readonly file: string }
  /** Its values stand in the names of folders; `file` is empty then. */
  readonly isPartition?: true
}

export interface FolderScanParts {
  readonly storage: Storage
  readonly database: Database
  readonly schemas: RecentSchemas
  readonly columns: readonly FolderColumn[]
  /** Columns that this and other scans of the folder read: where a file has to be fetched, no others need be. */
  readonly used: ReadonlySet<string>
  readonly partitions: HivePartitions
  readonly lacking: LackingColumns
  readonly onRewritten: ScanParts['onRewritten']
}

const schemaFilesAtOnce = 500

/**
 * Columns of all files, in the order in which they are first met, with the type that they have there. `quarantine`: files that cannot be read have no
 * columns; their batch will set them aside.
 */
export async function readFolderSchema(
  storage: Storage,
  database: Database,
  files: readonly TakenFile[],
  { quarantine, lacking }: { readonly quarantine: boolean; readonly lacking: LackingColumns }
): Promise<FolderColumn[]> {
  const columns = new Map<string, FolderColumn>()
  for (let start = 0; start < files.length; start += schemaFilesAtOnce) {
    const some = files.slice(start, start + schemaFilesAtOnce)
    const schemas = await readSchemas(storage, database, some, quarantine)
    schemas.forEach((schema, i) => {
      if (!isUnambiguous(schema, `${storage.root}/${some[i]!.path}`, quarantine)) return
      lacking.add(schema, some[i]!.path)
      schema.forEach((column) => addColumn(columns, column, some[i]!.path))
    })
  }
  return [...columns.values()]
}

/** Fault for a file with two columns of one name; false for one that its batch will set aside. */
function isUnambiguous(schema: readonly ParquetColumn[], name: string, quarantine: boolean): boolean {
  try {
    refuseFileTwins(schema, name)
    return true
  } catch (error) {
    if (quarantine && isBadFile(error)) return false
    throw error
  }
}

function addColumn(columns: Map<string, FolderColumn>, column: ParquetColumn, file: string): void {
  const type = valueTypeOf(column)
  const known = columns.get(idOf(column))
  if (!known) columns.set(idOf(column), { name: column.name, type, stored: column, file })
  else if (!known.other && !isSame(known.type, type)) columns.set(idOf(column), { ...known, other: { type, file } })
}

/** Refuses to read columns whose type differs between files, with a Fault that names both. */
export function refuseDifferent(columns: readonly FolderColumn[], names: readonly string[], storage: Storage): void {
  const differs = columns.find((column) => column.other && names.includes(column.name))
  if (differs?.other) throw otherType(differs, differs.other.type, `${storage.root}/${differs.other.file}`)
}

async function readSchemas(storage: Storage, database: Database, files: readonly TakenFile[], quarantine: boolean): Promise<readonly (readonly ParquetColumn[])[]> {
  try {
    return await withLocalFiles(files.map((file) => ({ storage, path: file.path, wanted: { sizeBytes: file.sizeBytes, ...(file.etag !== undefined && { etag: file.etag }), parts: partsWithColumns(database, [], 'none') } })), (paths) => readParquetColumns(database, paths, files.map((file) => `${storage.root}/${file.path}`)))
  } catch (error) {
    if (!quarantine || !isBadFile(error)) throw error
    const [only, ...others] = files
    if (only && others.length === 0) return [[]]
  }
  const schemas: (readonly ParquetColumn[])[] = []
  for (const file of files) schemas.push(...(await readSchemas(storage, database, [file], quarantine)))
  return schemas
}

const idOf = ({ name }: { readonly name: string }): string => name.toLowerCase()

function otherType({ name, type, file }: FolderColumn, other: ValueType | string, otherFile: string): Fault {
  return new Fault('schema', `column ${name} is ${typeName(other)} in ${otherFile} and ${typeName(type)} in ${file}: files of one folder must agree; rewrite one of them, or move it away`)
}

const isSame = (a: ValueType | string, b: ValueType | string): boolean => (typeof a === 'string' || typeof b === 'string' ? a === b : sameType(a, b))

/** As Spark reads Parquet: INT96 and adjusted timestamps are instants, others have no zone; unsigned integers are the next wider ones, JSON is text. */
function valueTypeOf({ type, isInt96 }: ParquetColumn): ValueType | string {
  if (isInt96) return { kind: 'timestamp' }
  const kinds: Readonly<Record<string, Exclude<ValueType['kind'], 'decimal'>>> = {
    BOOLEAN: 'boolean',
    TINYINT: 'byte',
    SMALLINT: 'short',
    INTEGER: 'integer',
    BIGINT: 'long',
    UTINYINT: 'short',
    USMALLINT: 'integer',
    UINTEGER: 'long',
    FLOAT: 'float',
    DOUBLE: 'double',
    VARCHAR: 'string',
    JSON: 'string',
    BLOB: 'binary',
    DATE: 'date',
    'TIMESTAMP WITH TIME ZONE': 'timestamp',
    TIMESTAMP: 'timestamp_ntz',
    TIMESTAMP_NS: 'timestamp_ntz'
  }
  const kind = kinds[type ?? '']
  if (kind) return { kind }
  if (type === 'UBIGINT') return { kind: 'decimal', precision: 20, scale: 0 }
  const [, precision, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(type ?? '') ?? []
  return precision === undefined ? (type ?? 'nested') : { kind: 'decimal', precision: Number(precision), scale: Number(scale) }
}

/** How to read files of a plain folder. A file that changed since it was listed is a Fault. */
export function scanParquetFiles(parts: FolderScanParts, files: readonly TakenFile[], names: readonly string[], only?: readonly number[]): Scan[] {
  const { storage, database, schemas } = parts
  const columns = names.map((name): ScanColumn => {
    const column = parts.columns.find((candidate) => candidate.name === name)
    if (!column) throw new Error(`${storage.root} has no column ${name}`)
    return { name, field: plainField(name, typeToRead(column)), isPartition: column.isPartition ?? false }
  })
  const used = new Map(parts.columns.filter((column) => names.includes(column.name) && !column.isPartition).map((column) => [idOf(column), column]))
  const check: CheckSchema = (schema, name) => {
    refuseFileTwins(schema, name)
    parts.lacking.add(schema, name.slice(storage.root.length + 1))
    for (const column of schema) {
      const known = used.get(idOf(column))
      if (known && !isSame(known.type, valueTypeOf(column))) throw otherType(known, valueTypeOf(column), name)
    }
  }
  const fetched = parts.columns
    .filter(({ name, isPartition }) => parts.used.has(name) && !isPartition)
    .map((column) => plainField(column.name, typeToRead(column)))
  const wantedParts = storage.isRemote ? partsWithColumns(database, fetched, 'none') : undefined
  const { onRewritten } = parts
  const scanParts: ScanParts = { database, schemas, columns, mode: 'none', check, used: fetched, onRewritten }
  return scanFiles(scanParts, files, { identityOf, open: (file) => openFile(parts, file, wantedParts) }, only)
}

/** Fault `notFound` for the first file that is not there any more, or is not what it was; `only` at these positions. */
export async function checkParquetFiles(storage: Storage, files: readonly TakenFile[], only?: readonly number[]): Promise<void> {
  await eachFile(files, only, (file) => nameOfSame(storage, file))
}

function typeToRead({ type, stored }: FolderColumn): DeltaType {
  if (typeof type !== 'string') return type
  return stored ? typeToShow(stored, valueTypeOf) : { kind: 'void' } // A partition column whose every value is null.
}

const plainField = (name: string, type: DeltaType): DeltaField => {
  return { name, type, nullable: true, physicalName: name, fieldId: undefined, metadata: {} }
}

/** Without what an older offset may lack. */
const identityOf = ({ path, sizeBytes, modifiedMs }: TakenFile): unknown => ({ path, sizeBytes, modifiedMs })

async function openFile({ storage, partitions }: FolderScanParts, file: TakenFile, parts: WantedParts | undefined): Promise<OpenedFile> {
  const partitionValues = partitions.valuesOf(file.path)
  // A store over a network compares when it fetches.
  const name = file.etag === undefined ? await nameOfSame(storage, file) : `${storage.root}/${file.path}`
  const local = await storage.localFile(file.path, { sizeBytes: file.sizeBytes, ...(file.etag !== undefined && { etag: file.etag }), ...(parts && { parts }) }).catch(async (error: unknown) => {
    throw isFault(error) && error.code === 'notFound' && !error.message.includes('was changed') ? await gone(storage, name, error) : error
  })
  return { local, partitionValues, name }
}

/** A folder that is gone as a whole is told as that. */
async function gone(storage: Storage, name: string, cause?: unknown): Promise<Fault> {
  await refuseGone(storage, '')
  return new Fault('notFound', `${name} is not there any more, and this batch needs it: restore it, or start with a new checkpoint`, { cause })
}

async function nameOfSame(storage: Storage, file: TakenFile): Promise<string> {
  const now = await storage.stat(file.path)
  const name = `${storage.root}/${file.path}`
  if (!now) throw await gone(storage, name)
  if (now.sizeBytes !== file.sizeBytes || (file.etag === undefined ? now.modifiedMs !== file.modifiedMs : now.etag !== file.etag)) {
    throw new Fault('notFound', `${name} was changed after it had been listed for this batch, and what it held is not there any more: restore it; put new rows into new files, or start with a new checkpoint`)
  }
  return name
}
