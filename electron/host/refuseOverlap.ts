import { Fault } from '#shared/engine/fault.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import type { Storage } from '../storage/storage.ts'

/** Gold and checkpoints must not lie inside silver, nor silver inside them: what is written would be read. */
export function refuseOverlap(pipeline: Pipeline, openStorage: (uri: string) => Storage): void {
  const places = (['silver', 'gold', 'checkpoints'] as const).map((name) => ({ name, root: openStorage(pipeline[name].uri).root.replace(/\/+$/, '') }))
  for (const a of places) {
    for (const b of places) {
      if (a.name === b.name || (a.name !== 'silver' && b.name !== 'silver' && a.root !== b.root)) continue
      if (a.root === b.root || b.root.startsWith(`${a.root}/`)) throw new Fault('usage', `${b.name}.uri (${b.root}) lies inside ${a.name}.uri (${a.root}): give each a folder of its own`)
    }
  }
}
