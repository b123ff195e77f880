import type { Palette } from '#renderer/chart/palette.ts'
import type { TimeExtent, TimeRange } from '#renderer/chart/timeRange.ts'
import type { TimeScale } from '#renderer/chart/timeScale.ts'
import type { Box } from '#renderer/chart/drawing.ts'
import type { QueryName } from '#shared/contract/run.ts'
import type { WindowEntry } from '#renderer/store/windowTable.ts'
import type { ViewState } from '#renderer/store/viewStore.ts'

/** What the time panels share. */
export interface TimeFrame {
  readonly scale: TimeScale
  readonly palette: Palette
  readonly zone: ViewState['zone']
  readonly extent: TimeExtent
  /** The newest event, or the end of the range where it lies beyond: the same while nothing of it is seen. */
  readonly newestMs: number | undefined
  readonly selection: ViewState['selection']
  readonly move: TimeMoves
  readonly hover: Hover | null
  /** What the pointer is on; null: on nothing. */
  onHover(hover: Hover | null): void
}

export interface TimeMoves {
  pan(byMs: number): void
  zoom(factor: number, aroundMs: number): void
  /** So that a window is seen. */
  show(window: TimeRange): void
}

/** A window that is pointed at, in a panel of its query; `key`: its country. */
export interface Hover {
  readonly panel: string
  readonly query: QueryName
  readonly startMs: number
  readonly key?: string | null
}

/** What lies at a point of a panel, and where. */
export interface Hit {
  readonly window: WindowEntry
  readonly query: QueryName
  readonly box: Box
  readonly key?: string | null
}
