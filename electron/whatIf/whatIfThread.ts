import type { S3Usage } from '#shared/contract/s3.ts'
import type { S3Places } from '../storage/s3/s3Place.ts'
import { whatIfMethods, type RunWhatIf } from './runWhatIf.ts'

/** The index of a run as another thread has it: it opens its places by itself. */
export interface WhatIfThread extends RunWhatIf {
  /** Other credentials or servers, from the next request on. */
  setPlaces(places: S3Places): Promise<void>
  /** What S3 was asked for since the thread began; told only where it is used. */
  onUsage(listener: (usage: S3Usage) => void): () => void
}

export const threadMethods = [...whatIfMethods, 'setPlaces', 'onUsage'] as const satisfies readonly (keyof WhatIfThread)[]
