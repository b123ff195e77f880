import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Values that native results may hold before a collection is asked for: about 8 bytes each. */
const mostValues = 1_000_000

/** What a result holds at least, however few its rows: DuckDB allots vectors of 2,048 values. */
const leastValues = 2048 * 16

/** One collection in so many looks at all objects: some results are old by the time that they are done with. */
const youngCollections = 16

/**
 * Native results are freed when V8 collects the small objects that hold them, and V8 does not know how large they are: a long run would pile up
 * hundreds of megabytes before it looks. The binding has no way to free a result by hand, so a collection is asked for when they have become many.
 * One of all objects takes some 40 ms, more than many a query; where results are small, one of young objects finds nearly all and takes some 2 ms.
 * The function that is given takes the values of a result.
 */
export function resultCollector(): (values: number) => void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void
  let held = 0
  let inLargeResults = 0
  let young = 0
  return (values) => {
    held += Math.max(leastValues, values)
    if (values > leastValues) inLargeResults += values
    if (held < mostValues) return
    if (inLargeResults > mostValues / 2 || young === youngCollections) {
      collect()
      young = 0
    } else {
      collect({ type: 'minor' })
      young += 1
    }
    held = 0
    inLargeResults = 0
  }
}
