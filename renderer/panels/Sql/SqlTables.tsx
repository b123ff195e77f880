import { useEffect, useState } from 'react'
import { tableNames, type AskedTable } from '#renderer/duckdb/tableShapes.ts'
import { formatCount } from '#renderer/format/format.ts'
import { useSession } from '#renderer/store/session.ts'
import { Icon } from '#renderer/theme/Icon.tsx'

/** What can be asked: tables with their rows, and columns with their types. A press on a name writes it into the statement. */
export function SqlTables({ onInsert }: { readonly onInsert: (name: string) => void }) {
  const [open, setOpen] = useState<ReadonlySet<AskedTable>>(new Set<AskedTable>(['gold.anomaly_alerts']))
  return (
    <section className="sql-tables" aria-label="Tables">
      <header className="sql-head">
        <h2>Tables</h2>
        <span className="hint">read only</span>
      </header>
      <ul>
        {tableNames.map((table) => (
          <TableLine key={table} table={table} isOpen={open.has(table)} onOpen={() => setOpen(open.has(table) ? new Set([...open].filter((name) => name !== table)) : new Set([...open, table]))} onInsert={onInsert} />
        ))}
      </ul>
    </section>
  )
}

interface TableLineProps {
  readonly table: AskedTable
  readonly isOpen: boolean
  readonly onOpen: () => void
  readonly onInsert: (name: string) => void
}

function TableLine({ table, isOpen, onOpen, onInsert }: TableLineProps) {
  const { tables } = useSession()
  const [count, setCount] = useState(() => tables.count(table))
  useEffect(() => tables.hub.subscribe(table, () => setCount(tables.count(table))), [tables, table])
  return (
    <li>
      <div className="sql-table">
        <button className="sql-twist" aria-expanded={isOpen} aria-label={`Columns of ${table}`} onClick={onOpen}>
          <Icon name="right" size={12} />
        </button>
        <button className="sql-name" title={`Write ${table} into the statement`} onClick={() => onInsert(table)}>
          <svg className="sql-brackets" width="12" height="12" viewBox="0 0 12 12" aria-hidden>
            <path d="M.5 1.5h11v9H.5zM.5 4.5h11M4.5 4.5v6M8 4.5v6" />
          </svg>
          {table}
        </button>
        <span className="sql-count">{formatCount(count)}</span>
      </div>
      {tables.dropped(table) > 0 && <p className="hint sql-newest">the newest 1,000,000{table.startsWith('gold.') && '; older ones are in gold'}</p>}
      {isOpen && (
        <ul aria-label={`Columns of ${table}`}>
          {tables.columns(table).map(({ name, type }) => (
            <li key={name} className="sql-column">
              <button className="sql-name" title={`Write ${name} into the statement`} onClick={() => onInsert(name)}>
                {name}
              </button>
              <span className="sql-type">{type}</span>
            </li>
          ))}
        </ul>
      )}
    </li>
  )
}
