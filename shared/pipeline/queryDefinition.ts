import type { Output } from '#shared/engine/querySpec.ts'
import type { Micros, Millis } from '#shared/engine/time.ts'

/** A query by the names of its columns, before a table tells their types. */
export interface QueryDefinition {
  /** Name of the gold table and of the query in progress reports. */
  readonly name: string
  /** Folder of its checkpoint, as in the notebook. */
  readonly checkpointFolder: string
  readonly eventTime: string
  readonly key: string
  readonly windowUs: Micros
  readonly slideUs: Micros
  readonly watermarkDelayMs: Millis
  readonly outputs: readonly Output<string>[]
}
