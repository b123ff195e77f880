import type { Limits } from '#shared/contract/run.ts'
import { initialView, type Asked, type ChartChoice, type DockTab, type SavedQuery, type Selection, type SqlTab, type SqlView, type ViewState } from './viewStore.ts'

/** What a value of the view must be, and the words that say so. */
interface Check<Value> {
  readonly holds: (value: unknown) => value is Value
  readonly words: string
}

type Range = NonNullable<ViewState['range']>

const tabs: Readonly<Record<DockTab, true>> = { alerts: true, phases: true, windows: true, late: true, files: true, progress: true, problems: true }

/** Every value that is kept of a view: a new one needs its check here, since what is read may have been damaged, or come from anybody. */
const checks: { readonly [Key in keyof ViewState]-?: Check<ViewState[Key]> } = {
  layout: oneOf('monitor', 'tune', 'investigate'),
  investigate: oneOf('window', 'sql'),
  proposed: orNull({ holds: isLimits, words: 'four limits' }),
  selection: orNull({ holds: isSelection, words: 'a window of a query' }),
  range: orNull({ holds: isRange, words: 'a range of time' }),
  leaveOutliers: { holds: (value): value is boolean => typeof value === 'boolean', words: 'true or false' },
  theme: oneOf('system', 'light', 'dark'),
  zone: oneOf('UTC', 'local'),
  altitudeUnit: oneOf('m', 'ft'),
  velocityUnit: oneOf('km/h', 'kt'),
  tab: { holds: isTab, words: `one of ${Object.keys(tabs).join(', ')}` },
  asked: { holds: isAskedOfTabs, words: 'a filter and an order for tables' },
  minimumObservations: { holds: (value): value is number => isNumber(value) && value >= 1, words: 'a number of at least 1' },
  stepUnit: oneOf('file', 'trigger', 'windowClose', 'alert'),
  sizes: { holds: (value): value is Readonly<Record<string, number>> => isRecord(value) && few(value) && Object.values(value).every(isNumber), words: 'sizes by name' },
  pinned: { holds: (value): value is Readonly<Record<string, readonly string[]>> => isRecord(value) && few(value) && Object.values(value).every(isNames), words: 'lists of columns' },
  hiddenPhases: { holds: isNames, words: 'a list of phases' },
  sql: { holds: isSqlView, words: 'what is written in the SQL console' },
  lastRunId: orNull({ holds: (value): value is string => isText(value, 80), words: 'the id of a run' })
}

/** Of the person and the machine, not of what was looked at. */
type OfMachine = 'theme' | 'lastRunId'

/** What a session keeps of a view. */
export type SessionView = Omit<ViewState, OfMachine>

export function sessionViewOf({ theme: _theme, lastRunId: _run, ...view }: ViewState): SessionView {
  return view
}

/** What is sound of a saved view; the rest is passed over, and begins anew. */
export function soundView(value: unknown): Partial<ViewState> {
  if (!isRecord(value)) return {}
  return Object.fromEntries(Object.entries(value).filter(([key, part]) => isKey(key) && checks[key].holds(part)))
}

/** The view of a session file. An Error says in a sentence what it has that no view has. What it says nothing of is as in a new view. */
export function parseSessionView(value: Readonly<Record<string, unknown>>, file: string): SessionView {
  for (const [key, part] of Object.entries(value)) {
    if (!isKey(key) || key === 'theme' || key === 'lastRunId') throw new Error(`${file} cannot be opened: its view has ${JSON.stringify(key.slice(0, 80))}, which this Contrail does not know; open it with the one that saved it.`)
    if (!checks[key].holds(part)) throw new Error(`${file} is not a session of Contrail: view.${key} must be ${checks[key].words}; choose another file.`)
  }
  return { ...sessionViewOf(initialView), ...value } // Each part was checked.
}

const isKey = (key: string): key is keyof ViewState => Object.hasOwn(checks, key)

function oneOf<const Words extends readonly string[]>(...words: Words): Check<Words[number]> {
  return { holds: (value): value is Words[number] => words.includes(value as string), words: `one of ${words.join(', ')}` }
}

function orNull<Value>({ holds, words }: Check<Value>): Check<Value | null> {
  return { holds: (value): value is Value | null => value === null || holds(value), words: `${words}, or null` }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)

const few = (value: object): boolean => Object.keys(value).length <= 1000

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

const isText = (value: unknown, most: number): value is string => typeof value === 'string' && value.length <= most

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= 1000 && value.every((name) => isText(name, 200))
}

const onlyKeys = (value: object, ...keys: readonly string[]): boolean => Object.keys(value).length === keys.length && keys.every((key) => Object.hasOwn(value, key))

function isLimits(value: unknown): value is Limits {
  return isRecord(value) && onlyKeys(value, 'altitudeMin', 'altitudeMax', 'velocityMin', 'velocityMax') && Object.values(value).every(isNumber)
}

function isSelection(value: unknown): value is Selection {
  return isRecord(value) && onlyKeys(value, 'query', 'startMs') && (value.query === 'flight_phase_counts' || value.query === 'anomaly_alerts') && isNumber(value.startMs)
}

function isRange(value: unknown): value is Range {
  return isRecord(value) && onlyKeys(value, 'startMs', 'endMs') && isNumber(value.startMs) && isNumber(value.endMs) && value.startMs < value.endMs
}

function isTab(value: unknown): value is DockTab {
  return typeof value === 'string' && Object.hasOwn(tabs, value)
}

function isAskedOfTabs(value: unknown): value is ViewState['asked'] {
  return isRecord(value) && Object.entries(value).every(([tab, asked]) => isTab(tab) && isAsked(asked))
}

function isSqlView(value: unknown): value is SqlView {
  return isRecord(value) && onlyKeys(value, 'tabs', 'shown', 'saved', 'limitSeconds') && isText(value.shown, 200) && isNumber(value.limitSeconds) && value.limitSeconds > 0 && isListOf(value.tabs, isSqlTab) && isListOf(value.saved, isSavedQuery)
}

const isListOf = (value: unknown, holds: (item: unknown) => boolean): boolean => Array.isArray(value) && value.length <= 1000 && value.every(holds)

function isSavedQuery(value: unknown): value is SavedQuery {
  return isRecord(value) && onlyKeys(value, 'id', 'name', 'text') && hasQuery(value)
}

const hasQuery = ({ id, name, text }: Readonly<Record<string, unknown>>): boolean => isText(id, 200) && isText(name, 200) && isText(text, 1_000_000)

function isSqlTab(value: unknown): value is SqlTab {
  if (!isRecord(value) || !hasQuery(value)) return false
  return 'chart' in value ? onlyKeys(value, 'id', 'name', 'text', 'chart') && isChart(value.chart) : onlyKeys(value, 'id', 'name', 'text')
}

function isChart(value: unknown): value is ChartChoice {
  return isRecord(value) && ['bar', 'line', 'scatter', 'heat'].includes(value.kind as string) && Object.entries(value).every(([key, part]) => key === 'kind' || (['x', 'y', 'value'].includes(key) && isText(part, 1000)))
}

function isAsked(value: unknown): value is Asked {
  if (!isRecord(value) || !onlyKeys(value, 'filter', 'sort') || !isText(value.filter, 10_000)) return false
  const { sort } = value
  return sort === null || (isRecord(sort) && onlyKeys(sort, 'column', 'descending') && isText(sort.column, 64) && /^\w+$/.test(sort.column) && typeof sort.descending === 'boolean')
}
