import type { RunSummary } from '#shared/contract/run.ts'
import { bucketOf, isOnS3 } from '#renderer/format/place.ts'

type Places = Pick<RunSummary, 'silver' | 'gold' | 'checkpoints'>

/** Of its three places those on S3. */
export const s3PlacesOf = ({ silver, gold, checkpoints }: Places): string[] => [silver, gold, checkpoints].filter(isOnS3)

/** The place that a failure tells of, else the first one; undefined: none is on S3. */
export function placeToChange(run: Places & Pick<RunSummary, 'fault'>): string | undefined {
  const places = s3PlacesOf(run)
  const words = (run.fault?.message ?? '').split(/[^\w.-]+/)
  return places.find((place) => words.includes(bucketOf(place))) ?? places[0]
}

/** Whether the failure of a run on S3 may be mended by another connection: it is one of credentials, or of the way to the server. */
export const isOfConnection = (run: Places & Pick<RunSummary, 'fault'>): boolean => s3PlacesOf(run).length > 0 && run.fault !== undefined && ['access', 'unavailable'].includes(run.fault.code)
