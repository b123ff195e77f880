import { expect, test } from 'vitest'
import { openPacer, type PacerState, type TriggerOutcome } from '#electron/host/pacer.ts'
import type { Clock } from '#electron/host/clock.ts'

/** Time that stands still until it is moved. */
function handClock(): Clock & { move(ms: number): Promise<void>; setBack(ms: number): void } {
  let now = 0
  const sleeps = new Set<{ until: number; readonly wake: () => void }>()
  return {
    setBack(ms) {
      now -= ms
      for (const sleep of sleeps) sleep.until -= ms // Who sleeps does not hear of it.
    },
    nowMs: () => now,
    sleep: (ms, signal) =>
      new Promise((wake, reject) => {
        const sleep = { until: now + ms, wake }
        sleeps.add(sleep)
        signal.addEventListener('abort', () => {
          sleeps.delete(sleep)
          reject(new Error('aborted'))
        })
      }),
    async move(ms) {
      now += ms
      for (const sleep of [...sleeps]) if (sleep.until <= now && sleeps.delete(sleep)) sleep.wake()
      await settle()
    }
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

/** Queries that do one trigger after the other, each a file and a minute of event time, and what they did in what order. */
function play(initial: PacerState, outcomeOf: (trigger: number) => Partial<TriggerOutcome> = () => ({}), queries = ['a', 'b']) {
  const clock = handClock()
  const states: PacerState[] = []
  const pacer = openPacer(clock, initial, (state) => states.push(state))
  const done: string[] = []
  const stop = new AbortController()
  for (const query of queries) pacer.enter(query)
  const ends = queries.map(async (query) => {
    for (let trigger = 0; trigger < 100; trigger++) {
      await pacer.turn(query, stop.signal)
      done.push(`${query}${trigger}`)
      pacer.report(query, { files: 1, closedWindows: 0, alerts: 0, maxEventMs: trigger * 60_000, ...outcomeOf(trigger) })
    }
    pacer.leave(query)
  })
  return { clock, pacer, done, states, stop, ends: Promise.allSettled(ends) }
}

test('as fast as possible, every trigger runs', async () => {
  const { done, ends } = play({ playing: true, speed: 'max' })
  await ends
  expect(done.length).toBe(200)
})

test('paused, nothing runs until a step, and a step is one trigger of each query', async () => {
  const { done, pacer, states } = play({ playing: false, speed: 'max' })
  await settle()
  expect(done).toEqual([])
  pacer.control({ kind: 'step', unit: 'trigger' })
  await settle()
  pacer.control({ kind: 'step', unit: 'trigger' })
  await settle()
  expect(done).toEqual(['a0', 'b0', 'a1', 'b1'])
  expect(states).toEqual([{ playing: false, speed: 'max' }, { playing: false, speed: 'max' }])
})

test.each([
  ['windowClose', (trigger: number) => ({ closedWindows: trigger === 3 ? 2 : 0 }), 4],
  ['alert', (trigger: number) => ({ closedWindows: 1, alerts: trigger === 5 ? 1 : 0 }), 6],
  ['file', (trigger: number) => ({ files: trigger === 2 ? 1 : 0 }), 3]
] as const)('a step by %s goes on until it has come', async (unit, outcome, triggers) => {
  const { done, pacer } = play({ playing: false, speed: 'max' }, outcome)
  pacer.control({ kind: 'step', unit })
  await settle()
  expect(done.length).toBe(triggers * 2)
})

/** Queries whose triggers end when they are told to. */
function playByHand(initial: PacerState, queries = ['a', 'b']) {
  const states: PacerState[] = []
  const pacer = openPacer(handClock(), initial, (state) => states.push(state))
  const atWork = new Map<string, (data: boolean) => void>()
  const counts = Object.fromEntries(queries.map((query) => [query, 0]))
  const stop = new AbortController()
  for (const query of queries) pacer.enter(query)
  for (const query of queries) {
    void (async () => {
      for (;;) {
        await pacer.turn(query, stop.signal)
        if (await new Promise<boolean>((end) => atWork.set(query, end))) {
          counts[query]! += 1
          pacer.report(query, { files: 1, closedWindows: 0, alerts: 0, maxEventMs: undefined })
        } else {
          pacer.idle(query)
          await new Promise<boolean>((data) => atWork.set(query, data))
        }
      }
    })().catch(() => undefined)
  }
  return {
    pacer,
    states,
    counts,
    /** The query's trigger ends, with data or, then it waits for some, without; or data has come. */
    async end(query: string, data = true) {
      const end = atWork.get(query)
      if (!end) throw new Error(`${query} is not at work`)
      atWork.delete(query)
      end(data)
      await settle()
    },
    atWork: () => [...atWork.keys()].sort(),
    stop: () => stop.abort()
  }
}

test('a step that is asked for while the one before is under way comes after it', async () => {
  const { pacer, counts, end, atWork, states, stop } = playByHand({ playing: false, speed: 'max' })
  pacer.control({ kind: 'step', unit: 'file' })
  await settle()
  await end('a')
  // One of two has read its file: the step has come as far as one can see, and is not at its end.
  pacer.control({ kind: 'step', unit: 'file' })
  pacer.control({ kind: 'step', unit: 'file' })
  await settle()
  expect(atWork()).toEqual(['b'])
  for (let turn = 0; turn < 2; turn++) {
    await end('b')
    expect(atWork()).toEqual(['a', 'b'])
    await end('a')
  }
  await end('b')
  expect({ counts, atWork: atWork(), states }).toEqual({ counts: { a: 3, b: 3 }, atWork: [], states: [{ playing: false, speed: 'max' }] })
  stop()
})

test('a step that is asked for in play comes after what is at work', async () => {
  const { pacer, counts, end, atWork, stop } = playByHand({ playing: true, speed: 60 })
  await settle()
  pacer.control({ kind: 'step', unit: 'file' })
  for (const query of ['a', 'b', 'a', 'b']) await end(query)
  expect({ counts, atWork: atWork() }).toEqual({ counts: { a: 2, b: 2 }, atWork: [] })
  stop()
})

test('steps are given up by a pause, and what is at work comes to its end', async () => {
  const { pacer, counts, end, atWork, stop } = playByHand({ playing: false, speed: 'max' })
  for (let step = 0; step < 3; step++) pacer.control({ kind: 'step', unit: 'file' })
  await settle()
  pacer.control({ kind: 'pause' })
  await end('a')
  await end('b')
  expect({ counts, atWork: atWork() }).toEqual({ counts: { a: 1, b: 1 }, atWork: [] })
  pacer.control({ kind: 'step', unit: 'file' })
  await settle()
  expect(atWork()).toEqual(['a', 'b'])
  stop()
})

test('where there is no data, a step waits for it once, however often it is asked for', async () => {
  const { pacer, counts, end, atWork, states, stop } = playByHand({ playing: false, speed: 'max' }, ['a'])
  pacer.control({ kind: 'step', unit: 'file' })
  await settle()
  await end('a', false)
  for (let step = 0; step < 3; step++) pacer.control({ kind: 'step', unit: 'file' })
  await end('a')
  await end('a')
  expect({ counts, atWork: atWork(), states: states.length }).toEqual({ counts: { a: 1 }, atWork: [], states: 1 })
  stop()
})

test('paced at 60x, a minute of event time takes a second, for both queries together', async () => {
  const { clock, done } = play({ playing: true, speed: 60 })
  await settle()
  expect(done).toEqual(['a0', 'b0', 'a1', 'b1'])
  await clock.move(999)
  expect(done.length).toBe(4)
  await clock.move(1)
  expect(done).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2'])
})

test('a jump of event time, as of a broken clock, is waited for as if it were an hour', async () => {
  const year9999 = 253_402_300_799_999
  const { clock, done } = play({ playing: true, speed: 60 }, (trigger) => (trigger === 1 ? { maxEventMs: year9999 } : {}))
  await settle()
  await clock.move(59_999)
  expect(done).toEqual(['a0', 'b0', 'a1', 'b1'])
  await clock.move(1)
  expect(done.slice(4, 6)).toEqual(['a2', 'b2'])
})

test('a clock that is set back holds nothing up', async () => {
  const { clock, done } = play({ playing: true, speed: 60 })
  await settle()
  clock.setBack(3_600_000)
  await clock.move(1000)
  expect(done).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2'])
  await clock.move(400)
  clock.setBack(3_600_000)
  await clock.move(600)
  expect(done.length).toBe(8)
})

test('a new speed is heard at once', async () => {
  const { done, pacer, ends } = play({ playing: true, speed: 0.1 })
  await settle()
  pacer.control({ kind: 'speed', speed: 'max' })
  await ends
  expect(done.length).toBe(200)
})

test('what steps have brought event time on by is not waited for afterwards', async () => {
  const { clock, done, pacer } = play({ playing: false, speed: 60 })
  for (let step = 0; step < 10; step++) {
    pacer.control({ kind: 'step', unit: 'trigger' })
    await settle()
  }
  expect(done.length).toBe(20)
  pacer.control({ kind: 'play' })
  await settle()
  expect(done.length).toBe(22)
  await clock.move(1000)
  expect(done.length).toBe(24)
})

test('a query that has ended is not waited for', async () => {
  const { done, pacer } = play({ playing: false, speed: 'max' }, undefined, ['a'])
  pacer.enter('gone')
  pacer.leave('gone')
  pacer.control({ kind: 'step', unit: 'trigger' })
  await settle()
  expect(done).toEqual(['a0'])
})

test('asked to stop, a query that waits is told', async () => {
  const { stop, ends } = play({ playing: false, speed: 'max' })
  stop.abort()
  expect((await ends).map((end) => end.status === 'rejected' && String(end.reason))).toEqual(['Fault: asked to stop', 'Fault: asked to stop'])
})
