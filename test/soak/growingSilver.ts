import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '#electron/duckdb/database.ts'
import { checkpointReader } from '#electron/duckdb/readCheckpoint.ts'
import { writeLogCheckpoint } from '#electron/sink/writeLogCheckpoint.ts'
import type { Storage } from '#electron/storage/storage.ts'
import { silverMetaData } from '#test/support/observations.ts'
import { add, protocol, remove } from '#test/delta/handMade.ts'
import type { FakeS3 } from '#test/support/fakeS3/fakeS3.ts'

export interface GrowingSilver {
  /** One commit more. A file of it may be late by minutes, damaged for a while, or a rewrite of another one that changes no row. */
  grow(): Promise<void>
  readonly counts: { files: number; rows: number; damaged: number; rewrites: number; late: number }
}

export interface Growth {
  readonly server: FakeS3
  readonly bucket: string
  /** Of its keys. */
  readonly prefix: string
  readonly folder: string
  readonly database: Database
  /** The table, as it is written to. */
  readonly storage: Storage
  readonly random: () => number
  /** Called with a mend for what was damaged; it is to be called in a while. */
  readonly onDamaged: (mend: () => void) => void
}

/** A multiple of ten, which is when checkpoints are written. */
const versionsPerCheckpoint = 50
const rowsPerFile = 400
const secondsPerFile = 20
const startMs = Date.UTC(2026, 0, 23)

/** A Delta table in a bucket to which a commit is added each time. Its rows are the same for the same random numbers. */
export function openGrowingSilver({ server, bucket, prefix, folder, database, storage, random, onDamaged }: Growth): GrowingSilver {
  const counts = { files: 0, rows: 0, damaged: 0, rewrites: 0, late: 0 }
  let version = 0
  let last: { path: string; bytes: Uint8Array } | undefined

  function commit(...actions: readonly unknown[]): void {
    const lines = [{ commitInfo: { timestamp: startMs + version * 1000, operation: 'WRITE' } }, ...(version === 0 ? [protocol(), silverMetaData()] : []), ...actions]
    server.put(bucket, `${prefix}/_delta_log/${String(version).padStart(20, '0')}.json`, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    version += 1
  }

  async function write(): Promise<{ path: string; bytes: Uint8Array }> {
    const number = counts.files
    const isLate = random() < 0.08
    const fromMs = startMs + number * secondsPerFile * 1000 - (isLate ? Math.floor(random() * 900_000) : 0)
    const seed = Math.floor(random() * 1e9)
    const file = join(folder, 'next.parquet')
    // Whole numbers: their sums are the same in any order, as long as they are far from 2^53.
    await database.run(
      `COPY (SELECT make_timestamptz((${fromMs} + (hash(i + ${seed}) % ${secondsPerFile * 1000})::BIGINT - (CASE WHEN hash(i * 7 + ${seed}) % 25 = 0 THEN hash(i) % 400000 ELSE 0 END)::BIGINT) * 1000) AS event_timestamp, ['TAXI', 'CLIMB', 'CRUISE', 'DESCENT', 'APPROACH'][1 + (hash(i + 1 + ${seed}) % 5)::BIGINT] AS flight_phase, CASE WHEN i % 90 = 0 THEN NULL ELSE 'Country ' || (hash(i * 3 + ${seed}) % 40) END AS origin_country, (hash(i + 5 + ${seed}) % 14000)::DOUBLE - 500 AS altitude_meters, (hash(i + 9 + ${seed}) % 1100)::DOUBLE AS velocity_kmh FROM range(${rowsPerFile}) t(i)) TO '${file}' (FORMAT PARQUET)`
    )
    const bytes = readFileSync(file)
    rmSync(file)
    counts.files += 1
    counts.rows += rowsPerFile
    if (isLate) counts.late += 1
    return { path: `part-${String(number).padStart(6, '0')}.parquet`, bytes }
  }

  return {
    counts,
    async grow() {
      if (last && random() < 0.03) {
        // As OPTIMIZE does: another file with the same rows. A stream reads on as if nothing had happened.
        const path = `rewritten-${version}.parquet`
        server.put(bucket, `${prefix}/${path}`, last.bytes)
        commit(remove(last.path, { dataChange: false }), add(path, { dataChange: false, size: last.bytes.byteLength }))
        counts.rewrites += 1
        last = undefined
        return
      }
      const made = await write()
      if (random() < 0.01) {
        counts.damaged += 1
        server.put(bucket, `${prefix}/${made.path}`, made.bytes.subarray(0, Math.floor(made.bytes.byteLength / 2)))
        onDamaged(() => server.put(bucket, `${prefix}/${made.path}`, made.bytes))
      } else server.put(bucket, `${prefix}/${made.path}`, made.bytes)
      commit(add(made.path, { size: made.bytes.byteLength, modificationTime: startMs + version * 1000 }))
      last = made
      // As every writer does: without them a run that starts would read all commits there ever were.
      if (version % versionsPerCheckpoint === 1) await writeLogCheckpoint(storage, database, checkpointReader(database), version - 1)
    }
  }
}
