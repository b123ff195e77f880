import { queryNames, type RunStore } from '#renderer/store/runStore.ts'

/** The whole recording as the overview draws it. Times are milliseconds since 1970. */
export interface Overview {
  readonly startMs: number
  readonly endMs: number
  /** Rows by equal parts of the time; empty where nothing is known yet. */
  readonly volume: readonly number[]
  /** Read up to here. */
  readonly newestMs: number | undefined
  /** Where a country first passed 10 %. */
  readonly alerts: readonly { readonly atMs: number; readonly words: string }[]
  /** Windows that rows came too late for. */
  readonly lateMs: readonly number[]
  /** How far the run was when it set a file aside. */
  readonly setAsideMs: readonly number[]
}

/** undefined while there is nothing to draw. Parts: of the volume, where the log of silver does not tell it. */
export function overviewOf(store: Pick<RunStore, 'recording' | 'windows' | 'newestEventMs' | 'marks'>, parts: number): Overview | undefined {
  const { recording, newestEventMs: newestMs } = store
  const marks = { lateMs: [...store.marks.late], setAsideMs: [...store.marks.setAside.values()] }
  const alerts = store.windows.anomaly_alerts.sums.firstOver.map(({ key, endMs }) => ({ atMs: endMs, words: `${key ?? '(none)'} first over 10 %` }))
  if (recording !== null && recording.minEventMs !== null && recording.maxEventMs !== null && recording.maxEventMs > recording.minEventMs) return { startMs: recording.minEventMs, endMs: recording.maxEventMs, volume: recording.volume, newestMs, alerts, ...marks }
  const query = queryNames.find((name) => store.windows[name].all.length > 0)
  if (query === undefined) return undefined
  const { all } = store.windows[query]
  const startMs = all[0]!.startMs
  const endMs = Math.max(newestMs ?? 0, all.at(-1)!.endMs)
  const volume = new Array<number>(parts).fill(0)
  const partOf = (ms: number) => Math.max(0, Math.min(parts - 1, Math.floor(((ms - startMs) / (endMs - startMs)) * parts)))
  for (const window of all) {
    const from = partOf(window.startMs)
    const to = Math.max(from, partOf(window.endMs - 1))
    for (let part = from; part <= to; part++) volume[part]! += window.rows / (to - from + 1)
  }
  return { startMs, endMs, volume, newestMs, alerts, ...marks }
}

/** Heights of `columns` bars, 0 to `height`; what has rows is one pixel at least. */
export function barsOf(volume: readonly number[], columns: number, height: number): number[] {
  const sums = new Array<number>(columns).fill(0)
  for (const [part, rows] of volume.entries()) {
    // Parts wider than columns fill all that they cover.
    const from = Math.floor((part / volume.length) * columns)
    const to = Math.max(from, Math.ceil(((part + 1) / volume.length) * columns) - 1)
    for (let column = from; column <= to; column++) sums[column]! += rows / (to - from + 1)
  }
  const most = sums.reduce((a, b) => Math.max(a, b), 0)
  return sums.map((rows) => (rows === 0 ? 0 : Math.max(1, Math.round((rows / most) * height))))
}

/** The range moved by `byMs`, kept so that it overlaps the recording. */
export function movedRange({ startMs, endMs }: { readonly startMs: number; readonly endMs: number }, byMs: number, overview: Pick<Overview, 'startMs' | 'endMs'>): { readonly startMs: number; readonly endMs: number } {
  const spanMs = endMs - startMs
  // Whole seconds: windows begin at such, and so do labels.
  const wanted = Math.round((startMs + byMs) / 1000) * 1000
  const to = Math.max(overview.startMs - spanMs / 2, Math.min(overview.endMs - spanMs / 2, wanted))
  return { startMs: to, endMs: to + spanMs }
}
