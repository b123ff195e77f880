import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { resultColumns, rowsAsText } from '#test/support/rowsAsText.ts'

let database: Database
let folder: string
let pipeline: string
beforeAll(async () => {
  database = await openDatabase()
  folder = temporaryFolder('cli-what-if')
  pipeline = join(folder, 'pipeline.json')
  writeFileSync(pipeline, JSON.stringify({ silver: { uri: 'silver', maxFilesPerTrigger: 2 }, gold: { uri: 'gold' }, checkpoints: { uri: 'checkpoints' } }))
  expect(await contrail(['sample', join(folder, 'silver'), '--minutes', '20', '--rows-per-minute', '300'])).toMatchObject({ code: 0 })
}, 120_000)
afterAll(() => database.close())

const limits = ['--altitude-max', '10668', '--altitude-min', '\u2212250', '--velocity-max', '870.5']

const rowsOf = async (file: string) => {
  const result = await database.query(`SELECT * FROM read_parquet('${file}')`)
  return rowsAsText(result.names, resultColumns(result))
}

describe('contrail what-if', () => {
  test('before anything was replayed it says what to do', async () => {
    expect(await contrail(['what-if', '--pipeline', pipeline, ...limits])).toMatchObject({ code: 1, stdout: '', stderr: `contrail: ${join(folder, 'gold/anomaly_alerts')} holds no batch of this pipeline: replay it first, then ask what other limits would have given\n` })
  })

  test('writes what contrail replay with those limits writes, and prints current against proposed', async () => {
    expect(await contrail(['replay', '--pipeline', pipeline])).toMatchObject({ code: 0 })
    const asked = join(folder, 'asked.parquet')
    const { code, stdout } = await contrail(['what-if', '--pipeline', pipeline, ...limits, '--to', asked])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^anomaly_alerts: 13 closed windows, 2026-01-23T11:56:00Z to 2026-01-23T12:13:00Z, \d+ rows of gold, with this run's arrival order and late drops\n/)
    expect(stdout).toMatch(/altitude maximum, m +12,000 +10,668 +\u22121,332\n/)
    expect(stdout).toMatch(/alerts: \d+ kept, \d+ of them with other counts; \d+ gained, \d+ lost\n\d+ rows written to .*asked\.parquet\n$/)
    const other = ['--gold', join(folder, 'gold2'), '--checkpoints', join(folder, 'checkpoints2')]
    expect(await contrail(['replay', '--pipeline', pipeline, ...limits, ...other])).toMatchObject({ code: 0 })
    const replayed = join(folder, 'replayed.parquet')
    expect(await contrail(['export', '--table', join(folder, 'gold2/anomaly_alerts'), '--to', replayed])).toMatchObject({ code: 0 })
    expect(await rowsOf(asked)).toEqual(await rowsOf(replayed))
    const json = JSON.parse((await contrail(['what-if', '--pipeline', pipeline, ...limits, '--json'])).stdout) as Record<'current' | 'proposed', { alerts: number; altitude_anomalies: number }>
    const now = JSON.parse((await contrail(['what-if', '--pipeline', pipeline, ...other, '--json'])).stdout) as typeof json
    expect(json.proposed).toMatchObject({ alerts: now.current.alerts, altitude_anomalies: now.current.altitude_anomalies })
    expect(json.current.alerts).not.toBe(json.proposed.alerts)
  })

  test('a file that is there, an ending that says no format and crossed limits are refused', async () => {
    const asked = join(folder, 'asked.parquet')
    expect(await contrail(['what-if', '--pipeline', pipeline, '--to', asked])).toMatchObject({ code: 2, stderr: expect.stringContaining('add --force to replace it') as string })
    expect(await contrail(['what-if', '--pipeline', pipeline, '--to', asked, '--force'])).toMatchObject({ code: 0 })
    expect(await contrail(['what-if', '--pipeline', pipeline, '--to', join(folder, 'asked.txt')])).toMatchObject({ code: 2, stderr: expect.stringContaining('end it with .parquet, .csv or .arrow') as string })
    expect(await contrail(['what-if', '--pipeline', pipeline, '--altitude-min', '13000'])).toMatchObject({ code: 2, stderr: expect.stringContaining('altitudeMin (13000) is above altitudeMax (12000)') as string })
    expect(existsSync(join(folder, 'asked.txt'))).toBe(false)
  })

  test('silver that is not what it was is found out, and nothing is written', async () => {
    const other = temporaryFolder('cli-what-if-other')
    expect(await contrail(['sample', join(other, 'silver'), '--minutes', '20', '--rows-per-minute', '300', '--seed', '2'])).toMatchObject({ code: 0 })
    const asked = join(other, 'asked.parquet')
    const answer = await contrail(['what-if', '--pipeline', pipeline, '--silver', join(other, 'silver'), '--to', asked])
    expect(answer).toMatchObject({ code: 1, stdout: '' })
    expect(answer.stderr).toMatch(/^contrail: \[DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE\] .*\n$/)
    expect(existsSync(asked)).toBe(false)
  })
})
