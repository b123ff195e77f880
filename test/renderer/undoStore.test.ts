import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openUndoStore } from '#renderer/store/undoStore.ts'
import { openViewStore, type ViewState } from '#renderer/store/viewStore.ts'

function opened() {
  const view = openViewStore()
  return { view, undo: openUndoStore(view) }
}

describe('undo', () => {
  test('names what it would undo and do again, and does both', async () => {
    const { view, undo } = opened()
    expect([undo.undoName, undo.redoName]).toEqual([undefined, undefined])
    undo.change('dark theme', { theme: 'dark' })
    undo.change('layout Tune', { layout: 'tune' })
    expect([undo.undoName, undo.redoName]).toEqual(['layout Tune', undefined])
    await undo.undo()
    expect([view.get().layout, view.get().theme, undo.undoName, undo.redoName]).toEqual(['monitor', 'dark', 'dark theme', 'layout Tune'])
    await undo.redo()
    expect([view.get().layout, undo.redoName]).toEqual(['tune', undefined])
  })

  test('a change that changes nothing is no step', () => {
    const { undo } = opened()
    undo.change('system theme', { theme: 'system' })
    expect(undo.undoName).toBeUndefined()
  })

  test('changes of one gesture are one step, and a new one after it was settled', async () => {
    const { view, undo } = opened()
    for (const minimumObservations of [2, 3, 4]) undo.change(`minimum observations ${minimumObservations}`, { minimumObservations }, 'drag')
    expect(undo.undoName).toBe('minimum observations 4')
    undo.settle()
    undo.change('minimum observations 9', { minimumObservations: 9 }, 'drag')
    await undo.undo()
    expect(view.get().minimumObservations).toBe(4)
    await undo.undo()
    expect(view.get().minimumObservations).toBe(1)
    await undo.redo()
    expect(view.get().minimumObservations).toBe(4)
  })

  test('what is done after an undo takes the place of what was undone', async () => {
    const { view, undo } = opened()
    undo.change('dark theme', { theme: 'dark' })
    await undo.undo()
    undo.change('light theme', { theme: 'light' })
    await undo.redo()
    expect([view.get().theme, undo.redoName]).toEqual(['light', undefined])
  })

  test('steps beyond the view are undone by what they say', async () => {
    const { undo } = opened()
    const said: string[] = []
    undo.done({ name: 'apply limits', undo: () => void said.push('undone'), redo: async () => void said.push('done again') })
    await undo.undo()
    await undo.redo()
    expect(said).toEqual(['undone', 'done again'])
    undo.clear()
    expect(undo.undoName).toBeUndefined()
  })

  test('what cannot be undone stays to be undone, and says why', async () => {
    const { undo } = opened()
    let reachable = false
    undo.done({
      name: 'apply limits',
      undo: async () => {
        if (!reachable) throw new Error('the host is gone')
      },
      redo: () => undefined
    })
    await expect(undo.undo()).rejects.toThrow('the host is gone')
    expect([undo.undoName, undo.redoName]).toEqual(['apply limits', undefined])
    reachable = true
    await undo.undo()
    expect([undo.undoName, undo.redoName]).toEqual([undefined, 'apply limits'])
  })

  test('whatever was changed, undoing all of it leads back, and doing it again forth', async () => {
    const change = fc.oneof(
      fc.record({ theme: fc.constantFrom<ViewState['theme']>('light', 'dark', 'system') }),
      fc.record({ minimumObservations: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ layout: fc.constantFrom<ViewState['layout']>('monitor', 'tune', 'investigate'), tab: fc.constantFrom<ViewState['tab']>('alerts', 'files') }),
      fc.record({ proposed: fc.option(fc.constant({ altitudeMin: 0, altitudeMax: 1, velocityMin: 0, velocityMax: 1 })) })
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(change, fc.option(fc.constantFrom('a', 'b'), { nil: undefined })), { maxLength: 30 }), async (changes) => {
        const { view, undo } = opened()
        const before = view.get()
        for (const [to, gesture] of changes) undo.change('step', to, gesture)
        const after = view.get()
        while (undo.undoName !== undefined) await undo.undo()
        expect(view.get()).toEqual(before)
        while (undo.redoName !== undefined) await undo.redo()
        expect(view.get()).toEqual(after)
      })
    )
  })
})
