import type { StepUnit } from '#shared/contract/run.ts'
import { sendCommand } from '#renderer/panels/commands.ts'
import { gridTabs } from '#renderer/panels/Dock/gridColumns.tsx'
import { speeds, stepUnits } from '#renderer/panels/Transport/paces.ts'
import { railIsOpen } from '#renderer/panels/Workbench/layoutSizes.ts'
import type { Actions } from '#renderer/store/appStore.ts'
import type { Session } from '#renderer/store/session.ts'
import type { ViewState } from '#renderer/store/viewStore.ts'

export interface Menu {
  readonly title: string
  readonly items: readonly (MenuItem | 'separator')[]
}

export interface MenuItem {
  readonly label: string
  /** As they are written on keys. */
  readonly keys?: string
  /** Set: one of several, or with `many` any of them. */
  readonly checked?: boolean
  readonly many?: boolean
  readonly run: () => void
}

/** What the menus hold: only what can be done now. `show`: opens a dialog of the workbench. */
export function menusOf({ run, view }: Session, actions: Actions, show: (dialog: 'keys' | 'about') => void): readonly Menu[] {
  const now = view.get()
  const choice = <Key extends keyof ViewState>(key: Key, value: ViewState[Key], label: string): MenuItem => ({ label, checked: now[key] === value, run: () => view.set({ [key]: value } as Pick<ViewState, Key>) })
  const opened = run.run !== undefined
  const playing = run.run?.state === 'running'
  const at = speeds.indexOf(run.speed)
  const speedTo = (to: number): MenuItem[] => (at >= 0 && speeds[to] !== undefined ? [{ label: to > at ? 'Faster' : 'Slower', run: () => actions.control({ kind: 'speed', speed: speeds[to]! }) }] : [])
  const stepBy = ([unit, word]: readonly [StepUnit, string]): MenuItem => choice('stepUnit', unit, `Step by ${word.toLowerCase()}`)
  const menus: readonly (Menu & { readonly ofRun?: boolean })[] = [
    {
      title: 'File',
      items: [{ label: 'Open folder…', keys: 'Ctrl+O', run: actions.openFolder }, ...(opened ? [{ label: 'All runs', run: actions.leaveRun }, 'separator' as const, { label: 'Export…', keys: 'Ctrl+E', run: () => sendCommand('export') }] : [{ label: 'Play the sample recording', run: () => void actions.playSample() }])]
    },
    {
      title: 'Edit',
      ofRun: true,
      items: [
        { label: 'Filter rows', run: () => document.querySelector<HTMLElement>('[aria-label="Filter rows"]')?.focus() },
        ...(railIsOpen(now.sizes, window.innerWidth) ? [{ label: 'Filter countries', run: () => document.querySelector<HTMLElement>('[aria-label="Filter countries"]')?.focus() }] : []),
        ...(now.selection ? [{ label: 'Clear selection', run: () => view.set({ selection: null }) }] : [])
      ]
    },
    {
      title: 'View',
      items: [
        choice('theme', 'system', 'System theme'),
        choice('theme', 'light', 'Light theme'),
        choice('theme', 'dark', 'Dark theme'),
        'separator',
        choice('zone', 'UTC', 'Times in UTC'),
        choice('zone', 'local', 'Times in local time'),
        'separator',
        choice('altitudeUnit', 'm', 'Altitude in m'),
        choice('altitudeUnit', 'ft', 'Altitude in ft'),
        'separator',
        choice('velocityUnit', 'km/h', 'Velocity in km/h'),
        choice('velocityUnit', 'kt', 'Velocity in kt')
      ]
    },
    {
      title: 'Replay',
      ofRun: true,
      items: [
        { label: playing ? 'Pause' : 'Play', keys: 'Space', run: () => actions.control({ kind: playing ? 'pause' : 'play' }) },
        { label: 'Step forward', keys: '→', run: () => actions.control({ kind: 'step', unit: now.stepUnit }) },
        'separator',
        ...stepUnits.map(stepBy),
        'separator',
        ...speedTo(at - 1),
        ...speedTo(at + 1),
        { label: 'As fast as possible', checked: run.speed === 'max', many: true, run: () => actions.control({ kind: 'speed', speed: run.speed === 'max' ? 20 : 'max' }) },
        'separator',
        { label: 'Follow newest event', keys: 'F', checked: now.range === null, many: true, run: () => view.set({ range: null }) }
      ]
    },
    {
      title: 'Window',
      ofRun: true,
      items: [...gridTabs.map(({ tab, title }) => choice('tab', tab, title)), 'separator', { label: 'Maximise tables', keys: 'M', checked: (now.sizes.dockMaximised ?? 0) > 0, many: true, run: () => sendCommand('maximise') }]
    },
    {
      title: 'Help',
      items: [{ label: 'Keyboard shortcuts', keys: '?', run: () => show('keys') }, { label: 'About Contrail', run: () => show('about') }]
    }
  ]
  return menus.filter(({ ofRun = false }) => opened || !ofRun)
}
