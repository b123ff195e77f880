import { join } from 'node:path'
import { arrowStream } from '#shared/arrow/arrowStream.ts'
import type { QuerySpec } from '#shared/engine/querySpec.ts'
import type { EngineState } from '#shared/engine/state.ts'
import { openWindows, type WindowRows } from '#shared/engine/windows.ts'
import { goldStreamColumns } from './goldColumns.ts'
import { openJournal, type Journal } from './journal.ts'
import type { QueryEvent } from './queryEvent.ts'
import type { QueryRecorder } from './recorder.ts'

/** Open windows are told at most this often: the latest wins. What has closed is told at once. */
const openEveryMs = 200

export const journalFile = (folder: string, query: string): string => join(folder, `${query}.journal`)

/** Keeps a query's records in its journal, and publishes them with the rows that closed and the windows that are open. */
export function openRunRecorder(query: string, journalFolder: string, publish: (event: QueryEvent) => void): QueryRecorder & { close(): Promise<void> } {
  let journal: Promise<Journal> | undefined
  let latest: { readonly spec: QuerySpec; readonly state: EngineState } | undefined
  let timer: NodeJS.Timeout | undefined
  let toldMs = -Infinity

  function tellOpen(): void {
    clearTimeout(timer)
    timer = undefined
    if (!latest) return
    const { spec, state } = latest
    toldMs = Date.now()
    publish({ kind: 'open', query, watermarkMs: state.watermarkMs, closedMs: state.closedMs, rows: streamOf(spec, openWindows(spec, state)) })
  }

  function soon(spec: QuerySpec, state: EngineState): void {
    latest = { spec, state }
    timer ??= setTimeout(tellOpen, Math.max(0, toldMs + openEveryMs - Date.now()))
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
      publish({ kind: 'record', query, record, rows: closed.length > 0 ? streamOf(spec, closed) : undefined })
      soon(spec, state)
    },
    async close() {
      if (timer) tellOpen()
      await (await journal)?.close()
    }
  }
}

const streamOf = (spec: QuerySpec, rows: WindowRows): Uint8Array => arrowStream(goldStreamColumns(spec, rows), rows.length)
