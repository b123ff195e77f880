import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '#electron/duckdb/database.ts'
import { cruising, writeObservations } from './observations.ts'

/** When the stories of plain folders play. */
export const now = Date.UTC(2026, 0, 23, 13)
export const minutesAgo = (minutes: number): Date => new Date(now - minutes * 60_000)

/** Lets a file look written so many minutes ago. */
export const touch = (folder: string, path: string, minutes: number): void => utimesSync(join(folder, path), minutesAgo(minutes), minutesAgo(minutes))

/** A whole file with a row at `time`, written so many minutes ago. */
export async function placeFile(database: Database, folder: string, path: string, minutes: number, time = '12:00'): Promise<void> {
  await writeObservations(database, folder, path, cruising(time))
  touch(folder, path, minutes)
}

/** The files that an offset of a plain folder lists. */
export const namesOf = (offset: string): string[] => (JSON.parse(offset) as { files: { path: string }[] }).files.map(({ path }) => path)
