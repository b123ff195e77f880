import { describe, expect, test } from 'vitest'
import { parseSessionView, sessionViewOf, soundView } from '#renderer/store/viewSchema.ts'
import { initialView, type ViewState } from '#renderer/store/viewStore.ts'

const view: ViewState = {
  layout: 'tune',
  investigate: 'sql',
  proposed: { altitudeMin: -100, altitudeMax: 9000.5, velocityMin: 0, velocityMax: 1000 },
  selection: { query: 'anomaly_alerts', startMs: 1.5 },
  range: { startMs: 1, endMs: 2 },
  leaveOutliers: true,
  theme: 'dark',
  zone: 'local',
  altitudeUnit: 'ft',
  velocityUnit: 'kt',
  tab: 'late',
  asked: { alerts: { filter: 'rate > 0', sort: { column: 'anomaly_rate', descending: true } }, files: { filter: '', sort: null } },
  minimumObservations: 12,
  stepUnit: 'alert',
  sizes: { rail: 200, 'alerts.anomaly_rate': 90 },
  pinned: { alerts: ['anomaly_rate'] },
  hiddenPhases: ['GROUND'],
  sql: { tabs: [{ id: 'a', name: 'Peak rate', text: 'SELECT 1', chart: { kind: 'bar', x: 'rate' } }, { id: 'b', name: 'b', text: '' }], shown: 'b', saved: [{ id: 'c', name: 'c', text: 'FROM windows' }], limitSeconds: 60 },
  lastRunId: 'run'
}

const throughJson = (value: unknown) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>

test('a view that was saved is the same when it is read, and so is a new one', () => {
  expect(soundView(throughJson(view))).toEqual(view)
  expect(soundView(throughJson(initialView))).toEqual(initialView)
})

test('a session is the view without what is of the machine; what it does not say is as in a new view', () => {
  const { theme: _theme, lastRunId: _run, ...rest } = view
  expect(parseSessionView(throughJson(sessionViewOf(view)), '/a.contrail')).toEqual(rest)
  expect(parseSessionView({ layout: 'tune' }, '/a.contrail')).toEqual(sessionViewOf({ ...initialView, layout: 'tune' }))
})

const wrong: readonly (readonly [keyof ViewState, unknown])[] = [
  ['layout', 'toString'],
  ['layout', 7],
  ['investigate', null],
  ['proposed', { altitudeMin: 0, altitudeMax: 1, velocityMin: 0 }],
  ['proposed', { altitudeMin: 0, altitudeMax: 1, velocityMin: 0, velocityMax: '1' }],
  ['proposed', { altitudeMin: 0, altitudeMax: 1, velocityMin: 0, velocityMax: 1, more: 1 }],
  ['selection', { query: 'drop table', startMs: 0 }],
  ['selection', { query: 'anomaly_alerts', startMs: null }],
  ['range', { startMs: 2, endMs: 1 }],
  ['range', []],
  ['sql', { tabs: [], shown: '', saved: [] }],
  ['sql', { tabs: [{ id: 'a', name: 'a' }], shown: '', saved: [], limitSeconds: 30 }],
  ['sql', { tabs: [{ id: 'a', name: 'a', text: '', chart: { kind: 'pie' } }], shown: '', saved: [], limitSeconds: 30 }],
  ['tab', '__proto__'],
  ['tab', 'constructor'],
  ['asked', { nothing: { filter: '', sort: null } }],
  ['asked', { alerts: { filter: 'x'.repeat(10_001), sort: null } }],
  ['asked', { alerts: { filter: '', sort: { column: '1; DROP TABLE alerts', descending: true } } }],
  ['asked', { alerts: { filter: '' } }],
  ['minimumObservations', 0],
  ['minimumObservations', '12'],
  ['sizes', { rail: '200' }],
  ['sizes', [1]],
  ['pinned', { alerts: 'anomaly_rate' }],
  ['hiddenPhases', Array.from({ length: 1001 }, () => 'x')],
  ['hiddenPhases', [{}]]
]

describe('what is not as it must be', () => {
  test.each(wrong)('%s %j is refused in a session, and begins anew in a layout', (key, value) => {
    expect(() => parseSessionView({ ...throughJson(sessionViewOf(view)), [key]: value }, '/a.contrail')).toThrow(new RegExp(`^/a\\.contrail is not a session of Contrail: view\\.${key} must be .+; choose another file\\.$`))
    const { [key]: _wrong, ...others } = view
    expect(soundView({ ...throughJson(view), [key]: value })).toEqual(others)
  })

  test.each(['theme', 'lastRunId', 'script', 'hasOwnProperty'])('a key that no session has is refused: %s', (key) => {
    expect(() => parseSessionView({ [key]: 'dark' }, '/a.contrail')).toThrow(`/a.contrail cannot be opened: its view has "${key}", which this Contrail does not know`)
  })

  test('a layout that is no object, and keys that no view has, are passed over', () => {
    for (const value of [null, [], 7, 'x', { script: 1 }, JSON.parse('{"__proto__": {"layout": "tune"}}')]) expect(soundView(value)).toEqual({})
  })
})
