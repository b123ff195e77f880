import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { channelPair, type Channel } from '#shared/contract/channel.ts'
import { hostMethods, type Host } from '#shared/contract/host.ts'
import { connect, serve } from '#shared/contract/rpc.ts'
import type { NewS3Connection } from '#shared/contract/s3.ts'
import type { CheckReport } from '#shared/contract/source.ts'
import { openDatabase, type Database } from '#electron/duckdb/database.ts'
import { expectGold } from '#test/support/compareScenario.ts'
import { contrail, until } from '#test/support/contrail.ts'
import { startFakeS3, type FakeS3 } from '#test/support/fakeS3/fakeS3.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { closeHosts, isState, openTestHost } from '#test/support/hosts.ts'
import { readScenario } from '#test/support/oracle.ts'
import { outcomeOf } from '#test/support/outcome.ts'
import { secretsBelow, secretsIn } from '#test/support/secrets.ts'

const keys = { accessKeyId: 'AKIADISTINCT7Q', secretAccessKey: 'dist/inct+secret=of "tests" 7Q', sessionToken: 'FwoG/distinct+token==7Q' }
const secrets = Object.values(keys)
const scenario = readScenario(join(repository, 'test/fixtures/oracle/notebook'))

let database: Database
let server: FakeS3
beforeAll(async () => {
  database = await openDatabase()
})
afterAll(() => database.close())
beforeEach(async () => {
  server = await startFakeS3({ buckets: ['lake'], credentials: keys })
  await server.putFolder('lake', 'silver/flights', join(scenario.folder, 'silver'))
})
afterEach(async () => {
  await closeHosts()
  await server.close()
})

const connectionTo = ({ endpoint, region }: FakeS3, more: Partial<NewS3Connection> = {}): NewS3Connection => ({ address: 's3://lake/silver/flights', endpoint, region, pathStyle: true, keys: { kind: 'typed', keep: false, typed: keys }, ...more })

/** The answers and events of a host, as they cross to a page. */
function overWire(host: Host): { readonly page: Host; readonly frames: Uint8Array[] } {
  const [hostEnd, pageEnd] = channelPair()
  const frames: Uint8Array[] = []
  const recorded: Channel = {
    ...hostEnd,
    post(message) {
      frames.push(message.slice())
      hostEnd.post(message)
    }
  }
  serve(host, hostMethods, recorded)
  return { page: connect<Host>(hostMethods, pageEnd), frames }
}

const failed = ({ steps }: CheckReport): [string, string] | undefined => {
  const step = steps.find(({ state }) => state === 'failed')
  return step && [step.name, step.text]
}

test('keys that are typed for a bucket are used by a whole run, and are nowhere in what is written or told', async () => {
  const { host, heard, dataFolder } = await openTestHost()
  const { page, frames } = overWire(host)
  expect(await page.connectS3(connectionTo(server))).toEqual({ kind: 'connected', path: 's3://lake/silver/flights', warning: null })
  const report = await page.checkSource('s3a://lake/silver/flights/')
  expect([report.path, report.format, report.files, report.ready, report.s3]).toEqual(['s3://lake/silver/flights', 'delta', 1, true, { bucket: 'lake', server: server.endpoint, credentials: 'the keys typed for this session' }])
  expect(report.steps[0]).toEqual({ name: 'Reachable', state: 'passed', text: `${server.endpoint} has the bucket lake, and knows the keys typed for this session.` })
  expect(await page.recentSources()).toMatchObject([{ path: 's3://lake/silver/flights', text: 'Delta v1, 1 file', there: true }])

  const run = await page.createRun({ silver: 's3a://lake/silver/flights/', gold: 's3://lake/gold', checkpoints: 's3://lake/checkpoints/', mode: 'replay' })
  expect([run.name, run.silver, run.gold, run.checkpoints]).toEqual(['flights', 's3://lake/silver/flights', 's3://lake/gold', 's3://lake/checkpoints'])
  expect((await page.openRun(run.id)).run.state).toBe('new')
  await page.controlRun(run.id, { kind: 'play' })
  await heard.until(isState('done'))
  const folder = temporaryFolder('taken')
  for (const name of ['gold', 'checkpoints']) await server.takeFolder('lake', name, join(folder, name))
  for (const query of ['phase_counts', 'anomaly_alerts'] as const) await expectGold(scenario, { gold: join(folder, 'gold'), checkpoints: join(folder, 'checkpoints') }, query, database)

  const usage = heard.events.filter((event) => event.kind === 'usage').at(-1)?.usage
  expect([usage!.requests > 20, usage!.receivedBytes > 3000, usage!.sentBytes > 5000]).toEqual([true, true, true])
  expect((await page.openRun(run.id)).usage!.requests).toBeGreaterThanOrEqual(usage!.requests)
  expect(await page.diskUse(run.id)).toMatchObject({ gold: 0, checkpoints: 0, elsewhere: ['s3://lake/gold', 's3://lake/checkpoints'] })

  // Failures tell of keys too.
  server.acceptCredentials({ ...keys, secretAccessKey: 'another one' })
  expect(failed(await page.checkSource('s3://lake/silver/flights'))?.[1]).toMatch(/does not accept the secret key of the keys typed for this session/)
  server.refuseCredentials(keys.accessKeyId, 'unknown')
  expect(failed(await page.checkSource('s3://lake/silver/flights'))?.[1]).toMatch(/does not know the access key of the keys typed for this session/)
  await page.connectS3(connectionTo(server, { address: `s3://${keys.accessKeyId}:${keys.secretAccessKey}@lake/` }))
  await page.connectS3(connectionTo(server, { endpoint: `http://${keys.accessKeyId}:${encodeURIComponent(keys.secretAccessKey)}@127.0.0.1` }))
  await page.s3Connections()
  const file = join(dataFolder, 'seen.contrail')
  await page.saveSession({ to: file, force: false, runId: run.id, view: {} })
  const session = await page.readSession(file)
  expect([session.run.silver, await page.runOfSession(session.run)]).toEqual(['s3://lake/silver/flights', { runId: run.id, isNew: false }])
  const report2 = await page.report(run.id)
  expect(report2).toContain('flights')
  await page.logs()
  await closeHosts()
  expect(readFileSync(join(dataFolder, 'logs', 'contrail.log'), 'utf8')).toContain(`connected to s3://lake/silver/flights on ${server.endpoint}, with the keys typed for this session`)
  expect(secretsBelow(dataFolder, secrets)).toEqual([])
  expect(frames.flatMap((frame) => secretsIn(frame, secrets))).toEqual([])
  expect(frames.length).toBeGreaterThan(20)
})

test('the run of a session is made anew over its bucket, which must be within reach', async () => {
  const { host } = await openTestHost()
  await host.connectS3(connectionTo(server))
  const session = { id: 'of-somebody-else', name: 'flights', mode: 'replay' as const, silver: 's3://lake/silver/flights', settings: { silver: {}, trigger: { kind: 'availableNow' }, queries: { flight_phase_counts: {}, anomaly_alerts: {} } }, limits: null }
  expect(await host.runOfSession(session)).toMatchObject({ isNew: true })
  await expect(host.runOfSession({ ...session, silver: 's3://lake/silver/nothing' })).rejects.toThrow(/neither is its silver \(s3:\/\/lake\/silver\/nothing\): connect to the bucket/)
  await expect(host.runOfSession({ ...session, silver: 's3://a' })).rejects.toThrow(/run.silver is "s3:\/\/a", and must be a whole path, from the root on, or s3:\/\/bucket\/folder/)
})

test('keys that expire in mid-run end it with what to do, and with new ones Play goes on to the same gold', async () => {
  const folder = temporaryFolder('s3-expiry')
  const silver = join(folder, 'silver')
  expect(await contrail(['sample', silver, '--minutes', '8', '--rows-per-minute', '100'])).toMatchObject({ code: 0 })
  expect(await contrail(['replay', '--silver', silver, '--gold', join(folder, 'gold'), '--checkpoints', join(folder, 'checkpoints'), '--max-files-per-trigger', '1'])).toMatchObject({ code: 0 })
  await server.putFolder('lake', 'sample', silver)
  const { host, heard } = await openTestHost()
  await host.connectS3(connectionTo(server))
  const { id } = await host.createRun({ silver: 's3://lake/sample', gold: 's3://lake/gold', checkpoints: 's3://lake/checkpoints', mode: 'replay', maxFilesPerTrigger: 1 })
  await host.openRun(id)
  const off = server.onRequest({ on: { operation: 'PutObject', key: /commits\/3$/ }, after: () => server.refuseCredentials(keys.accessKeyId, 'expired') })
  await host.controlRun(id, { kind: 'play' })
  await heard.until(isState('failed'))
  off()
  const { run, usage } = await host.openRun(id)
  expect(run.fault).toEqual({ code: 'access', message: 'the session of the keys typed for this session has expired: give new keys, then start again; what is committed stays' })
  server.acceptCredentials({ accessKeyId: 'AKIASECOND', secretAccessKey: 'a second one' })
  await host.connectS3(connectionTo(server, { keys: { kind: 'typed', keep: false, typed: { accessKeyId: 'AKIASECOND', secretAccessKey: 'a second one', sessionToken: null } } }))
  await host.controlRun(id, { kind: 'play' })
  await heard.until(isState('done'))
  const taken = temporaryFolder('taken')
  for (const name of ['gold', 'checkpoints']) await server.takeFolder('lake', name, join(taken, name))
  const ours = JSON.parse(JSON.stringify(await outcomeOf(join(taken, 'gold'), join(taken, 'checkpoints'), database))) as Record<string, unknown>
  expect(ours).toEqual(JSON.parse(JSON.stringify(await outcomeOf(join(folder, 'gold'), join(folder, 'checkpoints'), database))))
  // What the run asked before it failed is still counted.
  expect((await host.openRun(id)).usage!.requests).toBeGreaterThan(usage!.requests)
})

test('a run that goes on takes new keys with its next request', async () => {
  const { host, heard } = await openTestHost()
  await host.connectS3(connectionTo(server))
  const { id } = await host.createRun({ silver: 's3://lake/silver/flights', mode: 'watch', intervalSeconds: 0.2 })
  await host.openRun(id)
  await host.controlRun(id, { kind: 'play' })
  await heard.until((event) => event.kind === 'batch')
  server.acceptCredentials({ accessKeyId: 'AKIASECOND', secretAccessKey: 'a second one' })
  await host.connectS3(connectionTo(server, { keys: { kind: 'typed', keep: false, typed: { accessKeyId: 'AKIASECOND', secretAccessKey: 'a second one', sessionToken: null } } }))
  const moreRequests = async (count: number) => {
    const from = server.requests.length
    await until(() => server.requests.length > from + count)
  }
  await moreRequests(5)
  server.refuseCredentials(keys.accessKeyId, 'unknown')
  await moreRequests(5)
  await host.controlRun(id, { kind: 'pause' })
  await heard.until(isState('paused'))
  expect(server.requests.filter(({ status = 0 }) => status === 403)).toEqual([])
})

describe('keys of a session that is over', () => {
  test('are asked for by the check, in a sentence', async () => {
    const { host, dataFolder } = await openTestHost()
    await host.connectS3(connectionTo(server))
    await closeHosts()
    const { host: later } = await openTestHost(dataFolder)
    expect(failed(await later.checkSource('s3://lake/silver/flights'))).toEqual(['Reachable', `There are no keys for ${server.endpoint}: they were typed for a session that is over; type them again, then check again.`])
  })
})

test('a connection that is forgotten leaves the bucket to what is found on this machine', async () => {
  const { host } = await openTestHost()
  await host.connectS3(connectionTo(server))
  await host.forgetS3('lake')
  expect((await host.s3Connections()).connections).toEqual([])
})
