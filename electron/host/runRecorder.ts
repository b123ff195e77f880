import { join } from 'node:path'
import { arrowStream } from '#shared/arrow/arrowStream.ts'
import type { QuerySpec } from '#shared/engine/querySpec.ts'
import type { EngineState } from '#shared/engine/state.ts'
import { openWindows, type WindowRows } from '#shared/engine/windows.ts'
import { goldStreamColumns } from './goldColumns.ts'
import { openJournal, type Journal } from './journal.ts'
import type { QueryEvent } from './queryEvent.ts'
import { mostLateGroups } from './batchRecord.ts'
import type { QueryRecorder } from './recorder.ts'
import { rowParts } from './rowParts.ts'

/** Open windows are told at most this often: the latest wins. What has closed is told at once. */
const openEveryMs = 200

/** Making them must not take more than a tenth of the time. */
const openShare = 10

/** A message holds 64 MB, and a row of gold some 150 bytes. */
const rowsOfMessage = 50_000

/** More open windows and keys than anybody looks at. */
const mostOpenRows = 100_000

export const journalFile = (folder: string, query: string): string => join(folder, `${query}.journal`)

/** Keeps a query's records in its journal, and publishes them with the rows that closed and the windows that are open. */
export function openRunRecorder(query: string, journalFolder: string, publish: (event: QueryEvent) => void): QueryRecorder & { close(): Promise<void> } {
  let journal: Promise<Journal> | undefined
  let latest: { readonly spec: QuerySpec; readonly state: EngineState } | undefined
  let timer: NodeJS.Timeout | undefined
  let toldMs = -Infinity
  let tookMs = 0
  let warned = false

  function warnOnce(message: string): void {
    if (!warned) publish({ kind: 'warning', query, message })
    warned = true
  }

  function tellOpen(): void {
    clearTimeout(timer)
    timer = undefined
    if (!latest) return
    const { spec, state } = latest
    toldMs = Date.now()
    const rows = openWindows(spec, state)
    const [shown = rows] = rowParts(rows, mostOpenRows)
    if (rows.length > mostOpenRows) warnOnce(`${query} has ${rows.length} open windows and keys, more than the workbench shows: the first ${mostOpenRows} are shown; gold will have all of them`)
    publish({ kind: 'open', query, watermarkMs: state.watermarkMs, closedMs: state.closedMs, rows: streamOf(spec, shown) })
    tookMs = Date.now() - toldMs
  }

  function soon(spec: QuerySpec, state: EngineState): void {
    latest = { spec, state }
    timer ??= setTimeout(tellOpen, Math.max(0, toldMs + Math.max(openEveryMs, openShare * tookMs) - Date.now()))
  }

  return {
    resumed(spec, state) {
      publish({ kind: 'resumed', query, watermarkMs: state.watermarkMs, closedMs: state.closedMs })
      latest = { spec, state }
      tellOpen()
    },
    async keep(record) {
      journal ??= openJournal(journalFile(journalFolder, query))
      await (await journal).append(record)
    },
    tell(record, spec, state, closed) {
      publish({ kind: 'record', query, record, rows: rowParts(closed, rowsOfMessage).map((part) => streamOf(spec, part)) })
      if (record.late.length === mostLateGroups) warnOnce(`${query} has more late rows than the workbench lists: of batch ${record.batchId} the first ${mostLateGroups} files and keys are listed; all are counted`)
      soon(spec, state)
    },
    async close() {
      if (timer) tellOpen()
      await (await journal)?.close()
    }
  }
}

const streamOf = (spec: QuerySpec, rows: WindowRows): Uint8Array => arrowStream(goldStreamColumns(spec, rows), rows.length)
