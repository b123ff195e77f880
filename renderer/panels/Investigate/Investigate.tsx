import type { Actions } from '#renderer/store/appStore.ts'
import { useView } from '#renderer/store/session.ts'
import { Sql } from '../Sql/Sql.tsx'
import { WindowDetail } from '../WindowDetail/WindowDetail.tsx'

/** One window and all that is known of it, or SQL over everything. */
export function Investigate({ actions }: { readonly actions: Actions }) {
  const shown = useView((state) => state.investigate)
  return shown === 'sql' ? <Sql /> : <WindowDetail actions={actions} />
}
