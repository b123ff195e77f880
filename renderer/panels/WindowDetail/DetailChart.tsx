import { useState, type ReactNode } from 'react'

/** A part of the detail with a chart in it, which can be had as a table. */
export function DetailChart({ name, sub, legend, table, children }: { readonly name: string; readonly sub: ReactNode; readonly legend?: ReactNode; readonly table: ReactNode; readonly children: ReactNode }) {
  const [asTable, setAsTable] = useState(false)
  return (
    <section className="detail-chart" aria-label={name}>
      <header className="detail-section-head">
        <h3>{name}</h3>
        <span className="hint">{sub}</span>
        <span className="detail-spring" />
        {!asTable && legend}
        <button className="panel-button" aria-label="Show as table" title="Show as table" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden>
            <path d="M1.5 2.5h11v9h-11zM1.5 5.5h11M1.5 8.5h11M5.5 2.5v9" />
          </svg>
        </button>
      </header>
      {asTable ? (
        <div className="detail-scroll" tabIndex={0} role="group" aria-label={`${name} as a table`}>
          {table}
        </div>
      ) : (
        children
      )}
    </section>
  )
}
