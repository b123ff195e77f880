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
