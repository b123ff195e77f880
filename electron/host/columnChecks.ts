import type { ColumnCheck } from '#shared/contract/source.ts'
import type { ColumnMapping, ColumnOrigin } from '#shared/pipeline/columnMapping.ts'
import { isFault } from '#shared/engine/fault.ts'
import { typeName, type ValueType } from '#shared/engine/valueType.ts'
import { isKeyType, isMeasureType, isTimeType, type SilverColumn } from '#shared/pipeline/bindQuery.ts'
import { originText } from '#shared/pipeline/originText.ts'
import type { QueryDefinition } from '#shared/pipeline/queryDefinition.ts'
import { makeColumn, type MadeColumn } from '../source/makeColumn.ts'
import type { Source } from '../source/source.ts'

/** A column that at least one query reads, by the queries' name for it. */
export interface NeededColumn {
  readonly name: string
  readonly role: 'time' | 'key' | 'measure'
  readonly usedBy: ColumnCheck['usedBy']
}

/** What silver has in the place of a needed column. */
export type ColumnFit = Pick<ColumnCheck, 'state' | 'found'>

/** What the queries read, each column once, in the order in which they name them. */
export function neededColumns(queries: readonly QueryDefinition[]): NeededColumn[] {
  const needed = new Map<string, NeededColumn>()
  for (const query of queries) {
    const name = query.name === 'anomaly_alerts' ? 'anomaly_alerts' : 'flight_phase_counts'
    const measured = query.outputs.flatMap(({ measure }) => ('column' in measure ? [measure.column] : []))
    const roles = [[query.eventTime, 'time'], [query.key, 'key'], ...measured.map((column) => [column, 'measure'] as const)] as const
    for (const [column, role] of roles) {
      const usedBy = needed.get(column)?.usedBy ?? []
      needed.set(column, { name: column, role, usedBy: usedBy.includes(name) ? usedBy : [...usedBy, name] })
    }
  }
  return [...needed.values()]
}

export const expectedTypes: Readonly<Record<NeededColumn['role'], string>> = { time: 'timestamp', key: 'string', measure: 'double' }

const accepts: Readonly<Record<NeededColumn['role'], (type: ValueType | string) => boolean>> = { time: isTimeType, key: isKeyType, measure: isMeasureType }

/** Whether a column could stand for a needed one as it is. */
export const canStandFor = ({ role }: NeededColumn, { type }: SilverColumn): boolean => accepts[role](type)

/** `own`: silver's columns before any mapping. `made`: those that `mapping` gives. */
export function fitColumn(
  needed: NeededColumn,
  own: readonly SilverColumn[],
  mapping: ColumnMapping,
  made: ReadonlyMap<string, MadeColumn>
): ColumnFit {
  const [name, origin] = Object.entries(mapping).find(([mapped]) => sameName(mapped, needed.name)) ?? []
  const stand = name === undefined ? undefined : made.get(name)
  if (origin && stand) {
    const [from] = stand.reads
    const type = own.find((column) => column.name === from)?.type ?? '?'
    return { state: stateOf(needed, stand.type), found: `${originText({ ...origin, from })}, ${typeName(type)}` }
  }
  const [column, ...others] = own.filter(({ name }) => sameName(name, needed.name))
  if (!column) return { state: 'missing', found: null }
  if (others.length > 0) return { state: 'wrong type', found: `${[column, ...others].map(({ name }) => name).join(' and ')}, which differ only by case` }
  return { state: stateOf(needed, column.type), found: column.name === needed.name ? typeName(column.type) : `${column.name}, ${typeName(column.type)}` }
}

/** Silver's columns that stand for no needed one. */
export function unusedColumns(
  needed: readonly NeededColumn[],
  own: readonly SilverColumn[],
  made: ReadonlyMap<string, MadeColumn>
): ColumnCheck[] {
  const read = new Set([...made.values()].flatMap(({ reads }) => reads))
  const isUsed = ({ name }: SilverColumn) => read.has(name) || needed.some((column) => sameName(column.name, name))
  return own.filter((column) => !isUsed(column)).map(({ name, type }) => ({ name, expected: '', found: typeName(type), usedBy: [], state: 'not used', candidates: [] }))
}

/** The part of a mapping that this source can follow, and the names whose origin it lacks, or cannot read so. */
export function usableMapping(source: Source, mapping: ColumnMapping): { readonly usable: ColumnMapping; readonly dropped: readonly string[] } {
  const kept = Object.entries(mapping).filter(([name, origin]) => canMake(source, mapping, name, origin))
  const usable = Object.fromEntries(kept)
  const dropped = Object.keys(mapping).filter((name) => !Object.hasOwn(usable, name))
  if (dropped.length === 0) return { usable, dropped }
  // One that is made of another mapped column may have lost it.
  const rest = usableMapping(source, usable)
  return { usable: rest.usable, dropped: [...dropped, ...rest.dropped] }
}

function canMake(source: Source, mapping: ColumnMapping, name: string, origin: ColumnOrigin): boolean {
  try {
    makeColumn(source, mapping, name, origin)
    return true
  } catch (error) {
    if (isFault(error)) return false
    throw error
  }
}

function stateOf({ role }: NeededColumn, type: ValueType | string): 'matches' | 'wrong type' {
  return accepts[role](type) ? 'matches' : 'wrong type'
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()
