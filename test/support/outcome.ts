import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '#electron/duckdb/database.ts'
import { goldRows } from './compareScenario.ts'
import { queryNames } from './oracle.ts'

/** All that a pipeline leaves behind, without what differs from run to run (ids, times, file names). */
export async function outcomeOf(gold: string, checkpoints: string, database: Database): Promise<Record<string, unknown>> {
  const outcome: Record<string, unknown> = {}
  for (const names of Object.values(queryNames)) {
    const table = join(gold, names.gold)
    if (!existsSync(table)) continue
    outcome[names.gold] = (await goldRows(table, database)).map((row) => JSON.stringify(row)).sort()
    for (const kind of ['offsets', 'commits']) outcome[`${names.checkpoint}/${kind}`] = logOf(join(checkpoints, names.checkpoint, kind))
  }
  return outcome
}

function logOf(folder: string): Record<string, unknown> {
  const names = readdirSync(folder).filter((name) => /^\d+$/.test(name))
  return Object.fromEntries(
    names.sort((a, b) => Number(a) - Number(b)).map((name) => {
      const [version, metadata, ...source] = readFileSync(join(folder, name), 'utf8').split('\n')
      const { batchTimestampMs: _time, ...rest } = JSON.parse(metadata!) as Record<string, unknown>
      return [name, { version, ...rest, source }]
    })
  )
}
