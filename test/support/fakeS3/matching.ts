import type { Operation, SeenRequest } from './request.ts'

/** Which requests are meant; what is left out holds for all. */
export interface RequestMatch {
  readonly operation?: Operation | readonly Operation[]
  readonly bucket?: string
  /** A key, or a pattern that is found in one. For a listing, its prefix. */
  readonly key?: string | RegExp
  readonly where?: (request: SeenRequest) => boolean
  /** As many matches are let pass first. */
  readonly after?: number
}

/** Counts what matches, and says of each request whether it is meant: those behind the first `after`, `times` of them. */
export function startMatching(on: RequestMatch, times = Infinity): (request: SeenRequest) => boolean {
  const { after = 0 } = on
  let matched = 0
  return (request) => {
    if (!matches(on, request)) return false
    matched += 1
    return matched > after && matched <= after + times
  }
}

function matches({ operation, bucket, key, where }: RequestMatch, request: SeenRequest): boolean {
  const name = request.operation === 'ListObjectsV2' ? request.query.prefix ?? '' : request.key
  return (
    (operation === undefined || [operation].flat().includes(request.operation)) &&
    (bucket === undefined || bucket === request.bucket) &&
    (key === undefined || (typeof key === 'string' ? key === name : name.search(key) >= 0)) &&
    (where === undefined || where(request))
  )
}
