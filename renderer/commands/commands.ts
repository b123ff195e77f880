import type { StepUnit } from '#shared/contract/run.ts'
import { formatWindow } from '#renderer/format/format.ts'
import { sendCommand } from '#renderer/panels/commands.ts'
import { toggleOutliers } from '#renderer/panels/OverviewStrip/outlierActions.ts'
import { gridTabs } from '#renderer/panels/Dock/gridColumns.tsx'
import { s3PlacesOf } from '#renderer/panels/S3/runPlaces.ts'
import { openShowRows } from '#renderer/panels/ShowRows/openShowRows.ts'
import { speeds, stepUnits } from '#renderer/panels/Transport/paces.ts'
import { applyProposed, canApply, resetLimits, revertProposed, saveAsRun } from '#renderer/panels/Tune/limitActions.ts'
import { railIsOpen, withRail } from '#renderer/panels/Workbench/layoutSizes.ts'
import { outliersOfRun } from '#renderer/store/outliers.ts'
import { limitsNow, notebookLimits, sameLimits } from '#renderer/store/limits.ts'
import type { Layout, Selection, ViewState } from '#renderer/store/viewStore.ts'
import type { WindowEntry } from '#renderer/store/windowTable.ts'
import type { Command, CommandParts } from './command.ts'

/** Every command that there is at this moment, in the order of the menus. Those of a run are left out where none is open. */
export function commandsOf(parts: CommandParts): readonly Command[] {
  const groups = parts.session.run.run === undefined ? [fileCommands, viewCommands, helpCommands] : [fileCommands, runFileCommands, editCommands, layoutCommands, viewCommands, replayCommands, alertCommands, windowCommands, helpCommands]
  return groups.flatMap((group) => group(parts))
}

const can = (holds: boolean): { readonly disabled?: true } => (holds ? {} : { disabled: true })

function fileCommands({ session: { run }, actions }: CommandParts): Command[] {
  return [
    { id: 'openFolder', title: 'Open folder…', menu: 'File', keys: 'Ctrl+O', run: actions.openFolder },
    { id: 'connectS3', title: 'Connect to S3…', menu: 'File', run: actions.connectS3 },
    { id: 'openSession', title: 'Open session…', menu: 'File', run: () => sendCommand('openSession') },
    ...(run.run ? [] : [{ id: 'playSample', title: 'Play the sample recording', menu: 'File' as const, run: () => void actions.playSample() }])
  ]
}

function runFileCommands({ session: { run, view }, actions }: CommandParts): Command[] {
  return [
    ...(run.run && s3PlacesOf(run.run).length > 0 ? [{ id: 'changeConnection', title: 'Change the connection…', menu: 'File' as const, run: () => sendCommand('changeConnection') }] : []),
    { id: 'saveSession', title: 'Save session as…', menu: 'File', keys: 'Ctrl+S', run: () => sendCommand('saveSession') },
    { id: 'allRuns', title: 'All runs', menu: 'File', run: actions.leaveRun },
    { id: 'export', title: 'Export…', menu: 'File', separated: true, keys: 'Ctrl+E', ...can(view.get().layout === 'monitor'), run: () => sendCommand('export') }
  ]
}

function editCommands({ session, actions }: CommandParts): Command[] {
  const { undo, view } = session
  const { undoName, redoName } = undo
  const { selection, layout, sizes } = view.get()
  const focus = (name: string) => document.querySelector<HTMLElement>(`[aria-label="${name}"]`)?.focus()
  return [
    { id: 'undo', title: undoName === undefined ? 'Undo' : `Undo ${undoName}`, menu: 'Edit', keys: 'Ctrl+Z', repeats: true, ...can(undoName !== undefined), run: () => void undo.undo().catch(actions.tellFault) },
    { id: 'redo', title: redoName === undefined ? 'Redo' : `Redo ${redoName}`, menu: 'Edit', keys: 'Ctrl+Shift+Z', also: ['Ctrl+Y'], repeats: true, ...can(redoName !== undefined), run: () => void undo.redo().catch(actions.tellFault) },
    { id: 'filterRows', title: 'Filter rows', menu: 'Edit', separated: true, ...can(layout === 'monitor'), run: () => focus('Filter rows') },
    { id: 'filterCountries', title: 'Filter countries', menu: 'Edit', ...can(layout === 'monitor' && railIsOpen(sizes, window.innerWidth)), run: () => focus('Filter countries') },
    { id: 'clearSelection', title: 'Clear selection', menu: 'Edit', ...can(selection !== null), run: () => undo.change('clear selection', { selection: null }) }
  ]
}

function layoutCommands({ session, show }: CommandParts): Command[] {
  const { undo, view } = session
  const { layout, investigate, sizes, range, leaveOutliers } = view.get()
  const to = (id: Layout, title: string, keys: string): Command => ({ id, title, menu: 'View', keys, checked: layout === id, run: () => undo.change(`layout ${title}`, { layout: id }) })
  const open = railIsOpen(sizes, window.innerWidth)
  return [
    { id: 'commandPalette', title: 'Command palette', menu: 'View', keys: 'Ctrl+K', run: () => show('palette') },
    { ...to('monitor', 'Monitor', 'Ctrl+1'), separated: true },
    to('tune', 'Tune', 'Ctrl+2'),
    to('investigate', 'Investigate', 'Ctrl+3'),
    { id: 'windowDetail', title: 'Window detail', menu: 'View', separated: true, keys: 'Enter', shy: true, checked: layout === 'investigate' && investigate === 'window', many: true, run: () => undo.change('window detail', { layout: 'investigate', investigate: 'window' }) },
    { id: 'sql', title: 'SQL', menu: 'View', keys: 'Ctrl+4', checked: layout === 'investigate' && investigate === 'sql', many: true, run: () => undo.change('SQL', { layout: 'investigate', investigate: 'sql' }) },
    { id: 'back', title: 'Back to Monitor', menu: 'View', keys: 'Esc', shy: true, ...can(layout !== 'monitor'), run: () => undo.change('layout Monitor', { layout: 'monitor' }) },
    { id: 'rail', title: 'Source and runs', menu: 'View', separated: true, checked: open, many: true, ...can(layout === 'monitor'), run: () => undo.change(open ? 'hide source and runs' : 'show source and runs', { sizes: withRail(view.get().sizes, window.innerWidth, !open) }) },
    { id: 'outliers', title: 'Leave outliers out of view', menu: 'View', checked: leaveOutliers, many: true, ...can(leaveOutliers || outliersOfRun(session.run) !== undefined), run: () => toggleOutliers(session) },
    { id: 'follow', title: 'Follow newest event', menu: 'Replay', keys: 'F', shy: true, separated: true, checked: range === null, many: true, run: () => undo.change('follow newest event', { range: null }) }
  ]
}

function viewCommands({ session: { undo, view } }: CommandParts): Command[] {
  const now = view.get()
  const choice = <Key extends keyof ViewState>(key: Key, value: ViewState[Key], title: string, more: Partial<Command> = {}): Command => ({
    id: `${key} ${String(value)}`,
    title,
    menu: 'View',
    checked: now[key] === value,
    run: () => undo.change(title.charAt(0).toLowerCase() + title.slice(1), { [key]: value } as Pick<ViewState, Key>),
    ...more
  })
  return [
    choice('theme', 'system', 'System theme', { separated: true }),
    choice('theme', 'light', 'Light theme'),
    choice('theme', 'dark', 'Dark theme'),
    choice('zone', 'UTC', 'Times in UTC', { separated: true }),
    choice('zone', 'local', 'Times in local time'),
    choice('altitudeUnit', 'm', 'Altitude in m', { separated: true }),
    choice('altitudeUnit', 'ft', 'Altitude in ft'),
    choice('velocityUnit', 'km/h', 'Velocity in km/h', { separated: true }),
    choice('velocityUnit', 'kt', 'Velocity in kt')
  ]
}

function replayCommands({ session: { run, view, undo }, actions }: CommandParts): Command[] {
  const now = view.get()
  const playing = run.run?.state === 'running'
  const at = speeds.indexOf(run.speed)
  const speedTo = (id: string, title: string, to: number): Command => ({ id, title, menu: 'Replay', ...can(at >= 0 && speeds[to] !== undefined), run: () => actions.control({ kind: 'speed', speed: speeds[to]! }) })
  const stepBy = ([unit, word]: readonly [StepUnit, string], i: number): Command => ({ id: `step by ${unit}`, title: `Step by ${word.toLowerCase()}`, menu: 'Replay', ...(i === 0 && { separated: true as const }), checked: now.stepUnit === unit, run: () => undo.change(`step by ${word.toLowerCase()}`, { stepUnit: unit }) })
  return [
    { id: 'play', title: playing ? 'Pause' : 'Play', menu: 'Replay', keys: 'Space', shy: true, run: () => actions.control({ kind: playing ? 'pause' : 'play' }) },
    { id: 'step', title: 'Step forward', menu: 'Replay', keys: '→', shy: true, run: () => actions.control({ kind: 'step', unit: view.get().stepUnit }) },
    ...stepUnits.map(stepBy),
    { ...speedTo('slower', 'Slower', at - 1), separated: true },
    speedTo('faster', 'Faster', at + 1),
    { id: 'fastest', title: 'As fast as possible', menu: 'Replay', checked: run.speed === 'max', many: true, run: () => actions.control({ kind: 'speed', speed: run.speed === 'max' ? 20 : 'max' }) }
  ]
}

function alertCommands({ session, actions }: CommandParts): Command[] {
  const { run, view, undo } = session
  const { proposed, selection, zone } = view.get()
  const hasAlerts = run.run?.queries.anomaly_alerts !== undefined
  const all = run.windows.anomaly_alerts.all
  const go = (id: string, title: string, keys: string, found: WindowEntry | undefined): Command => ({
    id,
    title,
    menu: 'Alerts',
    keys,
    shy: true,
    ...can(found !== undefined),
    run: () => found && undo.change(`select window ${formatWindow(found.startMs, found.endMs, zone)}`, { selection: { query: 'anomaly_alerts', startMs: found.startMs } }, 'select')
  })
  return [
    go('nextAlert', 'Next window with alerts', 'Shift+→', alertBeside(all, selection, 1)),
    go('previousAlert', 'Previous window with alerts', 'Shift+←', alertBeside(all, selection, -1)),
    { id: 'showRows', title: 'Show rows', menu: 'Alerts', keys: 'Ctrl+Shift+Enter', ...can(selection !== null), run: () => selection && openShowRows({ query: selection.query, startMs: selection.startMs, limits: null }) },
    { id: 'zoom', title: 'Zoom to selection', menu: 'Alerts', keys: 'Z', shy: true, ...can(selection !== null), run: () => selection && undo.change('zoom to selection', { range: around(selection.startMs) }) },
    { id: 'applyLimits', title: 'Apply limits', menu: 'Alerts', separated: true, keys: 'Ctrl+Enter', ...can(proposed !== null && canApply(run.run) && view.get().layout !== 'investigate'), run: () => void applyProposed(session).catch(actions.tellFault) },
    { id: 'revertLimits', title: 'Revert limits', menu: 'Alerts', ...can(proposed !== null), run: () => revertProposed(session) },
    { id: 'resetLimits', title: 'Reset limits to those of the notebook', menu: 'Alerts', ...can(hasAlerts && !sameLimits(limitsNow(session), notebookLimits)), run: () => resetLimits(session) },
    { id: 'saveAsRun', title: 'Save as run', menu: 'Alerts', ...can(hasAlerts), run: () => void saveAsRun(session, actions).catch(actions.tellFault) }
  ]
}

function windowCommands({ session: { undo, view } }: CommandParts): Command[] {
  const { tab, layout, sizes } = view.get()
  return [
    ...gridTabs.map((each): Command => ({ id: `tab ${each.tab}`, title: each.title, menu: 'Window', checked: tab === each.tab && layout === 'monitor', run: () => undo.change(`table ${each.title}`, { tab: each.tab, layout: 'monitor' }) })),
    { id: 'maximise', title: 'Maximise tables', menu: 'Window', separated: true, keys: 'M', shy: true, checked: (sizes.dockMaximised ?? 0) > 0, many: true, ...can(layout === 'monitor'), run: () => undo.change('maximise tables', { sizes: { ...view.get().sizes, dockMaximised: (view.get().sizes.dockMaximised ?? 0) > 0 ? 0 : 1 } }) }
  ]
}

function helpCommands({ show }: CommandParts): Command[] {
  return [
    { id: 'keys', title: 'Keyboard shortcuts', menu: 'Help', keys: '?', shy: true, run: () => show('keys') },
    { id: 'showLogs', title: 'Show logs', menu: 'Help', separated: true, run: () => sendCommand('showLogs') },
    { id: 'reportProblem', title: 'Report a problem', menu: 'Help', run: () => sendCommand('reportProblem') },
    { id: 'licences', title: 'Licences', menu: 'Help', run: () => sendCommand('licences') },
    { id: 'about', title: 'About Contrail', menu: 'Help', separated: true, run: () => show('about') }
  ]
}

/** The next window with an alert, after the selected one or from the end that is further away. */
function alertBeside(all: readonly WindowEntry[], selection: Selection | null, step: 1 | -1): WindowEntry | undefined {
  const from = selection?.startMs ?? (step > 0 ? -Infinity : Infinity)
  if (step > 0) return all.find(({ startMs, keysOver, closedBatch }) => keysOver > 0 && closedBatch !== null && startMs > from)
  return all.findLast(({ startMs, keysOver, closedBatch }) => keysOver > 0 && closedBatch !== null && startMs < from)
}

const minuteMs = 60_000

/** Twelve minutes on either side. */
const around = (startMs: number): NonNullable<ViewState['range']> => ({ startMs: startMs - 12 * minuteMs, endMs: startMs + 12 * minuteMs })
