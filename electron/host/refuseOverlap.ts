import { Fault } from '#shared/engine/fault.ts'
import type { QueryDefinition } from '#shared/pipeline/queryDefinition.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import type { Storage } from '../storage/storage.ts'

interface Place {
  readonly name: string
  readonly root: string
  /** Links followed. */
  readonly realRoot: string
}

/**
 * Gold and checkpoints must not lie inside silver, nor silver inside them: what is written would be read. Nor may a checkpoint and a gold table lie
 * in each other.
 */
export async function refuseOverlap({ silver, gold, checkpoints }: Pipeline, queries: readonly QueryDefinition[], openStorage: (uri: string) => Storage): Promise<void> {
  const placeOf = async (name: string, uri: string): Promise<Place> => {
    const storage = openStorage(uri)
    return { name, root: storage.root.replace(/\/+$/, ''), realRoot: (await storage.realRoot()).replace(/\/+$/, '') }
  }
  const [silverPlace, ...written] = [await placeOf('silver.uri', silver.uri), await placeOf('gold.uri', gold.uri), await placeOf('checkpoints.uri', checkpoints.uri)] as const
  for (const place of written) refuseInside(silverPlace, place)
  if (written[0].realRoot === written[1].realRoot) throw overlap(written[1], written[0])
  for (const { name } of queries) {
    const table = await placeOf(`the gold table ${name}`, `${gold.uri}/${name}`)
    for (const { checkpointFolder } of queries) refuseInside(table, await placeOf(`the checkpoint ${checkpointFolder}`, `${checkpoints.uri}/${checkpointFolder}`))
  }
}

function refuseInside(a: Place, b: Place): void {
  if (`${b.realRoot}/`.startsWith(`${a.realRoot}/`)) throw overlap(b, a)
  if (`${a.realRoot}/`.startsWith(`${b.realRoot}/`)) throw overlap(a, b)
}

function overlap(inner: Place, outer: Place): Fault {
  return new Fault('usage', `${inner.name} (${inner.root}) lies inside ${outer.name} (${outer.root}): give each a folder of its own`)
}
