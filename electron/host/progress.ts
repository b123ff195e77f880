import type { EventTimeStats } from '#shared/engine/partials.ts'
import type { StepMetrics } from '#shared/engine/step.ts'
import type { Millis } from '#shared/engine/time.ts'

/** One executed batch, in the shape of Spark's StreamingQueryProgress, plus what Spark does not tell. */
export interface Progress {
  readonly id: string
  readonly runId: string
  readonly name: string
  readonly timestamp: string
  readonly batchId: number
  readonly numInputRows: number
  readonly inputRowsPerSecond?: number
  readonly processedRowsPerSecond?: number
  readonly durationMs: Readonly<Record<string, number>>
  readonly eventTime: Readonly<Record<string, string>>
  readonly stateOperators: readonly [
    {
      readonly operatorName: 'stateStoreSave'
      readonly numRowsTotal: number
      readonly numRowsUpdated: number
      readonly allUpdatesTimeMs: number
      readonly numRowsRemoved: number
      readonly allRemovalsTimeMs: number
      readonly commitTimeMs: number
      /** Of the state's numbers, as it is kept in the checkpoint. */
      readonly memoryUsedBytes: number
      readonly numRowsDroppedByWatermark: number
      readonly numShufflePartitions: 1
      readonly numStateStoreInstances: 1
      readonly customMetrics: Readonly<Record<string, never>>
    }
  ]
  readonly sources: readonly [
    {
      readonly description: string
      readonly startOffset: unknown
      readonly endOffset: unknown
      readonly latestOffset: null
      readonly numInputRows: number
      readonly inputRowsPerSecond?: number
      readonly processedRowsPerSecond?: number
    }
  ]
  readonly sink: { readonly description: string; readonly numOutputRows: number }
  readonly contrail: {
    readonly numInputFiles: number
    /** Rows, not groups, that missed at least one window. */
    readonly lateRows: number
    /** Rows that belong to no window, having no event time. */
    readonly rowsWithoutTime: number
    /** Where the watermark stands after the batch. */
    readonly nextWatermark: string
    /** Gold already had the batch: it was computed again and not written. */
    readonly alreadyInGold: boolean
    readonly setAside: readonly { readonly path: string; readonly message: string }[]
  }
}

export interface ProgressParts {
  readonly queryId: string
  readonly runId: string
  readonly name: string
  readonly startedMs: number
  readonly previousStartedMs: number | undefined
  readonly finishedMs: number
  readonly batchId: number
  readonly numInputRows: number
  readonly numInputFiles: number
  readonly durationMs: Readonly<Record<string, number>>
  /** Merging partials into the state, closing windows, writing state and commit; and how large the state is. */
  readonly stateCosts: { readonly updatesMs: number; readonly removalsMs: number; readonly commitMs: number; readonly bytes: number }
  readonly eventTime: EventTimeStats | undefined
  readonly metrics: StepMetrics
  readonly nextWatermarkMs: Millis
  readonly sourceDescription: string
  readonly startOffset: string | undefined
  readonly endOffset: string
  readonly sinkDescription: string
  readonly numOutputRows: number
  readonly alreadyInGold: boolean
  readonly rowsWithoutTime: number
  readonly setAside: readonly { readonly path: string; readonly message: string }[]
}

/** SPEC P1: `eventTime.watermark` is what the batch evicted with; min, max and avg are only there when it read rows. */
export function formatProgress(parts: ProgressParts): Progress {
  const { metrics, eventTime, stateCosts } = parts
  const rates = {
    ...rate('inputRowsPerSecond', parts.numInputRows, parts.previousStartedMs === undefined ? Infinity : parts.startedMs - parts.previousStartedMs),
    ...rate('processedRowsPerSecond', parts.numInputRows, parts.finishedMs - parts.startedMs)
  }
  return {
    id: parts.queryId,
    runId: parts.runId,
    name: parts.name,
    timestamp: formatInstant(parts.startedMs),
    batchId: parts.batchId,
    numInputRows: parts.numInputRows,
    ...rates,
    durationMs: Object.fromEntries(Object.entries(parts.durationMs).sort(([a], [b]) => (a < b ? -1 : 1))), // As Spark does.
    eventTime: {
      ...(eventTime && { avg: formatInstant(Math.trunc(eventTime.avgMs)), max: formatInstant(eventTime.maxMs), min: formatInstant(eventTime.minMs) }),
      watermark: formatInstant(metrics.watermarkMs)
    },
    stateOperators: [
      {
        operatorName: 'stateStoreSave',
        numRowsTotal: metrics.numRowsTotal,
        numRowsUpdated: metrics.numRowsUpdated,
        allUpdatesTimeMs: stateCosts.updatesMs,
        numRowsRemoved: metrics.numRowsRemoved,
        allRemovalsTimeMs: stateCosts.removalsMs,
        commitTimeMs: stateCosts.commitMs,
        memoryUsedBytes: stateCosts.bytes,
        numRowsDroppedByWatermark: metrics.numRowsDroppedByWatermark,
        numShufflePartitions: 1,
        numStateStoreInstances: 1,
        customMetrics: {}
      }
    ],
    sources: [
      {
        description: parts.sourceDescription,
        startOffset: parts.startOffset === undefined ? null : JSON.parse(parts.startOffset),
        endOffset: JSON.parse(parts.endOffset),
        latestOffset: null,
        numInputRows: parts.numInputRows,
        ...rates
      }
    ],
    sink: { description: parts.sinkDescription, numOutputRows: parts.numOutputRows },
    contrail: {
      numInputFiles: parts.numInputFiles,
      lateRows: metrics.lateRows,
      rowsWithoutTime: parts.rowsWithoutTime,
      nextWatermark: formatInstant(parts.nextWatermarkMs),
      alreadyInGold: parts.alreadyInGold,
      setAside: parts.setAside
    }
  }
}

/** Left out where it is not a number, as in Spark; 0 for the first batch of a run, which has no batch before it. */
function rate<Name extends string>(name: Name, rows: number, ms: number): Partial<Record<Name, number>> {
  return ms > 0 ? ({ [name]: rows / (ms / 1000) } as Record<Name, number>) : {}
}

const gregorianStartMs = Date.UTC(1582, 9, 15)

/**
 * An instant as Spark prints it: ISO 8601 in UTC with milliseconds, and before 1582-10-15 the date of the Julian calendar, because Java's
 * SimpleDateFormat changes calendars there. SPEC P2
 */
export function formatInstant(ms: number): string {
  if (ms < gregorianStartMs) return formatJulian(ms)
  // Date ends with the year 275760, 64 bits of microseconds with 294247: the calendar repeats itself.
  const cycles = Math.max(0, Math.ceil((ms - lastOfDateMs) / cycleMs))
  const [, year = '', rest = ''] = /^\+?(\d+)(.*)$/.exec(new Date(ms - cycles * cycleMs).toISOString()) ?? []
  return `${String(Number(year) + 400 * cycles).padStart(4, '0')}${rest}`
}

const lastOfDateMs = 8.64e15

/** Of 400 years. */
const cycleMs = 146_097 * 86_400_000

/** Day number to Julian date: E. G. Richards' algorithm. */
function formatJulian(ms: number): string {
  const days = Math.floor(ms / 86_400_000)
  const f = days + 2_440_588 + 1401
  const e = 4 * f + 3
  const h = 5 * Math.floor((((e % 1461) + 1461) % 1461) / 4) + 2
  const day = Math.floor((h % 153) / 5) + 1
  const month = ((Math.floor(h / 153) + 2) % 12) + 1
  const year = Math.floor(e / 1461) - 4716 + Math.floor((14 - month) / 12)
  const time = new Date(ms - days * 86_400_000).toISOString().slice(10)
  const era = year > 0 ? year : 1 - year // "yyyy" of SimpleDateFormat has no era
  return `${String(era).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}${time}`
}
