import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { contrail, startContrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { s3Stories } from '#test/support/s3Story.ts'

const stories = s3Stories()

/** Everything that every batch writes, in its order. */
const steps: readonly (readonly [what: string, key: RegExp])[] = [
  ['offsets', /checkpoints\/\w+\/offsets\/\d+$/],
  ['a data file of gold', /gold\/.*\.parquet$/],
  ['a commit of gold', /gold\/.*_delta_log\/\d{20}\.json$/],
  ['the state', /checkpoints\/\w+\/state\/\d+$/],
  ['a commit of the checkpoint', /checkpoints\/\w+\/commits\/\d+$/]
]

/** What only some do. */
const seldom: typeof steps = [
  ['the metadata of a checkpoint', /checkpoints\/\w+\/metadata$/],
  ['a checkpoint of the log of gold', /gold\/.*_delta_log\/\d{20}\.checkpoint\.parquet$/]
]

test('R2 killed before and after every step that writes to S3, again and again, a run comes to the rows and batches of one that was not', async () => {
  const story = await stories.open()
  const { queries, silver } = story.pipeline
  const file = join(temporaryFolder('kill'), 'pipeline.json')
  const alerts = queries.anomaly_alerts!
  const us = (value: bigint) => `${value} microseconds`
  writeFileSync(
    file,
    JSON.stringify({
      silver: { uri: silver.uri, maxFilesPerTrigger: silver.maxFilesPerTrigger },
      gold: { uri: story.places.gold },
      checkpoints: { uri: story.places.checkpoints },
      queries: {
        flight_phase_counts: { window: us(queries.flight_phase_counts!.windowUs), watermarkDelay: `${queries.flight_phase_counts!.watermarkDelayMs} milliseconds` },
        anomaly_alerts: { window: us(alerts.windowUs), slide: us(alerts.slideUs), watermarkDelay: `${alerts.watermarkDelayMs} milliseconds`, thresholds: alerts.thresholds }
      }
    })
  )
  const env = { ...story.server.environment, CONTRAIL_CACHE: temporaryFolder('cache') }
  const replay = ['replay', '--pipeline', file]
  const killed: string[] = []
  const each = (when: 'before' | 'after', some: typeof steps) => some.map(([what, key]) => ({ when, what, key }))
  for (const { when, what, key } of [...each('after', seldom.slice(0, 1)), ...each('before', steps), ...each('after', steps), ...each('before', seldom.slice(1))]) {
    const running = startContrail(replay, { env })
    const forget = story.server.onRequest({
      on: { operation: 'PutObject', key },
      times: 1,
      [when]() {
        running.child.kill('SIGKILL')
        killed.push(`${when} ${what}`)
        return when === 'before' ? ('drop' as const) : undefined
      }
    })
    const { signal, stderr } = await running.finished
    forget()
    if (signal !== 'SIGKILL') expect(stderr).toBe('')
  }
  expect(killed.length).toBe(12)
  expect(await contrail(replay, { env })).toMatchObject({ code: 0, stderr: '' })
  await story.expectWhole()
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s in the middle of a download ends a run at once with one line, and the next goes on', async (signal) => {
  const story = await stories.open()
  const env = { ...story.server.environment, CONTRAIL_CACHE: temporaryFolder('cache') }
  const args = ['replay', '--silver', story.pipeline.silver.uri, '--gold', story.places.gold, '--checkpoints', story.places.checkpoints, '--max-files-per-trigger', '1']
  const mend = story.server.fail({ on: { operation: 'GetObject', key: /silver\/[^_].*\.parquet$/, after: 2 }, do: { kind: 'stalledBody' } })
  const running = startContrail(args, { env })
  story.server.onRequest({ on: { operation: 'GetObject', key: /silver\/[^_].*\.parquet$/, after: 2 }, times: 1, after: () => void running.child.kill(signal) })
  const { code, stderr } = await running.finished
  expect({ code, lines: stderr.trim().split('\n') }).toEqual({ code: 130, lines: [expect.stringMatching(/^contrail: interrupted; everything up to the last whole batch is in gold/) as string] })
  mend()
  expect(await contrail(args, { env })).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/\nS3: [\d,]+ requests, [\d.]+ MB read, [\d.]+ MB written\n$/) as string })
})
