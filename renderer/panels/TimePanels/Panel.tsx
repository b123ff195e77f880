import { useRef, useState, type ReactNode } from 'react'
import { ChartMenu } from './ChartMenu.tsx'
import type { PanelTable } from './panelFacts.ts'

interface PanelProps {
  /** Its heading, and its name to who cannot see it. */
  readonly name: string
  /** What is drawn, in a few words. */
  readonly sub: ReactNode
  /** Legend and switches at the right of the heading. */
  readonly legend: ReactNode
  readonly height: number
  /** Begin of what is drawn. */
  readonly startMs: number
  readonly table: () => PanelTable
  readonly csv: () => string
  readonly children: ReactNode
}

/** A time panel: heading, legend, what can be done with the chart, and the chart or the table that says the same. */
export function Panel({ name, sub, legend, height, startMs, table, csv, children }: PanelProps) {
  const [asTable, setAsTable] = useState(false)
  const own = useRef<HTMLElement>(null)
  return (
    <section className="panel" aria-label={name} style={{ height }} ref={own}>
      <header className="panel-header">
        <h2>{name}</h2>
        <span className="hint panel-sub">{sub}</span>
        <span className="panel-spring" />
        {!asTable && legend}
        <span className="panel-buttons">
          <button className="panel-button" aria-label="Show as table" title="Show as table" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden>
              <path d="M1.5 2.5h11v9h-11zM1.5 5.5h11M1.5 8.5h11M5.5 2.5v9" />
            </svg>
          </button>
          <ChartMenu name={name} panel={own} startMs={startMs} csv={csv} />
        </span>
      </header>
      {asTable ? <AsTable name={name} table={table()} /> : children}
    </section>
  )
}

function AsTable({ name, table: { head, rows, more } }: { readonly name: string; readonly table: PanelTable }) {
  return (
    <div className="panel-table" tabIndex={0} role="group" aria-label={`${name} as a table`}>
      <table aria-label={name}>
        <thead>
          <tr>
            {head.map((cell) => (
              <th key={cell} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) => (
                <td key={j}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {more !== undefined && <p className="hint">{more}</p>}
    </div>
  )
}
