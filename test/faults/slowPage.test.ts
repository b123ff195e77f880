import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { WebSocket, WebSocketServer } from 'ws'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { readStream } from '#shared/arrow/readStream.ts'
import type { Channel } from '#shared/contract/channel.ts'
import { hostMethods, type Host } from '#shared/contract/host.ts'
import { connect, serve } from '#shared/contract/rpc.ts'
import type { RunEvent } from '#shared/contract/run.ts'
import { webSocketChannel, type BrowserSocket } from '#shared/contract/webSocketChannel.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { latestOf } from '#electron/host/latestOf.ts'
import { fileBacklog } from '#electron/transport/fileBacklog.ts'
import { webSocket } from '#electron/transport/webSocket.ts'
import { add, protocol, writeLog, writeParquet } from '#test/delta/handMade.ts'
import { goldRows } from '#test/support/compareScenario.ts'
import { until } from '#test/support/contrail.ts'
import { disturbed } from '#test/support/disturbed.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { isState, openTestHost } from '#test/support/hosts.ts'
import { observationsSql, silverMetaData, writeObservations } from '#test/support/observations.ts'

const database = await openDatabase()
afterAll(() => database.close())

const window = 8 * 1024
const inMemory = 4 * 1024

/** A page over a real WebSocket, whose window and memory are small. */
async function openPage(host: Host, folder: string) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no address')
  const accepted = once(server, 'connection') as Promise<[WebSocket]>
  const socket = new WebSocket(`ws://127.0.0.1:${address.port}`)
  onTestFinished(() => void socket.terminate())
  const page = connect<Host>(hostMethods, webSocketChannel(socket as unknown as BrowserSocket))
  const [theirs] = await accepted
  const posted = { bytes: 0, largest: 0 }
  const channel = webSocket(theirs)
  const counting: Channel = {
    ...channel,
    post(message) {
      posted.bytes += message.byteLength
      posted.largest = Math.max(posted.largest, message.byteLength)
      channel.post(message)
    }
  }
  serve(host, hostMethods, counting, { backlog: fileBacklog(folder, inMemory), latestOf, window })
  return { page, socket, posted }
}

test('a page that stops reading holds up neither run nor memory, and hears of everything once it reads again', async () => {
  const story = disturbed('late-rows', database)
  story.show(0)
  const waiting = join(story.folder, 'waiting')
  const { host, heard } = await openTestHost()
  const { page, socket, posted } = await openPage(host, waiting)
  const events: RunEvent[] = []
  page.onRunEvent((event) => void events.push(event))
  const run = await page.createRun({ silver: story.silver, gold: story.gold, checkpoints: story.checkpoints, mode: 'replay', maxFilesPerTrigger: 1 })
  await page.openRun(run.id)
  await until(() => events.some((event) => event.kind === 'loaded'))
  socket.pause()
  const before = posted.bytes
  await host.controlRun(run.id, { kind: 'play' })
  await heard.until(isState('done'))
  await story.expectReached()
  expect(readdirSync(waiting)).toHaveLength(1)
  // What was on its way already counts, and the last message may go beyond.
  expect(posted.bytes - before).toBeLessThanOrEqual(window + posted.largest)
  socket.resume()
  await until(() => events.some(isState('done')))
  const snapshot = await page.openRun(run.id)
  const batches = events.flatMap((event) => (event.kind === 'batch' ? [`${event.batch.query} ${event.batch.batchId}`] : []))
  expect(batches.sort()).toEqual(snapshot.batches.map(({ query, batchId }) => `${query} ${batchId}`).sort())
  const rows = { flight_phase_counts: 0, anomaly_alerts: 0 }
  for (const event of events) if (event.kind === 'rows' && !event.loaded) rows[event.query] += readStream(event.rows).length
  expect(rows).toEqual(snapshot.goldRows)
  await until(() => readdirSync(waiting).length === 0)
})

test('more windows and keys than a message holds come in parts, and what is open is cut with a warning', async () => {
  const folder = temporaryFolder('keys')
  const silver = join(folder, 'silver')
  const keys = 22_000 // Of five windows each: 110,000 rows of gold.
  writeLog(silver, [[protocol(), silverMetaData()], [add('1.parquet')], [add('2.parquet')]])
  const one = observationsSql([{ at: '12:00', phase: 'CRUISE', altitude: 10_000, velocity: 800 }])
  await writeParquet(database, silver, '1.parquet', `SELECT * REPLACE ('key ' || i AS origin_country) FROM (${one}), range(${keys}) r(i)`)
  await writeObservations(database, silver, '2.parquet', [{ at: '13:00', phase: 'CRUISE', country: 'Malta', altitude: 10_000, velocity: 800 }])
  const { host, heard } = await openTestHost()
  const run = await host.createRun({ silver, mode: 'replay', maxFilesPerTrigger: 1 })
  await host.openRun(run.id)
  await heard.until((event) => event.kind === 'loaded')
  await host.controlRun(run.id, { kind: 'step', unit: 'file' })
  await heard.until((event) => event.kind === 'open' && readStream(event.rows).length === 100_000)
  await host.controlRun(run.id, { kind: 'play' })
  await heard.until(isState('done'))
  const parts = heard.events.flatMap((event) => (event.kind === 'rows' && event.query === 'anomaly_alerts' ? [readStream(event.rows).length] : []))
  expect(parts).toEqual([50_000, 50_000, 10_000])
  expect(heard.events.flatMap((event) => (event.kind === 'problem' ? [event.problem.message] : []))).toEqual(['anomaly_alerts has 110000 open windows and keys, more than the workbench shows: the first 100000 are shown; gold will have all of them'])
  expect((await goldRows(join(run.gold, 'anomaly_alerts'), database)).length).toBe(5 * keys)
})
