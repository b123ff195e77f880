import { MultiBar, Presets } from 'cli-progress'
import { visibleText } from '#shared/engine/visibleText.ts'
import type { S3Usage } from '#shared/contract/s3.ts'
import { formatUsage } from './formatUsage.ts'
import type { Progress } from '../host/progress.ts'
import type { Display } from './runAndReport.ts'

/** What a query has done so far in this run. */
interface Tally {
  batches: number
  files: number
  rows: number
  windows: number
  lateRows: number
  rowsWithoutTime: number
  watermark: string
  eventTime: string
}

const noRows = { batches: 0, files: 0, rows: 0, windows: 0, lateRows: 0, rowsWithoutTime: 0 }
const emptyTally = (): Tally => ({ ...noRows, watermark: '', eventTime: '' })

/** A bar a query on a terminal, and a line a query at the end; warnings on standard error. */
export function replayDisplay(output: NodeJS.WriteStream): Display {
  const started = Date.now()
  const tallies = new Map<string, Tally>()
  const tallyOf = (query: string): Tally => tallies.get(query) ?? tallies.set(query, emptyTally()).get(query)!
  const bars = output.isTTY ? openBars(output.columns) : undefined
  const barOf = new Map<string, ReturnType<MultiBar['create']>>()
  let ended = false
  let usage: S3Usage | undefined
  const refresh = (query: string, tally: Tally) => {
    const seconds = Math.max(0.001, (Date.now() - started) / 1000)
    const { files, rows, windows, eventTime, watermark } = tally
    barOf.get(query)?.update(files, { rows: grouped(rows), rate: grouped(rows / seconds), windows: grouped(windows), eventTime: toSecond(eventTime), watermark: toSecond(watermark) })
  }
  return {
    event(event) {
      if (event.kind === 'planned' && bars) barOf.set(event.query, bars.create(event.files, 0, { query: event.query.padEnd(19), rows: 0, rate: 0, eventTime: '-', watermark: '-', windows: 0 }))
      if (event.kind === 'warning') process.stderr.write(`contrail: ${event.query}: ${visibleText(event.message)}\n`)
      if (event.kind === 'usage') usage = event.usage
      if (event.kind !== 'batch') return
      const tally = tallyOf(event.query)
      count(tally, event.progress)
      refresh(event.query, tally)
    },
    end(failed) {
      if (ended) return
      ended = true
      bars?.stop()
      const seconds = (Date.now() - started) / 1000
      for (const [query, tally] of tallies) output.write(`${query}: ${sumText(tally)}, ${seconds.toFixed(1)} s\n`)
      if (usage) output.write(`S3: ${formatUsage(usage)}\n`)
      if (tallies.size === 0 && !failed) output.write('nothing new to read\n')
    }
  }
}

/** Most important first: a narrow terminal cuts the rest. */
function openBars(columns: number): MultiBar {
  const format = '{query} [{bar}] {value}/{total} files, {rows} rows, {rate}/s | watermark {watermark} | event time {eventTime} | {windows} windows closed'
  return new MultiBar({ format, barsize: columns >= 160 ? 24 : 8, stream: process.stderr, hideCursor: true, emptyOnZero: true }, Presets.shades_grey)
}

const toSecond = (instant: string): string => (instant === '' ? '-' : instant.replace('T', ' ').slice(0, 19))

function count(tally: Tally, { numInputRows, stateOperators, contrail, eventTime }: Progress): void {
  tally.batches += 1
  tally.files += contrail.numInputFiles
  tally.rows += numInputRows
  tally.windows += stateOperators[0].numRowsRemoved
  tally.lateRows += contrail.lateRows
  tally.rowsWithoutTime += contrail.rowsWithoutTime
  tally.watermark = contrail.nextWatermark
  tally.eventTime = eventTime.max ?? tally.eventTime
}

function sumText({ batches, files, rows, windows, lateRows, rowsWithoutTime, watermark }: Tally): string {
  return [
    plural(batches, 'batch', 'batches'),
    plural(files, 'file', 'files'),
    plural(rows, 'row', 'rows'),
    plural(windows, 'row of gold', 'rows of gold'),
    ...(lateRows > 0 ? [plural(lateRows, 'late row', 'late rows')] : []),
    ...(rowsWithoutTime > 0 ? [plural(rowsWithoutTime, 'row without a time', 'rows without a time')] : []),
    `watermark ${watermark}`
  ].join(', ')
}

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const grouped = (value: number): string => numbers.format(value)
const plural = (value: number, one: string, many: string): string => `${grouped(value)} ${value === 1 ? one : many}`
