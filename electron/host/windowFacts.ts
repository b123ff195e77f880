import type { ClosedBy, FileFacts, LateRows, PaneFacts, WindowFacts, WindowQuestion } from '#shared/contract/silver.ts'
import { micros, microsToMillis, millisOf } from '#shared/engine/time.ts'
import { eventTimeSql, floorDivSql } from '#shared/query/partialsSql.ts'
import { withScan } from '../duckdb/scan.ts'
import type { SqlValue } from '../duckdb/queryResult.ts'
import { positionsBut } from './readBatch.ts'
import { openSilverQueries, windowOf, withSilverRows, type SilverParts, type SilverQuery } from './silverBatches.ts'
import { isLateSql } from './silverRows.ts'

const mostGroups = 1000

/** Late rows are counted by delay in parts of so much, the last of which holds all that are later. */
const partMs = 15_000
const mostParts = 400

/** What a window is made of, from the rows that the batches of its query have read. */
export async function readWindowFacts(parts: SilverParts, silverOf: ReturnType<typeof openSilverQueries>, { query, startMs }: WindowQuestion): Promise<WindowFacts> {
  const silver = await silverOf(query)
  const batches = silver.batches.length
  const window = windowOf(silver, startMs)
  const rows = async (sql: string) => (await parts.database.query(sql)).rows()
  const facts = await withSilverRows(parts, silver, { query, window, key: undefined, limits: null, columns: [] }, async (table) => {
    const late = `(dropped OR ${isLateSql})`
    const [sums] = await rows(`SELECT ${count('NOT dropped')} AS counted, ${count("NOT dropped AND crosses <> ''")} AS crossing, ${count('dropped')} AS dropped, ${count(late)} AS late, ${count(`${late} AND other_dropped`)} AS other, max(delay) FILTER (${late}) AS longest FROM ${table}`)
    const panes = await rows(`SELECT ${floorDivSql('us', silver.recorded.query.spec.window.pane)} AS pane, ${count('NOT dropped')} AS counted, ${count(isLateSql)} AS late, ${count("NOT dropped AND crosses <> ''")} AS crossing, ${count('dropped')} AS dropped FROM ${table} GROUP BY pane ORDER BY pane`)
    const files = await rows(`SELECT file, batch, ${count(`NOT ${late}`)} AS on_time, ${count(isLateSql)} AS late, ${count('dropped')} AS dropped FROM ${table} GROUP BY batch, file`)
    const pane = `(${floorDivSql('us', silver.recorded.query.spec.window.pane)})`
    const grouped = `SELECT file, ${pane} AS pane, key, dropped, other_dropped, count(*)::DOUBLE AS rows, coalesce(max(delay), 0) AS delay FROM ${table} WHERE ${late} GROUP BY ALL`
    const groups = await rows(`${grouped} ORDER BY delay DESC, file, pane, key NULLS FIRST LIMIT ${mostGroups}`)
    const [ofGroups] = await rows(`SELECT count(*)::DOUBLE AS n FROM (${grouped})`)
    const delays = await rows(`SELECT least(greatest(floor(coalesce(delay, 0) / ${partMs}), 0), ${mostParts - 1})::INTEGER AS part, count(*)::DOUBLE AS rows, ${count('dropped OR coalesce(other_dropped, false)')} AS dropped FROM ${table} WHERE ${late} GROUP BY part ORDER BY part`)
    const paneMs = (value: SqlValue | undefined) => millisOf(BigInt(value as bigint) * silver.recorded.query.spec.window.pane)
    return {
      counted: number(sums?.counted),
      crossing: number(sums?.crossing),
      dropped: number(sums?.dropped),
      late: number(sums?.late),
      droppedByOther: number(sums?.other),
      longestDelayMs: sums?.longest === null || sums?.longest === undefined ? null : number(sums.longest),
      panes: panes.map(({ pane: at, counted, late: own, crossing, dropped }): PaneFacts => ({ startMs: paneMs(at), counted: number(counted), late: number(own), crossing: number(crossing), dropped: number(dropped) })),
      files: files.map(({ file, batch, on_time, late: own, dropped }): FileFacts => ({ path: String(file), batchId: number(batch), onTime: number(on_time), lateCounted: number(own), dropped: number(dropped) })).sort(byReading(silver)),
      groups: groups.map(({ file, pane: at, key, dropped, other_dropped, rows: own, delay }): LateRows => ({ file: String(file), paneMs: paneMs(at), key: key === null ? null : String(key), rows: number(own), delayMs: number(delay), here: dropped === true ? 'dropped' : 'counted', other: other_dropped === null ? '' : other_dropped === true ? 'dropped' : 'counted' })),
      ofGroups: number(ofGroups?.n),
      delays: { partMs, rows: byPart(delays, 'rows'), droppedByAny: byPart(delays, 'dropped') }
    }
  })
  return { batches, ...facts, closedBy: await closedBy(parts, silver, window.endUs) }
}

const count = (where: string): string => `(count(*) FILTER (${where}))::DOUBLE`

const number = (value: SqlValue | undefined): number => Number(value ?? 0)

function byPart(rows: readonly Record<string, SqlValue>[], column: string): number[] {
  const counts = new Array<number>(rows.reduce((most, { part }) => Math.max(most, number(part) + 1), 0)).fill(0)
  for (const row of rows) counts[number(row.part)] = number(row[column])
  return counts
}

/** By batch, then as the batch lists them. */
function byReading({ records }: SilverQuery): (a: FileFacts, b: FileFacts) => number {
  const places = new Map([...records].flatMap(([batchId, { files }]) => files.map(({ path }, i) => [`${batchId} ${path}`, i] as const)))
  const place = ({ batchId, path }: FileFacts) => places.get(`${batchId} ${path}`) ?? 0
  return (a, b) => a.batchId - b.batchId || place(a) - place(b)
}

/** SPEC E1: a batch closes what the batch before it has moved the watermark past. */
async function closedBy(parts: SilverParts, silver: SilverQuery, endUs: bigint): Promise<ClosedBy | null> {
  const { batches } = silver
  const at = batches.findIndex(({ watermarkMs }) => BigInt(watermarkMs) * 1000n >= endUs)
  const reading = batches[at - 1]
  if (!reading) return null
  const neededMs = Math.ceil(Number(endUs) / 1000) + reading.settings.watermarkDelayMs
  const found = await fileWith(parts, silver, reading, neededMs).catch(() => undefined) // Gone, or not to be read any more.
  return { readBy: reading.batchId, writtenBy: batches[at]!.batchId, file: found?.path ?? null, eventMs: found?.maxMs ?? null }
}

/** The first file of a batch with an event at or after a time. */
async function fileWith({ database }: SilverParts, { recorded, records }: SilverQuery, { batchId, range, setAside }: SilverQuery['batches'][number], neededMs: number): Promise<{ path: string; maxMs: number } | undefined> {
  const files = await recorded.stream.files(range)
  const known = records.get(batchId)?.files
  for (const position of positionsBut(files, setAside) ?? files.keys()) {
    // The journal has times to the pane: to its end.
    const newest = known?.length === files.length ? known[position]!.maxEventMs : Infinity
    if (newest === null || newest < neededMs) continue
    for (const scan of await recorded.stream.scans(range, [position])) {
      const [row] = (await withScan(scan, (sql) => database.query(eventTimeSql(recorded.query.eventTime, sql)))).rows()
      const maxMs = row?.high === null || row?.high === undefined ? -Infinity : microsToMillis(micros(row.high as bigint))
      if (maxMs >= neededMs) return { path: files[position]!.path, maxMs }
    }
  }
  return undefined
}
