import { useEffect, useMemo, useRef, useState } from 'react'
import { readStream, type StreamColumn } from '#shared/arrow/readStream.ts'
import type { SilverQuestion, SilverRows } from '#shared/contract/silver.ts'
import { Grid } from '#renderer/grid/Grid.tsx'
import type { GridQuery } from '#renderer/grid/gridRows.ts'
import { useSession, useView } from '#renderer/store/session.ts'
import { onShowRows } from './openShowRows.ts'
import { rowColumns } from './rowColumns.ts'
import { countWords, subjectWords } from './rowWords.ts'
import './showRows.css'

/** The rows of silver behind whatever number was asked for; nothing until then. There is one in a workbench. */
export function ShowRows() {
  const [question, setQuestion] = useState<SilverQuestion | null>(null)
  useEffect(() => onShowRows(setQuestion), [])
  return question && <RowsDialog question={question} onClose={() => setQuestion(null)} />
}

interface Answer {
  readonly counts: Pick<SilverRows, 'counted' | 'crossing' | 'dropped' | 'given' | 'of'>
  readonly columns: readonly Pick<StreamColumn, 'name' | 'type'>[]
}

function RowsDialog({ question, onClose }: { readonly question: SilverQuestion; readonly onClose: () => void }) {
  const { host, run, tables } = useSession()
  const zone = useView((state) => state.zone)
  const dialog = useRef<HTMLDialogElement>(null)
  const [answer, setAnswer] = useState<Answer | null>(null)
  const [fault, setFault] = useState<string | null>(null)
  const [attempt, setAttempt] = useState(0)
  const sizeMs = (run.run?.queries[question.query]?.sizeUs ?? 60_000_000) / 1000

  useEffect(() => {
    const before = document.activeElement
    dialog.current?.showModal()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])

  useEffect(() => {
    let gone = false
    const runId = run.run?.id
    setFault(null)
    setAnswer(null)
    const load = async () => {
      if (runId === undefined) return
      const { rows, ...counts } = await host.silverRows(runId, question)
      if (gone) return
      await tables.putSilver(rows)
      if (!gone) setAnswer({ counts, columns: readStream(rows[0]!).columns.map(({ name, type }) => ({ name, type })) })
    }
    load().catch((error: unknown) => !gone && setFault(error instanceof Error ? error.message : String(error)))
    return () => {
      gone = true
      void tables.putSilver(null).catch(() => undefined)
    }
  }, [host, run, tables, question, attempt])

  return (
    <dialog ref={dialog} className="dialog show-rows" aria-label="Show rows" onClose={onClose}>
      <header className="show-rows-header">
        <div>
          <h2>{subjectWords(question, sizeMs, zone)}</h2>
          <p role="status">{answer ? countWords(answer.counts) : fault === null ? 'Reading the files…' : ''}</p>
        </div>
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      {fault !== null && (
        <div className="show-rows-fault">
          <p role="alert">{fault}</p>
          <button type="button" className="button" onClick={() => setAttempt(attempt + 1)}>
            Try again
          </button>
        </div>
      )}
      <div className="show-rows-grid">{answer && <RowsGrid columns={answer.columns} />}</div>
    </dialog>
  )
}

/** As they came: crossing rows first. */
const asTheyCame: GridQuery['sort'] = { column: 'seq', descending: false }

function RowsGrid({ columns }: Pick<Answer, 'columns'>) {
  const { run, tables } = useSession()
  const [filter, setFilter] = useState('')
  const [sort, setSort] = useState<GridQuery['sort']>(null)
  const shown = useMemo(() => rowColumns(columns), [columns])
  const limits = run.run?.limits
  const context = useMemo(() => ({ limits: limits ?? { altitudeMin: -Infinity, altitudeMax: Infinity, velocityMin: -Infinity, velocityMax: Infinity } }), [limits])
  return (
    <>
      <input className="field show-rows-filter" type="search" aria-label="Filter these rows" placeholder="Filter rows" title="Words, or comparisons such as altitude_meters > 12000, late = dropped" spellCheck={false} value={filter} onChange={({ target }) => setFilter(target.value)} />
      <Grid tables={tables} table="silver_rows" name="silver" label="Rows" columns={shown} filter={filter} sort={sort ?? asTheyCame} empty="0 rows: the batches of this run have read none of it." context={context} isMarked={isMarked} onSort={setSort} onSelect={() => undefined} />
    </>
  )
}

const isMarked = () => false
