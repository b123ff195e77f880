import { memo, useEffect, useMemo, useRef, useState } from 'react'
import { resultRow } from '#renderer/duckdb/sqlResult.ts'
import { mostRows, type Outcome, type ShownResult } from '#renderer/duckdb/sqlConsole.ts'
import type { GridTables, RunTables } from '#renderer/duckdb/tables.ts'
import { formatCount } from '#renderer/format/format.ts'
import { Grid, type GridHandle } from '#renderer/grid/Grid.tsx'
import type { GridQuery } from '#renderer/grid/gridRows.ts'
import { useSession } from '#renderer/store/session.ts'
import { Icon } from '#renderer/theme/Icon.tsx'
import { onCommand } from '../commands.ts'
import { ExportDialog } from '../Dock/ExportDialog.tsx'
import { isNumber, resultColumns, totalText } from './resultColumns.ts'
import { tookText } from './words.ts'

const own = { column: resultRow, descending: false } as const

const noLimits = { limits: { altitudeMin: -Infinity, altitudeMax: Infinity, velocityMin: -Infinity, velocityMax: Infinity } }

const isMarked = () => false

interface ResultProps {
  readonly outcome: Outcome | undefined
  readonly result: ShownResult | null
  /** Of the tab: names an exported file. */
  readonly name: string
  readonly sort: GridQuery['sort']
  readonly onSort: (sort: GridQuery['sort']) => void
  /** A row of the answer; -1: none. */
  readonly onMark: (row: number) => void
}

/** What a statement gave, or why it gave nothing; then the rows of the one before stay. */
export const Result = memo(function Result({ outcome, result, name, sort, onSort, onMark }: ResultProps) {
  const { tables } = useSession()
  const [exporting, setExporting] = useState(false)
  const grid = useRef<GridHandle>(null)
  const source = useMemo(() => result && resultTables(tables, result), [tables, result])
  const columns = useMemo(() => (result ? resultColumns(result.columns) : []), [result])
  const totals = useMemo(() => (result ? totalsOf(result) : undefined), [result])
  const isPlan = result !== null && isPlanOf(result)

  useEffect(() => {
    if (!result) return
    const hear = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'e' || event.defaultPrevented) return
      event.preventDefault()
      setExporting(true)
    }
    const stop = onCommand((id) => id === 'export' && setExporting(true))
    window.addEventListener('keydown', hear)
    return () => {
      window.removeEventListener('keydown', hear)
      stop()
    }
  }, [result])

  const failed = outcome && outcome.kind !== 'rows'
  return (
    <section className="sql-result" aria-label="Result">
      {failed && (
        <p className="sql-fault" role="alert">
          <Icon name={outcome.kind === 'cancelled' ? 'close' : 'cross'} size={14} />
          <span>
            {outcomeText(outcome)}
            {result && <span className="hint"> Below: the rows of the statement before.</span>}
          </span>
        </p>
      )}
      {!result && <p className="sql-empty">{outcome?.kind === 'rows' ? 'The rows of this query made room for those of others: run it again.' : failed ? 'No rows.' : 'No result yet: press Run, or Ctrl+Enter.'}</p>}
      {result && source && isPlan && <Plan key={result.table} source={source} result={result} />}
      {result && source && !isPlan && (
        <Grid
          key={result.table}
          ref={grid}
          tables={source}
          table={result.table}
          name="sql"
          label="Result"
          columns={columns}
          filter=""
          sort={sort}
          empty="0 rows: none was as the statement asks for."
          context={noLimits}
          own={own}
          numbered
          {...(totals && { totals })}
          bar={
            <span className="sql-facts" role="status">
              {!failed && <Icon name="tick" size={14} />}
              <b>{formatCount(result.rows)} {result.rows === 1 ? 'row' : 'rows'}</b>
              <span className="hint">
                {tookText(result.elapsedMs)}
                {result.rowsRead > 0 && `, ${formatCount(result.rowsRead)} rows read`}
                {result.cut === 'rows' && `; the first ${formatCount(mostRows)}, there are more`}
                {result.cut === 'bytes' && '; there are more, too large to keep all'}
              </span>
            </span>
          }
          actions={
            <button className="button button-quiet" onClick={() => setExporting(true)}>
              Export
            </button>
          }
          isMarked={isMarked}
          onSort={onSort}
          onSelect={(row) => onMark(row?.seq ?? -1)}
        />
      )}
      {exporting && result && <ExportDialog title="Result" subject={name} query={null} filter={result.statement} shown={grid.current?.shown() ?? null} tables={tables} onClose={() => setExporting(false)} />}
    </section>
  )
})

/** The answer to EXPLAIN. */
export const isPlanOf = ({ columns }: ShownResult): boolean => columns[0]?.name === 'explain_key'

/** A plan is a drawing of lines, and not rows to be sorted. */
function Plan({ source, result }: { readonly source: GridTables; readonly result: ShownResult }) {
  const [text, setText] = useState('')
  useEffect(() => {
    void source.query(`SELECT explain_value FROM ${result.table} ORDER BY ${resultRow}`).then(
      ({ columns }) => setText(Array.from(columns[0]!.values, String).join('\n')),
      () => undefined
    )
  }, [source, result])
  return (
    <pre className="sql-plan" tabIndex={0} role="group" aria-label="Plan of the statement">
      {text}
    </pre>
  )
}

/** Its rows as a grid reads them: they never change. */
function resultTables(tables: RunTables, { rows }: ShownResult): GridTables {
  return { hub: { subscribe: () => () => undefined }, query: (sql) => tables.query(sql), count: () => rows, newest: () => rows - 1, dropped: () => 0, isBehind: () => false }
}

/** undefined: nothing can be said of the rows together. */
function totalsOf(result: ShownResult): ReadonlyMap<string, string> | undefined {
  const texts = result.columns.flatMap((column): [string, string][] => {
    const text = totalText(column)
    return text === undefined ? [] : [[column.name, text]]
  })
  if (texts.length === 0 || result.rows < 2) return undefined
  const [first] = result.columns
  return new Map([...(first && !isNumber(first) ? [[first.name, `sum of ${formatCount(result.rows)} rows`] as const] : []), ...texts])
}

function outcomeText(outcome: Exclude<Outcome, { readonly kind: 'rows' }>): string {
  switch (outcome.kind) {
    case 'fault':
      return `${outcome.place ? `Line ${formatCount(outcome.place.line)}, column ${formatCount(outcome.place.column)}: ` : ''}${outcome.message}`
    case 'cancelled':
      return `Cancelled after ${tookText(outcome.elapsedMs)}.`
    case 'overtime':
      return `Stopped after ${formatCount(outcome.limitMs / 1000)} s, the time limit: choose a longer one, or ask for less.`
  }
}
