import { useEffect, useRef } from 'react'
import type { Actions } from '#renderer/store/appStore.ts'
import { useSession, useView } from '#renderer/store/session.ts'
import { Sql } from '../Sql/Sql.tsx'
import { WindowDetail } from '../WindowDetail/WindowDetail.tsx'
import './investigate.css'

/** One window and all that is known of it, or SQL over everything. What one works with has the focus. */
export function Investigate({ actions }: { readonly actions: Actions }) {
  const { undo } = useSession()
  const shown = useView((state) => state.investigate)
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    place.current?.querySelector<HTMLElement>(shown === 'sql' ? 'textarea' : '[role="listbox"]')?.focus()
  }, [shown])
  return (
    <div className="investigate" ref={place}>
      <div className="investigate-pages segments" role="group" aria-label="Investigate">
        <button className="segment" aria-pressed={shown === 'window'} data-on={shown === 'window'} onClick={() => undo.change('window detail', { investigate: 'window' })}>
          Window
        </button>
        <button className="segment" aria-pressed={shown === 'sql'} data-on={shown === 'sql'} onClick={() => undo.change('SQL', { investigate: 'sql' })}>
          SQL
        </button>
      </div>
      <div className="investigate-page">{shown === 'sql' ? <Sql /> : <WindowDetail actions={actions} />}</div>
    </div>
  )
}
