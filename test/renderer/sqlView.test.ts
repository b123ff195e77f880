import { expect, test } from 'vitest'
import { openUndoStore } from '#renderer/store/undoStore.ts'
import { openViewStore } from '#renderer/store/viewStore.ts'
import { sqlActions } from '#renderer/panels/Sql/sqlActions.ts'
import { mostTabs, mostText, shownTab, tabsOf } from '#renderer/panels/Sql/sqlView.ts'

function opened() {
  const view = openViewStore()
  const undo = openUndoStore(view)
  return { view, undo, actions: sqlActions({ view, undo }), names: () => tabsOf(view.get().sql).map(({ name }) => name), shown: () => shownTab(view.get().sql) }
}

test('it begins with a query that is built in', () => {
  const { names, shown } = opened()
  expect([names(), shown().text.includes('gold.anomaly_alerts')]).toEqual([['Peak rate by country'], true])
})

test('a closed tab comes back with its text, and what was typed meanwhile stays', async () => {
  const { view, undo, actions, names, shown } = opened()
  actions.add()
  actions.write(shown().id, 'SELECT 1')
  const first = tabsOf(view.get().sql)[0]!.id
  actions.close(shown().id)
  expect([names(), shown().id]).toEqual([['Peak rate by country'], first])
  actions.write(first, 'SELECT 2')
  expect(undo.undoName).toBe('close Query 1')
  await undo.undo()
  expect([names(), tabsOf(view.get().sql).map(({ text }) => text)]).toEqual([['Peak rate by country', 'Query 1'], ['SELECT 2', 'SELECT 1']])
  await undo.redo()
  expect(names()).toEqual(['Peak rate by country'])
})

test('the last tab leaves an empty one behind', () => {
  const { actions, names, shown } = opened()
  actions.close(shown().id)
  expect([names(), shown().text]).toEqual([['Query 1'], ''])
})

test('a query is saved by a name, renamed, deleted, and each of it taken back', async () => {
  const { view, undo, actions, shown } = opened()
  actions.write(shown().id, 'SELECT 1')
  actions.save('Mine')
  const saved = () => view.get().sql.saved.map(({ name, text }) => [name, text])
  expect([saved(), shown().name]).toEqual([[['Mine', 'SELECT 1']], 'Mine'])
  actions.rename(view.get().sql.saved[0]!, 'Ours')
  actions.remove(view.get().sql.saved[0]!)
  expect(saved()).toEqual([])
  await undo.undo()
  expect(saved()).toEqual([['Ours', 'SELECT 1']])
  await undo.undo()
  await undo.undo()
  expect([saved(), shown().name]).toEqual([[], 'Peak rate by country'])
})

test('a saved query that is open as it is saved is shown, and not opened again', () => {
  const { actions, names, shown } = opened()
  const query = { id: 'x', name: 'Mine', text: 'SELECT 1' }
  actions.open(query)
  const { id } = shown()
  actions.add()
  actions.open(query)
  expect([names(), shown().id === id]).toEqual([['Peak rate by country', 'Mine', 'Query 1'], true])
})

test('more than the host keeps is refused in a sentence', () => {
  const { actions, names, shown } = opened()
  actions.write(shown().id, 'x'.repeat(mostText - 3))
  expect([actions.open({ id: 'x', name: 'Mine', text: 'SELECT 1' }), names().length]).toEqual(['There is no room for more text: close or delete a long query first.', 1])
  actions.write(shown().id, '')
  for (let tab = 1; tab < mostTabs; tab++) expect(actions.add()).toBe(undefined)
  expect(actions.add()).toBe(`There are ${mostTabs} queries open: close one first.`)
})
