import type { Limits, QueryName } from '#shared/contract/run.ts'

export interface Selection {
  readonly query: QueryName
  readonly startMs: number
}

/** What one user looks at: one selection and one time range drive every panel. Immutable values; `set` tells listeners at once. */
export interface ViewState {
  /** Which panels are there: what happens now, the limits, or one window and SQL. */
  readonly layout: Layout
  /** What the layout Investigate shows. */
  readonly investigate: 'window' | 'sql'
  /** Limits that are thought of and not applied; null: those of the run. */
  readonly proposed: Limits | null
  readonly selection: Selection | null
  /** The time range of river, phases and countries; null: follow the newest event. */
  readonly range: { readonly startMs: number; readonly endMs: number } | null
  /** Rows whose times lie far from nearly all others are out of view: axes and the overview end where the others do. */
  readonly leaveOutliers: boolean
  readonly theme: 'system' | 'light' | 'dark'
  /** "UTC" or "local". */
  readonly zone: 'UTC' | 'local'
  readonly altitudeUnit: 'm' | 'ft'
  readonly velocityUnit: 'km/h' | 'kt'
  readonly tab: DockTab
  /** What is asked of the tables of the dock, where it is not what they begin with. */
  readonly asked: Readonly<Partial<Record<DockTab, Asked>>>
  readonly minimumObservations: number
  /** What a step goes to. */
  readonly stepUnit: 'file' | 'trigger' | 'windowClose' | 'alert'
  /** Of regions that can be resized, by name, in pixels; and of grids' columns, by "tab.column". */
  readonly sizes: Readonly<Record<string, number>>
  /** Columns that stay at the left, by tab. */
  readonly pinned: Readonly<Record<string, readonly string[]>>
  readonly hiddenPhases: readonly string[]
  readonly sql: SqlView
  readonly lastRunId: string | null
}

/** What is written in the SQL console, so that nothing typed is lost. */
export interface SqlView {
  /** Empty before the first change: then it is the one that everybody begins with. */
  readonly tabs: readonly SqlTab[]
  /** Id of the tab that is shown; where there is none of it, the first is. */
  readonly shown: string
  /** The person's own, beside those that are built in. */
  readonly saved: readonly SavedQuery[]
  readonly limitSeconds: number
}

export interface SavedQuery {
  readonly id: string
  readonly name: string
  readonly text: string
}

export interface SqlTab extends SavedQuery {
  readonly chart?: ChartChoice
}

/** How the rows of a statement are drawn; columns by name, where they are not those that it begins with. */
export interface ChartChoice {
  readonly kind: 'bar' | 'line' | 'scatter' | 'heat'
  readonly x?: string
  readonly y?: string
  /** Of a heat map: the mean of it; absent: how many rows. */
  readonly value?: string
}

export type Layout = 'monitor' | 'tune' | 'investigate'

/** How numbers and times are written. */
export type Units = Pick<ViewState, 'zone' | 'altitudeUnit' | 'velocityUnit'>

export interface Asked {
  readonly filter: string
  readonly sort: { readonly column: string; readonly descending: boolean } | null
}

export type DockTab = 'alerts' | 'phases' | 'windows' | 'late' | 'files' | 'progress' | 'problems'

export interface ViewStore {
  get(): ViewState
  set(change: Partial<ViewState>): void
  subscribe(listener: () => void): () => void
}

export const initialView: ViewState = {
  layout: 'monitor',
  investigate: 'window',
  proposed: null,
  selection: null,
  range: null,
  leaveOutliers: false,
  theme: 'system',
  zone: 'UTC',
  altitudeUnit: 'm',
  velocityUnit: 'km/h',
  tab: 'alerts',
  asked: {},
  minimumObservations: 1,
  stepUnit: 'windowClose',
  sizes: {},
  pinned: {},
  hiddenPhases: [],
  sql: { tabs: [], shown: '', saved: [], limitSeconds: 30 },
  lastRunId: null
}

export function openViewStore(saved: Partial<ViewState> = {}): ViewStore {
  let state: ViewState = { ...initialView, ...saved }
  const listeners = new Set<() => void>()
  return {
    get: () => state,
    set(change) {
      state = { ...state, ...change }
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    }
  }
}
