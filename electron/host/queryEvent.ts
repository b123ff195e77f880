import type { Ahead, BatchRecord, Recording, Speed } from '#shared/contract/run.ts'
import type { S3Usage } from '#shared/contract/s3.ts'
import type { Progress } from './progress.ts'

/** What the outside hears of a query: plain data, posted from the worker. */
export type QueryEvent =
  /** How much there is to read, as far as is known. */
  | { readonly kind: 'planned'; readonly query: string; readonly files: number; readonly bytes: number }
  | { readonly kind: 'batch'; readonly query: string; readonly progress: Progress }
  /** Spark's StreamingQueryStatus. */
  | { readonly kind: 'status'; readonly query: string; readonly message: string; readonly isDataAvailable: boolean; readonly isTriggerActive: boolean }
  /** `file`: the file of silver that it is about. */
  | { readonly kind: 'warning'; readonly query: string; readonly message: string; readonly file?: string }
  /** The query came to its end: with a fault, or because there is nothing more to do. */
  | { readonly kind: 'ended'; readonly query: string; readonly fault: { readonly code: string; readonly message: string; readonly stack: string | undefined } | undefined }
  /** Of all queries: what S3 was asked for since the run began. Told only where S3 is used. */
  | { readonly kind: 'usage'; readonly query: ''; readonly usage: S3Usage }
  | WorkbenchEvent

/** What only a workbench asks for. Rows are Arrow streams in gold's columns; those that closed in a batch may come in several. */
export type WorkbenchEvent =
  /** The query stands where its last run left off: every window that ends by `closedMs` is in gold. */
  | { readonly kind: 'resumed'; readonly query: string; readonly watermarkMs: number; readonly closedMs: number }
  | { readonly kind: 'recording'; readonly query: string; readonly recording: Recording }
  | { readonly kind: 'ahead'; readonly query: string; readonly ahead: Ahead }
  | { readonly kind: 'record'; readonly query: string; readonly record: BatchRecord; readonly rows: readonly Uint8Array[] }
  | { readonly kind: 'open'; readonly query: string; readonly watermarkMs: number; readonly closedMs: number; readonly rows: Uint8Array }
  /** Of all queries: the pacer was told, or a step has come to its end. */
  | { readonly kind: 'pace'; readonly query: ''; readonly playing: boolean; readonly speed: Speed }
