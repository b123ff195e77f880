import { describe, expect, test } from 'vitest'
import { impatient, s3Stories, textOf } from '#test/support/s3Story.ts'
import { storagesAt } from '#test/support/s3Places.ts'
import { storyClock } from '#test/support/storyClock.ts'

const stories = s3Stories()

describe('a server that lets a second writer through', () => {
  test('is found out before anything is written, and refused; it may still be read', async () => {
    const story = await stories.open()
    const mend = story.server.fail({ do: { kind: 'conditionIgnored' } })
    const before = story.server.keys('gold')
    const { messages } = await story.run()
    expect(messages.length).toBe(2)
    for (const message of messages) expect(message).toMatch(/^http:\S+ lets a second writer replace an object that must not be there yet \(it ignores If-None-Match\), so s3:\/\/gold\/lake\/\S+ cannot be kept safe from double rows: write gold and checkpoints to a local folder, or to a server that heeds it$/)
    expect(story.server.keys('gold')).toEqual(before)
    mend()
    // What was found out of a server stays true for as long as a program runs.
    const other = storagesAt(story.server)
    expect((await story.run({ openStorage: other.open })).messages).toEqual([])
    await other.close()
    await story.expectWhole()
  })

  test('does for silver, when gold and checkpoints lie elsewhere', async () => {
    const story = await stories.open({ onS3: ['silver'] })
    story.server.fail({ do: { kind: 'conditionIgnored' } })
    expect((await story.run()).messages).toEqual([])
    await story.expectWhole()
  })
})

test('a root that may not be written to is refused before the query begins, and nothing of it is there', async () => {
  const story = await stories.open()
  const mend = story.server.fail({ on: { operation: 'PutObject', key: /lake\/gold\/anomaly_alerts/ }, do: { kind: 'permissionLost' } })
  const { ends } = await story.run()
  expect(ends.get('flight_phase_counts')).toBeUndefined()
  expect(ends.get('anomaly_alerts')?.message).toMatch(/^no permission to write s3:\/\/gold\/lake\/gold\/anomaly_alerts\/\S* with the keys of the test: they need s3:PutObject/)
  expect(story.server.keys('gold', 'lake/gold/anomaly_alerts/')).toEqual([])
  expect(story.server.keys('gold', 'lake/checkpoints/gold_anomalies/')).toEqual([])
  mend()
  expect((await story.run()).messages).toEqual([])
  await story.expectWhole()
})

test('without the permission to remove objects a run ends as it should, and what it probed with stays hidden', async () => {
  const story = await stories.open()
  story.server.fail({ on: { operation: 'DeleteObject' }, do: { kind: 'permissionLost' } })
  expect((await story.run()).messages).toEqual([])
  await story.expectWhole()
  expect((await story.run()).messages).toEqual([])
})

test('two runs of one checkpoint at the same time: one goes on, the other is told, and no row is doubled', async () => {
  const story = await stories.open()
  const [first, second] = await Promise.all([story.run(), story.run()])
  const told = [...first.messages, ...second.messages]
  for (const message of told) expect(message).toMatch(/another (run|process)|is at work|let only one run use a checkpoint/)
  expect((await story.run()).messages).toEqual([])
  await story.expectWhole()
})

test('a writer that commits to gold in between is let pass, and its version is read', async () => {
  const story = await stories.open()
  const table = 'lake/gold/flight_phase_counts'
  let foreign = 0
  story.server.onRequest({
    on: { operation: 'PutObject', key: /flight_phase_counts\/_delta_log\/\d{20}\.json$/ },
    before({ key = '' }) {
      const version = Number(/(\d{20})\.json$/.exec(key)![1])
      if (version === 0 || version % 3 !== 0 || story.server.get('gold', key)) return
      foreign += 1
      story.server.put('gold', key, `{"commitInfo":{"timestamp":1,"operation":"WRITE","engineInfo":"delta-rs"}}\n`)
    }
  })
  expect((await story.run()).messages).toEqual([])
  expect(foreign).toBeGreaterThan(2)
  for (const key of story.server.keys('gold', `${table}/_delta_log/`).filter((name) => textOf(story.server.get('gold', name)).includes('delta-rs'))) story.server.delete('gold', key)
  const batches = story.server.keys('gold', `${table}/_delta_log/`).flatMap((key) => [...textOf(story.server.get('gold', key)).matchAll(/"txn":\{"appId":"[^"]+","version":(\d+)/g)].map(([, batch]) => Number(batch)))
  expect(batches).toEqual(Array.from({ length: 12 }, (_, batch) => batch))
  await story.expectWhole()
})

describe('a watch', () => {
  test('outlives a server that is away: it says so once, tries later and later, and goes on by itself', async () => {
    const story = await stories.open({ storages: { limits: { ...impatient, attempts: 2 } } })
    story.server.onRequest({ on: { operation: 'PutObject', key: /commits\/4$/ }, times: 1, after: () => story.server.goDown() })
    const { clock, signal } = storyClock(Date.parse('2026-01-24T00:00:00Z'), 2, [() => undefined, () => undefined, () => story.server.comeBack(), () => undefined, () => undefined])
    const { events } = await story.run({ clock, signal, pipeline: { trigger: { kind: 'processingTime', intervalMs: null } } })
    const of = (query: string) => events.filter((event) => event.query === query)
    for (const query of ['flight_phase_counts', 'anomaly_alerts']) {
      const warnings = of(query).flatMap((event) => (event.kind === 'warning' ? [event.message] : []))
      expect(warnings.length).toBe(1)
      expect(warnings[0]).toMatch(/cannot be reached, .*; this watch tries again by itself until it can go on$/)
      expect(of(query).flatMap((event) => (event.kind === 'status' && event.message.startsWith('Trying again') ? [event.message.slice(0, 19)] : []))).toEqual(['Trying again in 1 s', 'Trying again in 2 s', 'Trying again in 4 s'])
    }
    await story.expectWhole()
  })

  test('ends at credentials that have expired, and the next one goes on with new ones', async () => {
    const story = await stories.open()
    const { accessKeyId } = story.server.credentials
    story.server.onRequest({ on: { operation: 'PutObject', key: /gold_aggregations\/commits\/3$/ }, times: 1, after: () => story.server.refuseCredentials(accessKeyId, 'expired') })
    const watch = { pipeline: { trigger: { kind: 'processingTime', intervalMs: null } as const } }
    const { messages } = await story.run(watch)
    expect(messages).toEqual(['the session of the keys of the test has expired: give new keys, then start again; what is committed stays'])
    const renewed = { accessKeyId: 'AKIANEW', secretAccessKey: 'another secret', sessionToken: 'a session' }
    story.server.acceptCredentials(renewed)
    story.storages.setPlaces({ otherwise: { endpoint: story.server.endpoint, region: story.server.region, keys: renewed }, buckets: {} })
    expect((await story.run()).messages).toEqual([])
    await story.expectWhole()
  })
})
