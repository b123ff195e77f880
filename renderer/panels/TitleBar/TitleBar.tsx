import type { Actions } from '#renderer/store/appStore.ts'
import { useRunTopic, useSession, useView } from '#renderer/store/session.ts'
import './titleBar.css'

/** Where one is, and the way back. */
export function TitleBar({ actions }: { readonly actions: Actions }) {
  const { run, view } = useSession()
  useRunTopic('run')
  const theme = useView((state) => state.theme)
  return (
    <div className="title-bar" role="banner">
      <button className="button button-quiet" onClick={() => actions.leaveRun()}>
        All runs
      </button>
      <span className="title-name">{run.run?.name}</span>
      <label className="title-theme">
        Theme
        <select className="field" value={theme} onChange={({ target }) => view.set({ theme: target.value as typeof theme })}>
          <option value="system">System</option>
          <option value="light">Light</option>
          <option value="dark">Dark</option>
        </select>
      </label>
    </div>
  )
}
