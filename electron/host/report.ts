import { arch, platform, release } from 'node:os'
import type { Problem } from '#shared/contract/run.ts'
import { homeFolder } from '../storage/homeFolder.ts'
import { withoutCredentials } from './withoutCredentials.ts'
import type { SavedRun } from './runFiles.ts'
import { version } from './version.ts'

export interface ReportParts {
  readonly shell: 'browser' | 'electron'
  readonly duckdb: string
  readonly nowMs: number
  /** The run that it is about. */
  readonly run: { readonly saved: SavedRun; readonly state: string; readonly problems: readonly Problem[] } | undefined
  readonly log: readonly string[]
  /** Folders that the person chose: of each only the last name is told. */
  readonly places: readonly string[]
  readonly home?: string
}

const mostProblems = 50

/** All that a report of a problem would say: plain text, without rows, credentials, and where on the disk things lie. */
export function reportOf({ shell, duckdb, nowMs, run, log, places, home = homeFolder() ?? '' }: ReportParts): string {
  const hide = hider(places, home)
  const newest = run?.problems.slice(-mostProblems) ?? []
  const lines = [
    `Contrail ${version}, ${shell === 'electron' ? 'desktop app' : 'in a browser'}, ${new Date(nowMs).toISOString()}`,
    `System: ${platform()} ${arch()}, ${release()}`,
    `Node ${process.versions.node}, DuckDB ${duckdb}${process.versions.electron === undefined ? '' : `, Electron ${process.versions.electron}`}`,
    '',
    ...(run ? aboutRun(run.saved, run.state, hide) : ['No run is open.']),
    ...(run ? ['', `Problems: ${newest.length} of ${run.problems.length}`, ...newest.map(({ atMs, severity, query, message }) => hide(`${new Date(atMs).toISOString()} ${severity}${query === null ? '' : `, ${query}`}: ${message}`))] : []),
    '',
    `Log: the last ${log.length} lines`,
    ...log.map(hide)
  ]
  return `${lines.map(withoutCredentials).join('\n')}\n`
}

function aboutRun({ id, name, mode, pipeline, fault, applied, replayOf }: SavedRun, state: string, hide: (text: string) => string): string[] {
  return [
    `Run: ${name}, ${mode}, ${state} (${id})`,
    ...(replayOf ? [`It does the batches of ${replayOf.name} (${replayOf.id}) again.`] : []),
    ...(fault ? [`Why it failed: ${hide(fault.message)}`] : []),
    ...(applied && applied.length > 0 ? [`Limits were applied ${applied.length} ${applied.length === 1 ? 'time' : 'times'} on the way.`] : []),
    'Settings:',
    ...JSON.stringify(pipeline, (_key, value: unknown) => (typeof value === 'string' ? hide(value) : value), 2).split('\n')
  ]
}

/** Takes out of a text where things lie: of a place its last name stays, of the home folder `~`. The longest first: one may lie in another. */
function hider(places: readonly string[], home: string): (text: string) => string {
  const pairs = [...new Set(places)].map((place): [string, string] => [place, place.split(/[/\\]/).findLast((name) => name !== '') ?? '']).filter(([place, name]) => name !== '' && name !== place)
  if (home.length > 1) pairs.push([home, '~'])
  pairs.sort(([a], [b]) => b.length - a.length)
  return (text) => pairs.reduce((hidden, [place, name]) => hidden.replaceAll(place, name), text)
}
