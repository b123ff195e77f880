import { describe, expect, test } from 'vitest'
import { predictClosing, type Closing, type PlannedBatch, type PlannedBatches } from '#shared/engine/closing.ts'
import type { QuerySpec } from '#shared/engine/querySpec.ts'
import { initialState, type EngineState } from '#shared/engine/state.ts'
import { step } from '#shared/engine/step.ts'
import { micros, microsToMillis, millis, millisToMicros } from '#shared/engine/time.ts'
import { openWindows } from '#shared/engine/windows.ts'
import { windowSpec } from '#shared/engine/windowSpec.ts'
import { randomFrom } from '#test/support/random.ts'
import { at, batchOf, type Row } from '#test/support/rows.ts'

const minute = 60_000_000n

function query(name: string, sizeUs: bigint, slideUs: bigint, delayMs: number): QuerySpec {
  return { name, window: windowSpec(micros(sizeUs), micros(slideUs)), delayMs: millis(delayMs), key: { name: 'key', type: { kind: 'string' } }, outputs: [{ name: 'n', measure: { kind: 'count' } }] }
}

const queries = [query('tumbling', minute, minute, 120_000), query('sliding', 5n * minute, minute, 360_000), query('not of whole milliseconds', 7_000_500n, 3_500_250n, 1500)]

interface File {
  readonly path: string
  readonly rows: readonly Row[]
  readonly maxEventMs: number
}

/** Files of a minute or so each, some late, some of late rows, with gaps, and times on the edges of windows and milliseconds. */
function recording(random: () => number): File[][] {
  const files: File[] = []
  let clock = at('12:00')
  for (let count = 4 + Math.floor(random() * 20); files.length < count; ) {
    clock = micros(clock + BigInt(Math.floor(random() < 0.1 ? random() * 900 : random() * 90)) * 1_000_000n)
    const number = files.length
    const behind = random() < 0.15 ? BigInt(Math.floor(random() * 800)) * 1_000_000n : 0n
    const rows = Array.from({ length: 1 + Math.floor(random() * 4) }, (): Row => {
      const late = random() < 0.2 ? BigInt(Math.floor(random() * 720)) * 1_000_000n : 0n
      const time = clock - behind - late + BigInt(Math.floor(random() * 60_000_000))
      return { at: micros(random() < 0.25 ? time - (time % minute) : random() < 0.3 ? time - (time % 1000n) : time), key: random() < 0.5 ? 'a' : 'b' }
    })
    files.push({ path: `file ${number}`, rows, maxEventMs: Math.max(...rows.map((row) => microsToMillis(row.at!))) })
  }
  const batches: File[][] = []
  while (files.length > 0) batches.push(files.splice(0, 1 + Math.floor(random() ** 2 * 4)))
  return batches
}

interface Moment {
  readonly state: EngineState
  readonly nextBatch: number
}

/** What the engine does of the batches, and after the last one until nothing is owed. SPEC B3 */
function replay(spec: QuerySpec, batches: readonly (readonly File[])[]): { readonly moments: Moment[]; readonly writtenBy: ReadonlyMap<number, number> } {
  const moments: Moment[] = [{ state: initialState, nextBatch: 0 }]
  const writtenBy = new Map<number, number>()
  for (;;) {
    const { state, nextBatch } = moments.at(-1)!
    const files = batches[nextBatch]
    if (!files && state.watermarkMs <= state.closedMs) return { moments, writtenBy }
    const done = step(spec, state, batchOf(spec, (files ?? []).flatMap(({ rows }) => rows)))
    for (const start of done.closed.start) writtenBy.set(Number(start), nextBatch)
    moments.push({ state: done.state, nextBatch: nextBatch + 1 })
  }
}

const planFrom = (batches: readonly (readonly File[])[], nextBatch: number): PlannedBatches => ({
  batches: batches.slice(nextBatch).map((files, i): PlannedBatch => ({ batchId: nextBatch + i, files: files.map(({ path, maxEventMs }) => ({ path, maxEventMs })) })),
  then: 'cleanUp'
})

interface Played {
  readonly spec: QuerySpec
  readonly batches: readonly (readonly File[])[]
  readonly moments: readonly Moment[]
  readonly writtenBy: ReadonlyMap<number, number>
}

/** What came of a window that was open before a batch: which batch and file moved the watermark past its end, and which batch wrote it. */
function hindsight({ spec, batches, moments, writtenBy }: Played, startUs: bigint, endUs: bigint, nextBatch: number): Closing {
  const hasPassed = ({ watermarkMs }: EngineState) => millisToMicros(watermarkMs) >= endUs
  const written = writtenBy.get(Number(startUs))
  if (written === undefined) return { kind: 'never' }
  if (hasPassed(moments[nextBatch]!.state)) return { kind: 'passed', writtenBy: written }
  const readBy = moments.findIndex(({ state }) => hasPassed(state)) - 1
  const alone = ({ rows }: File) => step(spec, moments[readBy]!.state, batchOf(spec, rows)).state
  const { path, maxEventMs } = batches[readBy]!.find((file) => hasPassed(alone(file)))!
  return { kind: 'planned', file: path, eventMs: maxEventMs, readBy, writtenBy: written }
}

describe.each(queries)('windows of a query that is $name', (spec) => {
  test('E1 T1 at every moment, file and triggers that were predicted for every open window are those that come', () => {
    const seen = { passed: 0, planned: 0, never: 0, unknown: 0 }
    for (let seed = 0; seed < 200; seed++) {
      const batches = recording(randomFrom(seed))
      const { moments, writtenBy } = replay(spec, batches)
      for (const { state, nextBatch } of moments) {
        const windows = openWindows(spec, state)
        for (const [i, startUs] of windows.start.entries()) {
          if (i > 0 && windows.start[i - 1] === startUs) continue
          const endUs = windows.end[i]!
          const predicted = predictClosing({ endMs: Number(endUs) / 1000, delayMs: spec.delayMs, watermarkMs: state.watermarkMs, nextBatch, ahead: planFrom(batches, nextBatch) })
          expect(predicted, `seed ${seed}, before batch ${nextBatch}, window ${startUs}`).toEqual(hindsight({ spec, batches, moments, writtenBy }, startUs, endUs, nextBatch))
          seen[predicted.kind] += 1
        }
      }
    }
    expect(Object.entries(seen).filter(([, count]) => count > 500).map(([kind]) => kind)).toEqual(['passed', 'planned', 'never'])
  })
})

const facts = { endMs: 60_000, delayMs: 120_000, watermarkMs: 0, nextBatch: 7 }
const file = (path: string, maxEventMs: number | null) => ({ path, maxEventMs })

test('T3 an event exactly at end plus delay closes a window, one a millisecond before does not', () => {
  const ahead: PlannedBatches = { batches: [{ batchId: 7, files: [file('a', 179_999)] }, { batchId: 8, files: [file('b', 180_000), file('c', 999_999)] }], then: 'cleanUp' }
  expect(predictClosing({ ...facts, ahead })).toEqual({ kind: 'planned', file: 'b', eventMs: 180_000, readBy: 8, writtenBy: 9 })
})

test('E1 a window that the watermark has passed is written by the next batch, if there is one', () => {
  const passed = { ...facts, watermarkMs: 60_000 }
  expect(predictClosing({ ...passed, ahead: undefined })).toEqual({ kind: 'passed', writtenBy: 7 })
  expect(predictClosing({ ...passed, ahead: { batches: [], then: 'cleanUp' } })).toEqual({ kind: 'passed', writtenBy: 7 })
  expect(predictClosing({ ...passed, ahead: { batches: [], then: 'nothing' } })).toEqual({ kind: 'passed', writtenBy: undefined })
})

test('E2 without an event that late among the files that are left, a window is never written; where more files follow, that is not known', () => {
  const batches = [{ batchId: 7, files: [file('a', 179_999)] }, { batchId: 8, files: [] }]
  expect(predictClosing({ ...facts, ahead: { batches, then: 'cleanUp' } })).toEqual({ kind: 'never' })
  expect(predictClosing({ ...facts, ahead: { batches, then: 'files' } })).toEqual({ kind: 'unknown', because: 'files' })
  expect(predictClosing({ ...facts, ahead: undefined })).toEqual({ kind: 'unknown', because: 'watch' })
})

test('a file without statistics hides what comes after it, but not what is read together with it', () => {
  const late = { batchId: 8, files: [file('b', 999_999), file('c', null)] }
  expect(predictClosing({ ...facts, ahead: { batches: [late], then: 'cleanUp' } })).toMatchObject({ kind: 'planned', file: 'b', readBy: 8, writtenBy: 9 })
  expect(predictClosing({ ...facts, ahead: { batches: [{ batchId: 7, files: [file('a', null)] }, late], then: 'cleanUp' } })).toEqual({ kind: 'unknown', because: 'statistics' })
})

test('B3 recorded batches that end with the one that reads the event write nothing of the window', () => {
  const batches = [{ batchId: 7, files: [file('a', 180_000)] }]
  expect(predictClosing({ ...facts, ahead: { batches, then: 'nothing' } })).toMatchObject({ readBy: 7, writtenBy: undefined })
})
