import type { ColumnCheck } from '#shared/contract/source.ts'
import type { ColumnMapping } from '#shared/pipeline/columnMapping.ts'
import { isFault } from '#shared/engine/fault.ts'
import { typeName, type ValueType } from '#shared/engine/valueType.ts'
import { isKeyType, isMeasureType, isTimeType, type SilverColumn } from '#shared/pipeline/bindQuery.ts'
import type { QueryDefinition } from '#shared/pipeline/queryDefinition.ts'
import { mapColumns } from '../source/mapColumns.ts'
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

/** `own`: silver's columns before any mapping. Every `from` of the mapping is one of them. */
export function fitColumn(needed: NeededColumn, own: readonly SilverColumn[], mapping: ColumnMapping): ColumnFit {
  const [, mapped] = Object.entries(mapping).find(([name]) => sameName(name, needed.name)) ?? []
  if (mapped) {
    const origin = findOrigin(own, mapped.from)
    const type = mapped.factor === undefined ? origin.type : ({ kind: 'double' } as const)
    return { state: stateOf(needed, type), found: `${origin.name}${mapped.factor === undefined ? '' : ` × ${mapped.factor}`}, ${typeName(origin.type)}` }
  }
  const [column, ...others] = own.filter(({ name }) => sameName(name, needed.name))
  if (!column) return { state: 'missing', found: null }
  if (others.length > 0) return { state: 'wrong type', found: `${[column, ...others].map(({ name }) => name).join(' and ')}, which differ only by case` }
  return { state: stateOf(needed, column.type), found: column.name === needed.name ? typeName(column.type) : `${column.name}, ${typeName(column.type)}` }
}

/** Silver's columns that stand for no needed one. */
export function unusedColumns(needed: readonly NeededColumn[], own: readonly SilverColumn[], mapping: ColumnMapping): ColumnCheck[] {
  const isUsed = ({ name }: SilverColumn) => needed.some((column) => sameName(column.name, name)) || Object.values(mapping).some(({ from }) => sameName(from, name))
  return own.filter((column) => !isUsed(column)).map(({ name, type }) => ({ name, expected: '', found: typeName(type), usedBy: [], state: 'not used', candidates: [] }))
}

/** The part of a mapping that this source can follow, and the names whose origin it does not have, or cannot multiply. */
export function usableMapping(source: Source, mapping: ColumnMapping): { readonly usable: ColumnMapping; readonly dropped: readonly string[] } {
  const dropped = Object.entries(mapping).filter(([name, origin]) => !canMap(source, { [name]: origin }))
  const names = dropped.map(([name]) => name)
  return { usable: Object.fromEntries(Object.entries(mapping).filter(([name]) => !names.includes(name))), dropped: names }
}

function canMap(source: Source, mapping: ColumnMapping): boolean {
  try {
    mapColumns(source, mapping)
    return true
  } catch (error) {
    if (isFault(error)) return false
    throw error
  }
}

function findOrigin(own: readonly SilverColumn[], from: string): SilverColumn {
  const origin = own.find(({ name }) => name === from) ?? own.find(({ name }) => sameName(name, from))
  if (!origin) throw new Error(`the mapping names ${from}, which is not there`)
  return origin
}

function stateOf({ role }: NeededColumn, type: ValueType | string): 'matches' | 'wrong type' {
  return accepts[role](type) ? 'matches' : 'wrong type'
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()
