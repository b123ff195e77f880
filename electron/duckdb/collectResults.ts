import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Native results are freed when V8 collects the small objects that hold them, and V8 does not know how large they are: a long run would pile up
 * hundreds of megabytes before it looks. The binding has no way to free a result by hand, so a collection is asked for once in a while.
 */
export function resultCollector(queriesBetween = 2): () => void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  let queries = 0
  return () => {
    queries += 1
    if (queries % queriesBetween === 0) collect()
  }
}
