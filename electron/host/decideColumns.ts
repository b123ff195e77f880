import type { CheckStep, ColumnCheck, PresetColumn, PresetOffer } from '#shared/contract/source.ts'
import type { SilverColumn } from '#shared/pipeline/bindQuery.ts'
import { builtinQueries } from '#shared/pipeline/builtinQueries.ts'
import type { ColumnMapping } from '#shared/pipeline/columnMapping.ts'
import { originText } from '#shared/pipeline/originText.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import type { Database } from '../duckdb/database.ts'
import { madeColumns } from '../source/mapColumns.ts'
import {
  expectedTypes,
  fitColumn,
  neededColumns,
  unusedColumns,
  usableMapping,
  type NeededColumn
} from './columnChecks.ts'
import { readColumnValues, type ColumnValues } from './columnValues.ts'
import { mappingCandidates } from './mappingCandidates.ts'
import { offerPreset } from './offerPreset.ts'
import { matchColumns, type Reading } from './sourceSteps.ts'

/** Whether the columns match, and what could stand for those that do not. */
export interface Decision {
  readonly step: CheckStep
  readonly columns: readonly ColumnCheck[]
  readonly preset: PresetOffer | null
  /** Of the columns that do not match: the likeliest candidate, where its name or its values speak for it. */
  readonly likely: readonly PresetColumn[]
  /** As far as this source can follow it. */
  readonly mapping: ColumnMapping
  /** undefined: there is something to decide first. */
  readonly ready: ReturnType<typeof matchColumns> | undefined
}

/** Columns match: of the queries of a pipeline, with a mapping that was made before. Looks at values only where there is something to decide. */
export async function decideColumns(
  pipeline: Pipeline,
  read: Reading,
  given: ColumnMapping,
  database: Database
): Promise<Decision> {
  const own = read.source.columns
  const { usable, dropped } = usableMapping(read.source, given)
  const made = madeColumns(read.source, usable)
  const needed = neededColumns(builtinQueries(pipeline))
  const fits = needed.map((column) => ({ column, ...fitColumn(column, own, usable, made) }))
  const undecided = fits.filter(({ state }) => state !== 'matches').map(({ column }) => column)
  const values = undecided.length === 0 ? new Map<string, ColumnValues>() : await readColumnValues(database, read, own)
  const taken = takenNames(
    needed.filter((column) => !undecided.includes(column)),
    own,
    usable
  )
  const offered = new Map(undecided.map((column) => [column.name, mappingCandidates(column, { own, values, taken })]))
  const checks = fits.map(({ column: { name, role, usedBy }, state, found }): ColumnCheck => {
    const { all = [], likeliest } = offered.get(name) ?? {}
    const foundText = found ?? (likeliest ? `${likeliest.from}, ${likeliest.type}` : null)
    return { name, expected: expectedTypes[role], found: foundText, usedBy, state, candidates: all }
  })
  const [open, matching] = [
    checks.filter(({ state }) => state !== 'matches'),
    checks.filter(({ state }) => state === 'matches')
  ]
  const columns = [...open.toSorted(phaseLast), ...matching, ...unusedColumns(needed, own, made)]
  const forgotten =
    dropped.length === 0
      ? ''
      : ` The mapping kept for ${dropped.join(', ')} no longer fits these files and was left out.`
  if (undecided.length > 0) {
    const preset = offerPreset({ own, values, undecided })
    const likely = open.flatMap(({ name }): PresetColumn[] => {
      const candidate = offered.get(name)?.likeliest
      return candidate ? [{ name, candidate }] : []
    })
    return { step: decisionStep(checks, forgotten), columns, preset, likely, mapping: usable, ready: undefined }
  }
  const mapped = Object.entries(usable).map(([name, origin]) => ` ${name} is ${originText(origin)}.`)
  const text = `All ${needed.length} columns that the queries need are there.${mapped.join('')}${forgotten}`
  const step: CheckStep = { name: 'Columns match', state: 'passed', text }
  return { step, columns, preset: null, likely: [], mapping: usable, ready: matchColumns(pipeline, read, usable) }
}

/** A phase can be made of altitude and speed, which are decided before. */
const phaseLast = (a: ColumnCheck, b: ColumnCheck): number =>
  Number(a.name === 'flight_phase') - Number(b.name === 'flight_phase')

function takenNames(matching: readonly NeededColumn[], own: readonly SilverColumn[], mapping: ColumnMapping): string[] {
  const origins = matching.map(({ name }) =>
    (
      Object.entries(mapping).find(([mapped]) => mapped.toLowerCase() === name.toLowerCase())?.[1].from ?? name
    ).toLowerCase()
  )
  return own.map(({ name }) => name).filter((name) => origins.includes(name.toLowerCase()))
}

function decisionStep(checks: readonly ColumnCheck[], forgotten: string): CheckStep {
  const undecided = checks.filter(({ state }) => state !== 'matches')
  const hopeless = undecided.filter(({ candidates }) => candidates.length === 0)
  const sum = `${checks.length - undecided.length} of ${checks.length} match.`
  if (hopeless.length > 0) {
    const names = listText(
      hopeless.map(({ name, expected, found, state }) =>
        state === 'missing' ? `${name} (${expected})` : `${name} (${expected}; it is ${found ?? 'missing'})`
      )
    )
    return {
      name: 'Columns match',
      state: 'failed',
      text: `${sum} No column of these files can stand for ${names}: write the files with ${hopeless.length === 1 ? 'that column' : 'those columns'}, or choose another folder.${forgotten}`
    }
  }
  const [only, ...more] = undecided
  const what =
    only && more.length === 0
      ? `${only.name}, which ${usersText(only)}, ${only.state === 'missing' ? 'is missing' : 'cannot be used as it is'}`
      : `${listText(undecided.map(({ name }) => name))} are missing or cannot be used as they are`
  return {
    name: 'Columns match',
    state: 'needs a decision',
    text: `${sum} ${what}: choose what stands for ${more.length === 0 ? 'it' : 'them'}.${forgotten}`
  }
}

const usersText = ({ usedBy }: ColumnCheck): string =>
  usedBy.length > 1 ? 'both queries need' : `${usedBy.join()} needs`

const listText = (names: readonly string[]): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
