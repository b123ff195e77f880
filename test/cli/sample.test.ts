import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTableScan } from '#electron/delta/deltaTable.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import type { SqlValue } from '#electron/duckdb/queryResult.ts'
import { arrivals, makeSample } from '#electron/sample/makeSample.ts'
import { openLocalStore } from '#electron/storage/localStore.ts'
import { contrail, startContrail, until } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { readLines } from '#test/support/oracle.ts'

const database = await openDatabase()
afterAll(() => database.close())

const folder = temporaryFolder('sample')
const sample = (name: string) => join(folder, name)

async function make(name: string, shape: { minutes: number; rowsPerMinute: number; seed: number }): Promise<void> {
  await makeSample(openLocalStore(sample(name)), shape)
}

/** Rows of a query over a sample, `silver` being the table. */
async function query(name: string, sql: string): Promise<Record<string, SqlValue>[]> {
  const scan = await openTableScan(openLocalStore(sample(name)), {}, database)
  return (await database.query(`WITH silver AS (${scan.sql}) ${sql}`)).rows()
}

/** A number that is the same for the same rows, in any order. */
const fingerprint = async (name: string) => (await query(name, 'SELECT bit_xor(hash(silver))::VARCHAR AS print FROM silver'))[0]!.print

/** Data files in the order in which they arrived. */
const filesOf = (name: string): string[] =>
  readdirSync(join(sample(name), '_delta_log')).sort().flatMap((commit) => readLines(join(sample(name), '_delta_log', commit)).flatMap((action) => ('add' in action ? [(action.add as { path: string }).path] : [])))

beforeAll(async () => {
  await make('thirty', { minutes: 30, rowsPerMinute: 600, seed: 1 })
})

describe('A sample', () => {
  test('has the 22 columns of silver', async () => {
    const { columns } = await openTableScan(openLocalStore(sample('thirty')), {}, database)
    expect(columns.map(({ name, type }) => `${name} ${type.kind}`)).toEqual([
      'event_timestamp timestamp', 'icao24 string', 'callsign string', 'origin_country string', 'longitude double', 'latitude double', 'velocity_kmh double', 'altitude_meters double',
      'on_ground boolean', 'category integer', 'prev_altitude double', 'prev_velocity double', 'altitude_change double', 'velocity_change double', 'observation_rank integer',
      'airport_icao string', 'airport_name string', 'airport_country string', 'rolling_avg_altitude double', 'rolling_std_altitude double', 'rolling_avg_velocity double', 'flight_phase string'
    ])
  })

  test('of the same seed has the same rows, of another seed others', async () => {
    for (const [name, seed] of [['one', 1], ['again', 1], ['two', 2]] as const) await make(name, { minutes: 3, rowsPerMinute: 60, seed })
    const [one, again, two] = await Promise.all(['one', 'again', 'two'].map(fingerprint))
    expect([again === one, two === one]).toEqual([true, false])
  })

  test('has a file and a commit for each minute but two', async () => {
    const rows = await query('thirty', 'SELECT count(*) AS rows FROM silver')
    expect([filesOf('thirty').length, readdirSync(join(sample('thirty'), '_delta_log')).length, rows]).toEqual([28, 29, [{ rows: 28n * 600n }]])
  })

  test('has a gap of two minutes, and one file that arrives behind its successors', async () => {
    const minutes: number[] = []
    for (const file of filesOf('thirty')) {
      const [row] = (await database.query(`SELECT max(epoch_ms(event_timestamp)) AS newest FROM read_parquet('${join(sample('thirty'), file)}')`)).rows()
      minutes.push(Math.floor((Number(row!.newest) - Date.UTC(2026, 0, 23, 12)) / 60_000))
    }
    expect(minutes).toEqual(arrivals(30))
    expect([...minutes].sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, minute) => minute).filter((minute) => minute !== 18 && minute !== 19))
    expect(minutes.filter((minute, i) => minutes.slice(0, i).some((earlier) => earlier > minute))).toEqual([10])
  })

  test('has flights in all phases, late rows, nulls and anomalies, some of them together', async () => {
    await make('busy', { minutes: 30, rowsPerMinute: 6000, seed: 1 })
    const [row] = await query(
      'busy',
      `SELECT (SELECT list(DISTINCT flight_phase ORDER BY flight_phase) FROM silver WHERE flight_phase IS NOT NULL) AS phases,
        count(*) FILTER (altitude_meters > 12000) > 0 AS high, count(*) FILTER (altitude_meters < -100) > 0 AS low, count(*) FILTER (velocity_kmh > 1000) > 0 AS fast,
        count(*) FILTER (origin_country IS NULL) > 0 AS stateless, count(*) FILTER (altitude_meters IS NULL) > 0 AS unknown, count(DISTINCT origin_country) > 10 AS many
       FROM silver`
    )
    expect(row).toEqual({ phases: ['CLIMB', 'CRUISE', 'DESCENT', 'GROUND', 'TAKEOFF', 'TRANSITION'], high: true, low: true, fast: true, stateless: true, unknown: true, many: true })
    const cluster = await query('busy', "SELECT origin_country, count(*) FILTER (altitude_meters > 12000) / count(*) > 0.05 AS often FROM silver WHERE event_timestamp >= '2026-01-23 12:10:00+00' AND event_timestamp < '2026-01-23 12:14:00+00' AND origin_country IS NOT NULL GROUP BY 1 HAVING often")
    expect(cluster.map((line) => line.origin_country)).toContain('United Kingdom')
  })

  test('of one minute is a table too', async () => {
    await make('short', { minutes: 1, rowsPerMinute: 1, seed: 0 })
    expect(await query('short', 'SELECT count(*) AS rows FROM silver')).toEqual([{ rows: 1n }])
  })
})

describe('contrail sample', () => {
  test('says what it made, and check, replay and show can read it', async () => {
    const made = await contrail(['sample', 'cli', '--minutes', '20', '--rows-per-minute', '300', '--seed', '7'], { cwd: folder })
    expect(made).toEqual({ code: 0, signal: null, stdout: `5400 rows in 18 files written to ${sample('cli')}\n`, stderr: '' })
    const checked = await contrail(['check', '--silver', 'cli'], { cwd: folder })
    expect([checked.code, checked.stdout.split('\n').map((line) => line.slice(0, 1)).join('')]).toEqual([0, '✓✓✓✓✓'])
    expect(await contrail(['replay', '--silver', 'cli', '--gold', 'gold', '--checkpoints', 'checkpoints', '--max-files-per-trigger', '3'], { cwd: folder })).toMatchObject({ code: 0, stderr: '' })
    const { stdout } = await contrail(['show', '--gold', 'gold', '--json'], { cwd: folder })
    const shown = JSON.parse(stdout) as Record<string, { latest?: unknown[]; highest?: unknown[] }>
    expect([shown.flight_phase_counts!.latest!.length, shown.anomaly_alerts!.highest!.length]).toEqual([10, 10])
  })

  test.each([
    ['with a file', () => writeFileSync(sample('with a file/notes.txt'), '')],
    ['with a hidden file', () => writeFileSync(sample('with a hidden file/.hidden'), '')],
    ['with an empty log', () => mkdirSync(sample('with an empty log/_delta_log'))]
  ])('is refused in a folder %s', async (name, fill) => {
    mkdirSync(sample(name))
    fill()
    const before = readdirSync(sample(name))
    expect(await contrail(['sample', name], { cwd: folder })).toEqual({ code: 2, signal: null, stdout: '', stderr: `contrail: ${sample(name)} is not empty: give a folder that is empty or not there yet\n` })
    expect(readdirSync(sample(name))).toEqual(before)
  })

  test('takes an empty folder', async () => {
    mkdirSync(sample('empty'))
    expect(await contrail(['sample', 'empty', '--minutes', '1', '--rows-per-minute', '5'], { cwd: folder })).toMatchObject({ code: 0, stderr: '' })
  })

  test.each([
    ['SIGINT', { code: 130, signal: null, stdout: '', stderr: `contrail: interrupted: ${sample('half SIGINT')} holds no table yet: remove it before the next try\n` }],
    ['SIGTERM', { code: 130, signal: null, stdout: '', stderr: `contrail: interrupted: ${sample('half SIGTERM')} holds no table yet: remove it before the next try\n` }],
    ['SIGKILL', { code: null, signal: 'SIGKILL', stdout: '', stderr: '' }]
  ] as const)('that is ended half way by %s is no table, and not taken for one', async (signal, end) => {
    const name = `half ${signal}`
    const running = startContrail(['sample', name, '--minutes', '1000', '--rows-per-minute', '1000'], { cwd: folder })
    await until(() => (existsSync(sample(name)) && readdirSync(sample(name)).some((file) => file.endsWith('.parquet'))) || running.ended())
    running.child.kill(signal)
    expect(await running.finished).toEqual(end)
    const checked = await contrail(['check', '--silver', name], { cwd: folder })
    expect([checked.code, checked.stderr]).toEqual([1, expect.stringMatching(/^contrail: \[DELTA_SCHEMA_NOT_SET\] [^\n]+\n$/)])
    rmSync(sample(name), { recursive: true })
  })
})
