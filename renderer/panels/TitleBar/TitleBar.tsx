import { useState, useSyncExternalStore } from 'react'
import type { DialogName } from '#renderer/commands/command.ts'
import { commandsOf } from '#renderer/commands/commands.ts'
import { Palette } from '#renderer/commands/Palette.tsx'
import { useCommandKeys } from '#renderer/commands/useCommandKeys.ts'
import type { Actions } from '#renderer/store/appStore.ts'
import { useSession, useView } from '#renderer/store/session.ts'
import type { Layout } from '#renderer/store/viewStore.ts'
import { Icon } from '#renderer/theme/Icon.tsx'
import { useCounters } from '../useTopics.ts'
import { AboutDialog } from './AboutDialog.tsx'
import { KeysDialog } from './KeysDialog.tsx'
import { MenuBar } from './MenuBar.tsx'
import { menusOf } from './menus.ts'
import { useDesktopMenu } from './useDesktopMenu.ts'
import './titleBar.css'

/** Where one is, the menus, the commands, the layouts, and the way back. The desktop app has menus of its own. */
export function TitleBar({ actions }: { readonly actions: Actions }) {
  const session = useSession()
  const { undo } = session
  useCounters('run')
  useView((state) => state)
  useSyncExternalStore(undo.subscribe, () => undo.undoName)
  const [dialog, setDialog] = useState<DialogName | null>(null)
  const { run } = session.run
  const commands = () => commandsOf({ session, actions, show: setDialog })
  useCommandKeys(commands)
  useDesktopMenu(commands)
  const close = () => setDialog(null)
  return (
    <div className="title-bar" role="banner">
      <span className="title-mark">
        <Icon name="mark" />
      </span>
      {!window.contrailDesktop && <MenuBar menusOf={() => menusOf(commands())} />}
      <span className="title-spring" />
      {run && (
        <button className="title-command" onClick={() => setDialog('palette')} aria-keyshortcuts="Control+K">
          <Icon name="search" size={14} />
          <span className="title-command-words">Search or run a command</span>
          <kbd aria-hidden>Ctrl K</kbd>
        </button>
      )}
      <span className="title-spring" />
      {run ? (
        <>
          <h1 className="title-name" title={run.replayOf === undefined ? run.name : `${run.name}, the batches of ${run.replayOf} again`}>
            {run.name}
          </h1>
          <button className="button button-quiet" onClick={() => actions.leaveRun()}>
            All runs
          </button>
          <Layouts />
        </>
      ) : (
        <ThemeSelect />
      )}
      {dialog === 'palette' && <Palette commands={commands()} onClose={close} />}
      {dialog === 'keys' && <KeysDialog commands={commands()} onClose={close} />}
      {dialog === 'about' && <AboutDialog onClose={close} />}
    </div>
  )
}

const layouts: readonly (readonly [Layout, string])[] = [
  ['monitor', 'Monitor'],
  ['tune', 'Tune'],
  ['investigate', 'Investigate']
]

function Layouts() {
  const { undo } = useSession()
  const layout = useView((state) => state.layout)
  return (
    <div className="segments title-layouts" role="group" aria-label="Layout">
      {layouts.map(([id, name]) => (
        <button key={id} className="segment" aria-pressed={layout === id} data-on={layout === id} onClick={() => undo.change(`layout ${name}`, { layout: id })}>
          {name}
        </button>
      ))}
    </div>
  )
}

function ThemeSelect() {
  const { view } = useSession()
  const theme = useView((state) => state.theme)
  return (
    <label className="title-theme">
      Theme
      <select className="field" value={theme} onChange={({ target }) => view.set({ theme: target.value as typeof theme })}>
        <option value="system">System</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
    </label>
  )
}
