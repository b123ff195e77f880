import { join } from 'node:path'
import { expect } from 'vitest'
import type { Database } from '#electron/duckdb/database.ts'
import { contrail } from './contrail.ts'
import { outcomeOf } from './outcome.ts'

/** Replays of one silver table by the command line, a file a batch, each under a name of its own. */
export interface ReplayPlaces {
  readonly silver: string
  places(name: string): { readonly gold: string; readonly checkpoints: string }
  /** Arguments of the command line. */
  replay(name: string): string[]
  outcome(name: string, database: Database): Promise<Record<string, unknown>>
  /** Makes the silver table, and a replay of it that nothing disturbs: what it left, and how long it took. */
  undisturbed(sample: { readonly minutes: number; readonly rowsPerMinute: number }, database: Database): Promise<Undisturbed>
}

export interface Undisturbed {
  readonly outcome: Record<string, unknown>
  readonly tookMs: number
}

export function replayPlaces(folder: string): ReplayPlaces {
  const silver = join(folder, 'silver')
  const places = (name: string) => ({ gold: join(folder, name, 'gold'), checkpoints: join(folder, name, 'checkpoints') })
  const replay = (name: string) => ['replay', '--silver', silver, '--gold', places(name).gold, '--checkpoints', places(name).checkpoints, '--max-files-per-trigger', '1']
  const outcome = (name: string, database: Database) => outcomeOf(places(name).gold, places(name).checkpoints, database)
  return {
    silver,
    places,
    replay,
    outcome,
    async undisturbed({ minutes, rowsPerMinute }, database) {
      expect(await contrail(['sample', silver, '--minutes', String(minutes), '--rows-per-minute', String(rowsPerMinute)])).toMatchObject({ code: 0 })
      const started = performance.now()
      expect(await contrail(replay('undisturbed'))).toMatchObject({ code: 0, stderr: '' })
      const tookMs = performance.now() - started
      return { outcome: await outcome('undisturbed', database), tookMs }
    }
  }
}
