import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { keepView, viewOf } from '#renderer/store/keepView.ts'
import { initialView, openViewStore, type ViewState } from '#renderer/store/viewStore.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A host that answers when it is told to. */
function slowHost() {
  const saved: ViewState[] = []
  const answers: { resolve(): void; reject(error: Error): void }[] = []
  const saveLayout = (layout: unknown) =>
    new Promise<void>((resolve, reject) => {
      saved.push((layout as { view: ViewState }).view)
      answers.push({ resolve, reject })
    })
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
  return { saved, answers, saveLayout, pass }
}

test('the view is saved with its selection and range, and a reload comes back to it', async () => {
  const { saved, saveLayout, pass } = slowHost()
  const view = openViewStore()
  keepView({ saveLayout }, view)
  view.set({ selection: { query: 'anomaly_alerts', startMs: 5 }, range: { startMs: 1, endMs: 9 }, proposed: { altitudeMin: 0, altitudeMax: 1, velocityMin: 0, velocityMax: 1 }, layout: 'tune' })
  await pass(1000)
  expect(saved).toEqual([view.get()])
  expect(openViewStore(viewOf(JSON.parse(JSON.stringify({ formatVersion: 1, view: saved[0] })))).get()).toEqual(view.get())
})

test('while it changes it is saved again and again, one at a time, and the last one always', async () => {
  const { saved, answers, saveLayout, pass } = slowHost()
  const view = openViewStore()
  keepView({ saveLayout }, view)
  for (let i = 1; i <= 30; i++) {
    view.set({ minimumObservations: i })
    await pass(50)
  }
  // It was answered none: what has changed meanwhile waits.
  expect(saved).toHaveLength(1)
  answers[0]!.resolve()
  await pass(1000)
  expect(saved.at(-1)?.minimumObservations).toBe(30)
  answers[1]!.resolve()
  await pass(1000)
  expect(saved).toHaveLength(2)
})

test('one that failed is tried again with the next change', async () => {
  const { saved, answers, saveLayout, pass } = slowHost()
  const view = openViewStore()
  keepView({ saveLayout }, view)
  view.set({ tab: 'late' })
  await pass(300)
  answers[0]!.reject(new Error('the disk is full'))
  await pass(1000)
  expect(saved).toHaveLength(1)
  view.set({ tab: 'files' })
  await pass(300)
  expect(saved.map(({ tab }) => tab)).toEqual(['late', 'files'])
})

test('a page that goes saves at once what is not saved', async () => {
  const { saved, answers, saveLayout, pass } = slowHost()
  const view = openViewStore()
  const leave = keepView({ saveLayout }, view)
  leave()
  expect(saved).toEqual([])
  view.set({ tab: 'late' })
  leave()
  expect(saved.map(({ tab }) => tab)).toEqual(['late'])
  await pass(300)
  answers.forEach(({ resolve }) => resolve())
  await pass(300)
  leave()
  expect(saved.every(({ tab }) => tab === 'late')).toBe(true)
})

test('a layout of another shape is a new view', () => {
  for (const layout of [null, {}, { view: 7 }, { view: null }]) expect(openViewStore(viewOf(layout)).get()).toEqual(initialView)
})
