import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { readLines } from '#test/support/oracle.ts'

const folder = temporaryFolder('progress')
const replay = (name: string, ...more: string[]) => ['replay', '--silver', 'silver', '--gold', `${name}/gold`, '--checkpoints', `${name}/checkpoints`, '--max-files-per-trigger', '2', ...more]
const run = (args: readonly string[]) => contrail(args, { cwd: folder })
const names = ['anomaly_alerts', 'flight_phase_counts']

interface Line {
  readonly id: string
  readonly runId: string
  readonly name: string
  readonly batchId: number
  readonly numInputRows: number
  readonly inputRowsPerSecond: number
  readonly durationMs: Readonly<Record<string, number>>
  readonly eventTime: Readonly<Record<string, string>>
  readonly stateOperators: readonly Readonly<Record<string, unknown>>[]
  readonly sources: readonly Readonly<Record<string, unknown>>[]
  readonly sink: Readonly<Record<string, unknown>>
  readonly contrail: Readonly<Record<string, unknown>>
}

const linesOf = (file: string) => readLines(join(folder, file)) as unknown as Line[]
const batchesOf = (lines: readonly Line[], name: string) => lines.filter((line) => line.name === name)

beforeAll(async () => {
  expect(await run(['sample', 'silver', '--minutes', '7', '--rows-per-minute', '50'])).toMatchObject({ code: 0 })
  expect(await run(replay('first', '--progress', 'progress.jsonl'))).toMatchObject({ code: 0, stderr: '' })
})

describe('--progress', () => {
  test('P1 writes a line for every batch of every query', () => {
    const lines = linesOf('progress.jsonl')
    // Seven files by two, and the batch without data that closes what the last of them let pass.
    expect(names.map((name) => batchesOf(lines, name).map(({ batchId, numInputRows }) => [batchId, numInputRows]))).toEqual(names.map(() => [[0, 100], [1, 100], [2, 100], [3, 50], [4, 0]]))
    expect(names.map((name) => new Set(batchesOf(lines, name).map(({ id }) => id)).size)).toEqual([1, 1])
    expect([new Set(lines.map(({ id }) => id)).size, new Set(lines.map(({ runId }) => runId)).size]).toEqual([2, 1])
  })

  test('P1 names things as Spark does, in its order', () => {
    const [first, second] = batchesOf(linesOf('progress.jsonl'), 'flight_phase_counts')
    const rates = ['inputRowsPerSecond', 'processedRowsPerSecond']
    const keys = ['id', 'runId', 'name', 'timestamp', 'batchId', 'numInputRows', ...rates, 'durationMs', 'eventTime', 'stateOperators', 'sources', 'sink', 'contrail']
    expect(Object.keys(second!)).toEqual(keys)
    expect([Object.keys(first!), first!.inputRowsPerSecond], 'the first batch has no interval to count by').toEqual([keys, 0])
    expect(Object.keys(second!.durationMs)).toEqual(['addBatch', 'commitOffsets', 'getBatch', 'latestOffset', 'queryPlanning', 'triggerExecution', 'walCommit'])
    expect(Object.keys(second!.eventTime)).toEqual(['avg', 'max', 'min', 'watermark'])
    expect(second!.stateOperators.map(Object.keys)).toEqual([
      ['operatorName', 'numRowsTotal', 'numRowsUpdated', 'allUpdatesTimeMs', 'numRowsRemoved', 'allRemovalsTimeMs', 'commitTimeMs', 'memoryUsedBytes', 'numRowsDroppedByWatermark', 'numShufflePartitions', 'numStateStoreInstances', 'customMetrics']
    ])
    expect(second!.sources.map(Object.keys)).toEqual([['description', 'startOffset', 'endOffset', 'latestOffset', 'numInputRows', ...rates]])
    expect(Object.keys(second!.sink)).toEqual(['description', 'numOutputRows'])
  })

  test('P1 tells offsets as objects, the watermark before the batch, and no event times of a batch without rows', () => {
    const batches = batchesOf(linesOf('progress.jsonl'), 'flight_phase_counts')
    expect(batches.map(({ sources }) => sources[0]!.startOffset)).toEqual([null, ...batches.slice(0, -1).map(({ sources }) => sources[0]!.endOffset)])
    expect(batches.map(({ eventTime }) => eventTime.watermark)).toEqual(['1970-01-01T00:00:00.000Z', ...batches.slice(0, -1).map((line) => line.contrail.nextWatermark)])
    expect(Object.keys(batches.at(-1)!.eventTime)).toEqual(['watermark'])
    expect(batches[0]!.sources[0]!.description).toBe(`DeltaSource[file:${join(folder, 'silver')}]`)
    expect(batches[0]!.sink.description).toBe(`DeltaSink[${join(folder, 'first/gold/flight_phase_counts')}]`)
  })

  test('P1 tells how large the state is: it grows with rows and shrinks when windows close', () => {
    const batches = batchesOf(linesOf('progress.jsonl'), 'flight_phase_counts').map(({ stateOperators }) => stateOperators[0] as { numRowsTotal: number; memoryUsedBytes: number })
    expect(batches.map(({ memoryUsedBytes }) => memoryUsedBytes > 0)).toEqual(batches.map(() => true))
    const [last, before] = [batches.at(-1)!, batches.at(-2)!]
    expect([last.numRowsTotal < before.numRowsTotal, last.memoryUsedBytes < before.memoryUsedBytes]).toEqual([true, true])
  })

  test('is what the counters of gold add up to', async () => {
    const removed = batchesOf(linesOf('progress.jsonl'), 'flight_phase_counts').reduce((sum, { stateOperators }) => sum + Number(stateOperators[0]!.numRowsRemoved), 0)
    const { stdout } = await run(['show', '--gold', 'first/gold', '--json'])
    expect((JSON.parse(stdout) as { flight_phase_counts: { rows: number } }).flight_phase_counts.rows).toBe(removed)
  })

  test('is appended to a file that is there, and adds nothing when nothing is new', async () => {
    const file = join(folder, 'kept.jsonl')
    writeFileSync(file, '{"mine":1}\n')
    expect(await run(replay('kept', '--query', 'anomaly_alerts', '--progress', 'kept.jsonl'))).toMatchObject({ code: 0 })
    const first = readFileSync(file, 'utf8')
    expect(await run(replay('kept', '--query', 'anomaly_alerts', '--progress', 'kept.jsonl'))).toMatchObject({ code: 0, stdout: 'nothing new to read\n' })
    expect([linesOf('kept.jsonl').map(({ name, batchId }) => [name, batchId]), readFileSync(file, 'utf8') === first]).toEqual([[[undefined, undefined], ...[0, 1, 2, 3, 4].map((batchId) => ['anomaly_alerts', batchId])], true])
  })

  test.each([
    ['none/progress.jsonl', 'none/progress.jsonl is not there: check the path'],
    ['silver', 'cannot write FOLDER/silver, because a file is where a folder must be, or a folder where a file must be: choose another path']
  ])('to %s is refused in one line before anything runs, and the command ends', async (file, message) => {
    const [, ...flags] = replay('never', '--progress', file)
    for (const command of ['replay', 'watch']) {
      const { code, stdout, stderr } = await run([command, ...flags])
      expect({ code, stdout, stderr: stderr.replace(folder, 'FOLDER') }, command).toEqual({ code: 1, stdout: '', stderr: `contrail: --progress: ${message.startsWith('none') ? 'FOLDER/' : ''}${message}\n` })
    }
    expect(existsSync(join(folder, 'never'))).toBe(false)
  })

  test('of a batch that gold already had says so', async () => {
    expect(await run(replay('again'))).toMatchObject({ code: 0 })
    rmSync(join(folder, 'again/checkpoints/gold_anomalies/commits/4'))
    expect(await run(replay('again', '--progress', 'again.jsonl'))).toMatchObject({ code: 0 })
    expect(linesOf('again.jsonl').map(({ name, batchId, contrail: { alreadyInGold } }) => ({ name, batchId, alreadyInGold }))).toEqual([{ name: 'anomaly_alerts', batchId: 4, alreadyInGold: true }])
  })
})
