import { join } from 'node:path'
import type { Database } from '#electron/duckdb/database.ts'
import { outcomeOf } from './outcome.ts'

/** Replays of one silver table by the command line, a file a batch, each under a name of its own. */
export interface ReplayPlaces {
  readonly silver: string
  places(name: string): { readonly gold: string; readonly checkpoints: string }
  /** Arguments of the command line. */
  replay(name: string): string[]
  outcome(name: string, database: Database): Promise<Record<string, unknown>>
}

export function replayPlaces(folder: string): ReplayPlaces {
  const silver = join(folder, 'silver')
  const places = (name: string) => ({ gold: join(folder, name, 'gold'), checkpoints: join(folder, name, 'checkpoints') })
  return {
    silver,
    places,
    replay: (name) => ['replay', '--silver', silver, '--gold', places(name).gold, '--checkpoints', places(name).checkpoints, '--max-files-per-trigger', '1'],
    outcome: (name, database) => outcomeOf(places(name).gold, places(name).checkpoints, database)
  }
}
