import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Values that native results may hold before a collection is asked for: about 8 bytes each. */
const mostValues = 1_000_000

/** What a result holds at least, however few its rows: DuckDB allots vectors of 2,048 values. */
const leastValues = 2048 * 16

/**
 * Native results are freed when V8 collects the small objects that hold them, and V8 does not know how large they are: a long run would pile up
 * hundreds of megabytes before it looks. The binding has no way to free a result by hand, so a collection is asked for when they have become many.
 * A collection takes some 40 ms: after every query it would cost more than a small query does. The function that is given takes the values of a result.
 */
export function resultCollector(): (values: number) => void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  let held = 0
  return (values) => {
    held += Math.max(leastValues, values)
    if (held < mostValues) return
    held = 0
    collect()
  }
}
