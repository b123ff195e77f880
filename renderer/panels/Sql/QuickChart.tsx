import { memo, useEffect, useMemo, useState } from 'react'
import { EChart } from '#renderer/chart/EChart.tsx'
import { usePalette } from '#renderer/chart/palette.ts'
import type { ShownResult } from '#renderer/duckdb/sqlConsole.ts'
import type { ResultColumn } from '#renderer/duckdb/sqlResult.ts'
import { formatCount } from '#renderer/format/format.ts'
import { useSession, useView } from '#renderer/store/session.ts'
import type { ChartChoice } from '#renderer/store/viewStore.ts'
import { useSize } from '../useSize.ts'
import { chosenColumns, isMeasured, mostPoints, readChart, type ChartCells, type ChartPoints, type ChosenColumns, type Shown } from './chartRows.ts'
import { barsIn, quickChart } from './quickChart.ts'
import { isNumber, shownText } from './resultColumns.ts'

const kinds: readonly (readonly [ChartChoice['kind'], string])[] = [
  ['bar', 'Bar'],
  ['line', 'Line'],
  ['scatter', 'Scatter'],
  ['heat', 'Heat']
]

/** Lines of the table that says the same as the chart. */
const mostLines = 1000

interface QuickChartProps {
  readonly result: ShownResult | null
  readonly sort: Shown['sort']
  readonly choice: ChartChoice
  /** The row of the answer that is chosen in the grid; -1: none. */
  readonly marked: number
  readonly onChoose: (choice: ChartChoice) => void
}

/** The rows of an answer drawn, with the columns that a person picks. */
export const QuickChart = memo(function QuickChart({ result, sort, choice, marked, onChoose }: QuickChartProps) {
  const { tables } = useSession()
  const zone = useView((state) => state.zone)
  const palette = usePalette()
  const [place, { width, height }] = useSize()
  const [asTable, setAsTable] = useState(false)
  const [read, setRead] = useState<{ readonly data: ChartPoints | ChartCells; readonly chosen: ChosenColumns; readonly of: ShownResult } | null>(null)
  const [fault, setFault] = useState<string | null>(null)
  const chosen = useMemo(() => (result ? chosenColumns(result.columns, choice) : undefined), [result, choice])
  const room = chosen?.kind === 'bar' ? barsIn(height) : 0

  useEffect(() => {
    setFault(null)
    if (!result || !chosen) return setRead(null)
    let gone = false
    readChart((sql) => tables.query(sql), { result, sort }, chosen, room || 1).then(
      (data) => !gone && setRead({ data, chosen, of: result }),
      (error: Error) => !gone && setFault(error.message)
    )
    return () => void (gone = true)
  }, [tables, result, sort, chosen, room])

  const shown = read && read.of === result ? read : null
  const drawing = useMemo(() => (shown ? quickChart(shown.data, shown.chosen, { width, height, palette, units: { zone } }, marked) : []), [shown, width, height, palette, zone, marked])
  const pick = (change: Partial<ChartChoice>) => onChoose({ ...choice, ...change })
  const words = shown && result ? wordsOf(shown.data, shown.chosen, result) : ''
  return (
    <section className="sql-chart" aria-label="Quick chart">
      <header className="sql-head">
        <h2>Quick chart</h2>
        <span className="panel-spring" />
        <button className="panel-button" aria-label="Show as table" title="Show as table" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden>
            <path d="M1.5 2.5h11v9h-11zM1.5 5.5h11M1.5 8.5h11M5.5 2.5v9" />
          </svg>
        </button>
        <span className="segments panel-segments" role="radiogroup" aria-label="Kind of chart">
          {kinds.map(([kind, word]) => (
            <label key={kind} className="segment" data-on={kind === choice.kind}>
              <input type="radio" className="visually-hidden" name="quick-chart" checked={kind === choice.kind} onChange={() => pick({ kind })} />
              {word}
            </label>
          ))}
        </span>
      </header>
      {result && chosen && (
        <div className="sql-axes">
          <Pick label="y" columns={result.columns.filter(chosen.kind === 'line' || chosen.kind === 'scatter' ? isNumber : () => true)} value={chosen.y.name} onPick={(y) => pick({ y })} />
          <Pick label="x" columns={result.columns.filter(chosen.kind === 'bar' ? isNumber : chosen.kind === 'heat' ? () => true : isMeasured)} value={chosen.x.name} onPick={(x) => pick({ x })} />
          {chosen.kind === 'heat' && <Pick label="value" none="rows" columns={result.columns.filter(isNumber)} value={chosen.value?.name ?? ''} onPick={(value) => pick({ value })} />}
        </div>
      )}
      <div className="sql-plot" ref={place}>
        {shown && !asTable && <EChart drawing={drawing} label={`Quick chart: ${words}`} />}
        {shown && asTable && <PointTable {...shown} zone={zone} />}
        {!result && <p className="sql-empty">Nothing to draw yet: run a query that gives rows.</p>}
        {result && !chosen && <p className="sql-empty">{result.columns.some(isNumber) ? 'These columns cannot be drawn so: choose another kind of chart.' : 'No column is a number: a bar, a line or a scatter needs one, a heat map counts rows.'}</p>}
        {fault !== null && (
          <p className="sql-empty" role="alert">
            The rows could not be drawn: {fault}
          </p>
        )}
      </div>
      {shown && <p className="hint sql-words">{words}</p>}
    </section>
  )
})

function Pick({ label, columns, value, none, onPick }: { readonly label: string; readonly columns: readonly ResultColumn[]; readonly value: string; readonly none?: string; readonly onPick: (name: string) => void }) {
  return (
    <label className="sql-pick">
      <span>{label}</span>
      <select value={value} onChange={({ target }) => onPick(target.value)}>
        {none !== undefined && <option value="">{none}</option>}
        {columns.map(({ name }) => (
          <option key={name} value={name}>
            {none === undefined ? name : `mean of ${name}`}
          </option>
        ))}
      </select>
    </label>
  )
}

/** What is drawn of how much. */
function wordsOf(data: ChartPoints | ChartCells, { kind, x, y, value }: ChosenColumns, { rows }: ShownResult): string {
  if (data.kind === 'cells') return `${value ? `Mean of ${value.name}` : 'Rows'} by ${x.name} and ${y.name}, of ${formatCount(rows)} rows; the stronger, the more.`
  const drawn = data.x.length
  const part = drawn < rows ? `${kind === 'bar' || drawn === mostPoints ? 'First ' : ''}${formatCount(drawn)} of ${formatCount(rows)} rows` : `${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}`
  return `${part}: ${kind === 'bar' ? `${x.name} by ${y.name}` : `${y.name} over ${x.name}`}.`
}

function PointTable({ data, chosen, zone }: { readonly data: ChartPoints | ChartCells; readonly chosen: ChosenColumns; readonly zone: 'UTC' | 'local' }) {
  const all: (readonly string[])[] =
    data.kind === 'points'
      ? data.x.map((x, i) => [shownText(chosen.y, data.y[i]!, { zone }), shownText(chosen.x, x, { zone })])
      : Array.from({ length: data.cells.length / 3 }, (_, i) => [shownText(chosen.y, data.y[data.cells[i * 3 + 1]!] ?? null, { zone }), shownText(chosen.x, data.x[data.cells[i * 3]!] ?? null, { zone }), String(data.cells[i * 3 + 2])])
  const head = [chosen.y.name, chosen.x.name, ...(data.kind === 'cells' ? [chosen.value ? `mean of ${chosen.value.name}` : 'rows'] : [])]
  return (
    <div className="panel-table sql-points" tabIndex={0} role="group" aria-label="Quick chart as a table">
      <table aria-label="Quick chart">
        <thead>
          <tr>
            {head.map((cell, i) => (
              <th key={i} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {all.slice(0, mostLines).map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) => (
                <td key={j}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {all.length > mostLines && <p className="hint">The first {formatCount(mostLines)} of {formatCount(all.length)}.</p>}
    </div>
  )
}
