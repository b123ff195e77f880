import { describe, expect, test } from 'vitest'
import type { QueryStatus } from '#shared/contract/run.ts'
import { alertsPerHour, badgeOf, healthOf, speedText, waitsFor, type HealthFacts } from '#renderer/panels/StatusStrip/statusFacts.ts'

const second = 1000
const waiting = (sinceMs: number, more = ''): QueryStatus => ({ message: `Waiting for data to arrive${more}`, isDataAvailable: false, isTriggerActive: false, sinceMs })
const reading = (sinceMs: number): QueryStatus => ({ message: 'Processing new data', isDataAvailable: true, isTriggerActive: true, sinceMs })
const facts = (more: Partial<HealthFacts>): HealthFacts => ({ state: 'running', status: [reading(0), reading(0)], triggerMs: second, lastBatchMs: undefined, intervalMs: null, paced: false, ...more })

test('a run has one of five words, and a run that was interrupted waits like a paused one', () => {
  expect(badgeOf({ state: 'running', mode: 'replay' })).toBe('REPLAY')
  expect(badgeOf({ state: 'running', mode: 'watch' })).toBe('WATCHING')
  expect((['new', 'paused', 'interrupted', 'done', 'failed'] as const).map((state) => badgeOf({ state, mode: 'watch' }))).toEqual(['PAUSED', 'PAUSED', 'PAUSED', 'DONE', 'FAILED'])
})

test('a speed is a factor, or max', () => {
  expect([speedText(0.1), speedText(20), speedText('max')]).toEqual(['0.1×', '20×', 'max'])
})

describe('idle, slow and stuck', () => {
  test('idle is when every query waits for data, since the last of them began to', () => {
    expect(healthOf(facts({ status: [waiting(10), waiting(40, ' (a.parquet is not whole yet)')] }), 100 * second)).toEqual({ word: 'idle', sinceMs: 40 })
  })

  test('a query that reads while the other waits is not idle', () => {
    expect(healthOf(facts({ status: [waiting(10), reading(50)] }), 20 * second)).toBeUndefined()
  })

  test('stuck is data without a batch for 30 seconds, counted from the last batch', () => {
    expect(healthOf(facts({ lastBatchMs: 5 * second }), 35 * second)).toBeUndefined()
    expect(healthOf(facts({ lastBatchMs: 5 * second }), 36 * second)).toEqual({ word: 'stuck', sinceMs: 5 * second })
  })

  test('long triggers are waited for three times over, and so are long intervals', () => {
    expect(healthOf(facts({ lastBatchMs: 0, triggerMs: 20 * second }), 60 * second)).toBeUndefined()
    expect(healthOf(facts({ lastBatchMs: 0, intervalMs: 60 * second }), 179 * second)).toBeUndefined()
    expect(healthOf(facts({ lastBatchMs: 0, intervalMs: 60 * second }), 181 * second)).toEqual({ word: 'stuck', sinceMs: 0 })
  })

  test('what is held back on purpose is not stuck', () => {
    expect(healthOf(facts({ lastBatchMs: 0, paced: true }), 1000 * second)).toBeUndefined()
  })

  test('slow is a trigger that takes longer than its interval', () => {
    expect(healthOf(facts({ lastBatchMs: 7, triggerMs: 12 * second, intervalMs: 10 * second }), 8)).toEqual({ word: 'slow', sinceMs: 7 })
    expect(healthOf(facts({ lastBatchMs: 7, triggerMs: 9 * second, intervalMs: 10 * second }), 8)).toBeUndefined()
  })

  test('waiting is a query that could not go on and tries again, and why is told', () => {
    const away = { ...waiting(20), message: 'Trying again in 8 s: cannot list s3://lake/silver: its server cannot be reached' }
    expect(healthOf(facts({ status: [waiting(10), away] }), 100 * second)).toEqual({ word: 'waiting', sinceMs: 20 })
    expect([waitsFor([waiting(10), away]), waitsFor([waiting(10)])]).toEqual(['cannot list s3://lake/silver: its server cannot be reached', undefined])
  })

  test('a run that does not run has none', () => {
    for (const state of ['new', 'paused', 'done', 'failed', 'interrupted'] as const) expect(healthOf(facts({ state, status: [waiting(0)] }), 1e6)).toBeUndefined()
  })
})

test('alerts an hour are alerts over closed windows times the slide', () => {
  expect(alertsPerHour(30, 60, { slideUs: 60_000_000 })).toBe(30)
  expect(alertsPerHour(30, 30, { slideUs: 30_000_000 })).toBe(120)
  expect(alertsPerHour(0, 0, { slideUs: 60_000_000 })).toBeUndefined()
})
