import { useState } from 'react'
import type { Actions } from '#renderer/store/appStore.ts'
import { useSession, useView } from '#renderer/store/session.ts'
import { Icon } from '#renderer/theme/Icon.tsx'
import { useCounters } from '../useTopics.ts'
import { AboutDialog } from './AboutDialog.tsx'
import { KeysDialog } from './KeysDialog.tsx'
import { MenuBar } from './MenuBar.tsx'
import { menusOf } from './menus.ts'
import { useHelpKey } from './useHelpKey.ts'
import './titleBar.css'

/** Where one is, the menus, and the way back. The desktop app has menus of its own. */
export function TitleBar({ actions }: { readonly actions: Actions }) {
  const session = useSession()
  useCounters('run')
  const theme = useView((state) => state.theme)
  const [dialog, setDialog] = useState<'keys' | 'about' | null>(null)
  const { run } = session.run
  useHelpKey(() => setDialog('keys'))
  return (
    <div className="title-bar" role="banner">
      <span className="title-mark">
        <Icon name="mark" />
      </span>
      {!window.contrailDesktop && <MenuBar menusOf={() => menusOf(session, actions, setDialog)} />}
      <span className="title-spring" />
      {run && (
        <>
          <h1 className="title-name">{run.name}</h1>
          <button className="button button-quiet" onClick={() => actions.leaveRun()}>
            All runs
          </button>
        </>
      )}
      <label className="title-theme">
        Theme
        <select className="field" value={theme} onChange={({ target }) => session.view.set({ theme: target.value as typeof theme })}>
          <option value="system">System</option>
          <option value="light">Light</option>
          <option value="dark">Dark</option>
        </select>
      </label>
      {dialog === 'keys' && <KeysDialog onClose={() => setDialog(null)} />}
      {dialog === 'about' && <AboutDialog onClose={() => setDialog(null)} />}
    </div>
  )
}
