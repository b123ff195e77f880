import type { DeltaField } from './schema.ts'

/** The actions of a Delta commit that Contrail uses (PROTOCOL.md, "Actions"). Unknown actions and fields are ignored, as the protocol asks. */
export type Action =
  | { readonly kind: 'protocol'; readonly protocol: Protocol }
  | { readonly kind: 'metaData'; readonly metaData: MetaData }
  | { readonly kind: 'add'; readonly add: AddFile }
  | { readonly kind: 'remove'; readonly remove: RemoveFile }
  | { readonly kind: 'txn'; readonly txn: Txn }
  | { readonly kind: 'commitInfo'; readonly commitInfo: CommitInfo }

export interface Protocol {
  readonly minReaderVersion: number
  readonly minWriterVersion: number
  readonly readerFeatures: readonly string[] | undefined
  readonly writerFeatures: readonly string[] | undefined
}

export interface MetaData {
  readonly id: string
  readonly schemaString: string
  /** `schemaString`, parsed. */
  readonly fields: readonly DeltaField[]
  readonly partitionColumns: readonly string[]
  readonly configuration: Readonly<Record<string, string>>
  readonly formatProvider: string
  readonly name: string | undefined
  readonly description: string | undefined
  readonly createdTime: number | undefined
}

export interface AddFile {
  /** Decoded once, relative to the table's root, or an absolute path or URI. */
  readonly path: string
  /** By physical column name. */
  readonly partitionValues: Readonly<Record<string, string | null>>
  readonly sizeBytes: number
  /** As the writer gave it; some foreign writers store seconds. */
  readonly modificationTime: number
  readonly dataChange: boolean
  readonly deletionVector: DeletionVectorDescriptor | undefined
  /** The statistics as the log holds them; undefined where a checkpoint has none, or where the reader was asked to leave them out. */
  readonly stats: string | undefined
}

export interface RemoveFile {
  readonly path: string
  readonly dataChange: boolean
  readonly deletionVector: DeletionVectorDescriptor | undefined
}

export interface DeletionVectorDescriptor {
  readonly storageType: 'u' | 'i' | 'p'
  readonly pathOrInlineDv: string
  readonly offset: number | undefined
  readonly sizeInBytes: number
  readonly cardinality: number
}

export interface Txn {
  readonly appId: string
  /** May exceed 2^53 in foreign logs. */
  readonly version: bigint
  readonly lastUpdated: number | undefined
}

export interface CommitInfo {
  readonly timestamp: number | undefined
  readonly inCommitTimestamp: number | undefined
  readonly operation: string | undefined
  readonly operationParameters: Readonly<Record<string, unknown>>
  readonly txnId: string | undefined
  /** Free text of the writer; Contrail's gold keeps its limits and the range of silver there, as JSON. */
  readonly userMetadata: string | undefined
}
