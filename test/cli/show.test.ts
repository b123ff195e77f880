import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openStorage } from '#electron/storage/openStorage.ts'
import { show } from '#electron/commands/show.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { textSink } from '#test/support/textSink.ts'
import { add, metaData, protocol, writeLog, writeParquet } from '../delta/handMade.ts'

const database = await openDatabase()
afterAll(() => database.close())

/** Minute of the first window's start, key, count, average altitude. */
type Phase = readonly [minute: number, phase: string | null, count: number, altitude: number | string | null]
/** Minute, key, rate, highest altitude. */
type Alert = readonly [minute: number, country: string | null, rate: number, highest: number | string | null]

const literal = (value: string | number | null) => (value === null ? 'NULL' : typeof value === 'number' ? String(value) : `'${value}'`)
const start = (minute: number) => `TIMESTAMPTZ '2026-01-23 12:00:00+00' + INTERVAL ${minute} MINUTE`

async function writeGold(folder: string, name: string, types: Readonly<Record<string, string>>, rows: readonly (readonly string[])[]): Promise<void> {
  const table = join(folder, name)
  const columns = Object.entries(types)
  const sqlTypes: Readonly<Record<string, string>> = { timestamp: 'TIMESTAMPTZ', string: 'VARCHAR', long: 'BIGINT', double: 'DOUBLE', date: 'DATE' }
  writeLog(table, [[protocol(), metaData(columns.map(([column, type]) => ({ name: column, type })))]])
  if (rows.length === 0) return
  const select = (cells: readonly string[]) => `SELECT ${columns.map(([column, type], i) => `CAST(${cells[i]} AS ${sqlTypes[type]}) AS ${column}`).join(', ')}`
  await writeParquet(database, table, 'a.parquet', rows.map(select).join(' UNION ALL '))
  writeLog(table, [[add('a.parquet')]], 1)
}

const writePhases = (folder: string, rows: readonly Phase[], key = 'string') =>
  writeGold(
    folder,
    'flight_phase_counts',
    { window_start: 'timestamp', window_end: 'timestamp', flight_phase: key, flight_count: 'long', avg_altitude: 'double' },
    rows.map(([minute, phase, count, altitude]) => [start(minute), start(minute + 1), literal(phase), String(count), literal(altitude)])
  )

const writeAlerts = (folder: string, rows: readonly Alert[]) =>
  writeGold(
    folder,
    'anomaly_alerts',
    { window_start: 'timestamp', window_end: 'timestamp', origin_country: 'string', anomaly_rate: 'double', max_altitude: 'double' },
    rows.map(([minute, country, rate, highest]) => [start(minute), start(minute + 5), literal(country), String(rate), literal(highest)])
  )

async function shown(folder: string, json = false): Promise<string> {
  const sink = textSink()
  await show({ gold: folder, json, openStorage }, sink.stream)
  return sink.text()
}

const shownJson = async (folder: string) => JSON.parse(await shown(folder, true)) as Record<string, Record<string, unknown>>

describe('contrail show', () => {
  test('is two tables for people, windows to the second and numbers rounded', async () => {
    const gold = temporaryFolder('show')
    await writePhases(gold, [[0, 'CRUISE', 24, 10688.20956], [1, 'CLIMB', 7, 5.25], [1, null, 1, null]])
    await writeAlerts(gold, [[0, 'Österreich', 0.3333333, 12950], [0, 'Malta', 0, 11000]])
    expect(await shown(gold)).toBe(
      `flight_phase_counts: 3 rows, latest windows
  window_start          window_end            flight_phase  flight_count  avg_altitude
  2026-01-23T12:01:00Z  2026-01-23T12:02:00Z  null                     1          null
  2026-01-23T12:01:00Z  2026-01-23T12:02:00Z  CLIMB                    7         5.250
  2026-01-23T12:00:00Z  2026-01-23T12:01:00Z  CRUISE                  24       10688.2
anomaly_alerts: 2 rows, highest anomaly rate
  window_start          window_end            origin_country  anomaly_rate  max_altitude
  2026-01-23T12:00:00Z  2026-01-23T12:05:00Z  Österreich             0.333         12950
`
    )
  })

  test('with --json is one line, with the values as the recordings write them', async () => {
    const gold = temporaryFolder('show')
    await writePhases(gold, [[0, null, 2, 'NaN'], [0, 'CRUISE', 3, 0.1]])
    await writeAlerts(gold, [[0, 'Malta', 2, 'Infinity'], [1, 'Peru', 1, null]])
    const text = await shown(gold, true)
    const window = (minute: number, minutes: number) => ({ window_start: `2026-01-23T12:0${minute}:00.000000Z`, window_end: `2026-01-23T12:0${minute + minutes}:00.000000Z` })
    expect(text.split('\n')).toEqual([expect.any(String), ''])
    expect(JSON.parse(text)).toEqual({
      flight_phase_counts: {
        rows: 2,
        latest: [
          { ...window(0, 1), flight_phase: null, flight_count: 2, avg_altitude: 'NaN' },
          { ...window(0, 1), flight_phase: 'CRUISE', flight_count: 3, avg_altitude: 0.1 }
        ]
      },
      anomaly_alerts: {
        rows: 2,
        highest: [
          { ...window(0, 5), origin_country: 'Malta', anomaly_rate: 2, max_altitude: 'Infinity' },
          { ...window(1, 5), origin_country: 'Peru', anomaly_rate: 1, max_altitude: null }
        ]
      }
    })
  })

  test('has the ten latest phase counts, newest window first, then by key', async () => {
    const gold = temporaryFolder('show')
    const rows = [0, 2, 1].flatMap((minute) => ['b', 'é', 'a', 'B', null].map((phase): Phase => [minute, phase, minute, 1]))
    await writePhases(gold, rows)
    const { flight_phase_counts: counts } = await shownJson(gold)
    expect([counts!.rows, (counts!.latest as { flight_count: number; flight_phase: string | null }[]).map((row) => [row.flight_count, row.flight_phase])]).toEqual([
      15,
      [2, 1].flatMap((minute) => [null, 'B', 'a', 'b', 'é'].map((phase) => [minute, phase]))
    ])
  })

  test('has the ten highest rates above zero, of equal ones the newer window first, then by key', async () => {
    const gold = temporaryFolder('show')
    await writeAlerts(gold, [[0, 'z', 0.5, 1], [1, 'b', 0.5, 1], [1, 'a', 0.5, 1], [1, null, 0.5, 1], [0, 'y', 1.5, 1], [0, 'x', 0, 1], ...[2, 3, 4, 5, 6, 7].map((minute): Alert => [minute, 'low', 0.1, 1])])
    const { anomaly_alerts: alerts } = await shownJson(gold)
    expect([alerts!.rows, (alerts!.highest as Record<string, unknown>[]).map((row) => [row.anomaly_rate, row.origin_country, String(row.window_start).slice(14, 16)])]).toEqual([
      12,
      [[1.5, 'y', '00'], [0.5, null, '01'], [0.5, 'a', '01'], [0.5, 'b', '01'], [0.5, 'z', '00'], ...['07', '06', '05', '04', '03'].map((minute) => [0.1, 'low', minute])]
    ])
  })

  test('of gold without rows says so', async () => {
    const gold = temporaryFolder('show')
    await writePhases(gold, [])
    await writeAlerts(gold, [])
    expect([await shown(gold), await shownJson(gold)]).toEqual(['flight_phase_counts: 0 rows\nanomaly_alerts: 0 rows\n', { flight_phase_counts: { rows: 0, latest: [] }, anomaly_alerts: { rows: 0, highest: [] } }])
  })

  test('of gold with one of the tables shows that one', async () => {
    const [one, other] = [temporaryFolder('show'), temporaryFolder('show')]
    await writePhases(one, [[0, 'CRUISE', 1, 1]])
    await writeAlerts(other, [[0, 'Malta', 0, 1]])
    expect([Object.keys(await shownJson(one)), Object.keys(await shownJson(other)), await shown(other)]).toEqual([['flight_phase_counts'], ['anomaly_alerts'], 'anomaly_alerts: 1 rows\n'])
  })

  test('tells dates as dates', async () => {
    const gold = temporaryFolder('show')
    await writePhases(gold, [[0, '2026-01-23', 1, 1]], 'date')
    expect([(await shownJson(gold)).flight_phase_counts!.latest, await shown(gold)]).toEqual([[expect.objectContaining({ flight_phase: '2026-01-23' })], expect.stringContaining(' 2026-01-23 ')])
  })

  test('is refused where there is no gold, or a table of that name is another one', async () => {
    const gold = temporaryFolder('show')
    await expect(shown(gold)).rejects.toThrow(`${gold} holds neither flight_phase_counts nor anomaly_alerts: give the folder that gold was written to`)
    await writeGold(gold, 'anomaly_alerts', { window_start: 'timestamp', origin_country: 'string' }, [])
    await expect(shown(gold)).rejects.toThrow(`${join(gold, 'anomaly_alerts')} has no column anomaly_rate, so it is not the gold table of that name: give the folder that gold was written to`)
  })

  test('is the same as a command', async () => {
    const gold = temporaryFolder('show')
    await writePhases(gold, [[0, 'CRUISE', 1, 1.5]])
    expect(await contrail(['show', '--gold', gold])).toEqual({ code: 0, signal: null, stdout: await shown(gold), stderr: '' })
    expect(await contrail(['show', '--json', '--gold', gold])).toEqual({ code: 0, signal: null, stdout: await shown(gold, true), stderr: '' })
  })
})
