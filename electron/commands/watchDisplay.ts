import { visibleText } from '#shared/engine/visibleText.ts'
import type { S3Usage } from '#shared/contract/s3.ts'
import { formatUsage } from './formatUsage.ts'
import type { Progress } from '../host/progress.ts'
import type { Display } from './runAndReport.ts'

const statusEveryMs = 30_000

interface QueryStatus {
  message: string
  batches: number
  rows: number
  last: Progress | undefined
}

/** The notebook's loop: the status of both queries, at once and then every 30 seconds. */
export function watchDisplay(output: NodeJS.WriteStream): Display {
  const queries = new Map<string, QueryStatus>()
  const statusOf = (query: string): QueryStatus => queries.get(query) ?? queries.set(query, { message: 'Initializing sources', batches: 0, rows: 0, last: undefined }).get(query)!
  let usage: S3Usage | undefined
  const print = () => {
    for (const [query, status] of queries) output.write(`${new Date().toISOString()} ${query}: ${status.message}; ${describe(status)}\n`)
    if (usage) output.write(`${new Date().toISOString()} S3: ${formatUsage(usage)}\n`)
  }
  const timer = setInterval(print, statusEveryMs)
  let first = true
  let ended = false
  return {
    event(event) {
      if (event.kind === 'usage') return void (usage = event.usage)
      const status = statusOf(event.query)
      if (event.kind === 'status') status.message = event.message
      if (event.kind === 'warning') process.stderr.write(`contrail: ${event.query}: ${visibleText(event.message)}\n`)
      if (event.kind === 'ended' && event.fault !== undefined) {
        status.message = 'Terminated with exception'
        // The other query goes on: this one must not end unheard.
        if (event.fault.code !== 'interrupted') process.stderr.write(`contrail: ${event.query}: ${visibleText(event.fault.message)}\n`)
      }
      if (event.kind === 'batch') {
        status.batches += 1
        status.rows += event.progress.numInputRows
        status.last = event.progress
        status.message = 'Waiting for next trigger'
      }
      if (first && [...queries.values()].some(({ batches }) => batches > 0)) {
        first = false
        print()
      }
    },
    end() {
      if (ended) return
      ended = true
      clearInterval(timer)
      print()
    }
  }
}

function describe({ batches, rows, last }: QueryStatus): string {
  if (!last) return 'no batch yet'
  const [{ numRowsTotal }] = last.stateOperators
  return `batch ${last.batchId} done (${batches} in this run), ${rows} rows read, ${numRowsTotal} windows open, watermark ${last.contrail.nextWatermark}`
}
