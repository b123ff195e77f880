import { Fault } from '#shared/engine/fault.ts'
import type { Column, Measure, QuerySpec } from '#shared/engine/querySpec.ts'
import { isIntegral, typeName, type ValueType } from '#shared/engine/valueType.ts'
import { windowSpec } from '#shared/engine/windowSpec.ts'
import type { QueryDefinition } from './queryDefinition.ts'

/** A column that silver has. `type` is text for types that no query can use (nested ones). */
export interface SilverColumn {
  readonly name: string
  readonly type: ValueType | string
}

/** A query whose columns are known to be there, with types that fit. */
export interface BoundQuery {
  readonly spec: QuerySpec
  /** Name of the event-time column, as silver spells it. */
  readonly eventTime: string
  readonly checkpointFolder: string
  /** All columns that the query reads, as silver spells them. */
  readonly columns: readonly string[]
}

/**
 * Looks up a query's columns in silver, without regard to case (as Spark), and their types. Faults with code `schema` name the column, what it is
 * and what is needed; those that Spark gives too start with its error class.
 */
export function bindQuery(definition: QueryDefinition, columns: readonly SilverColumn[], silver: string): BoundQuery {
  const find = (name: string) => findColumn(columns, name, definition.name, silver)
  const time = find(definition.eventTime)
  if (!isTimeType(time.type)) {
    throw new Fault(
      'schema',
      `[EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE] The event time \`${time.name}\` of ${silver} has the invalid type "${typeName(time.type).toUpperCase()}", but expected "TIMESTAMP": write it as timestamp, or map another column with silver.columns, as in {"${definition.eventTime}": {"from": "...", "as": "epoch seconds"}}`
    )
  }
  const key = find(definition.key)
  if (!isKeyType(key.type)) {
    throw new Fault('schema', `column ${key.name} of ${silver} is ${typeName(key.type)}; ${definition.name} groups by it and needs string, an integer type, boolean, date or decimal`)
  }
  const used = new Set([time.name, key.name])
  const measured = (name: string): Column => {
    const column = find(name)
    used.add(column.name)
    if (isMeasureType(column.type)) return { name: column.name, type: column.type }
    throw new Fault('schema', `column ${column.name} of ${silver} is ${typeName(column.type)}; ${definition.name} measures it and needs a number (byte to long, float, double, decimal) or a string that holds one`)
  }
  const outputs = definition.outputs.map(({ name, measure }) => ({ name, measure: bindMeasure(measure, measured) }))
  return {
    eventTime: time.name,
    checkpointFolder: definition.checkpointFolder,
    columns: [...used],
    spec: {
      name: definition.name,
      window: windowSpec(definition.windowUs, definition.slideUs),
      delayMs: definition.watermarkDelayMs,
      // Gold names the key as the query does, whatever case silver has it in: so does Spark.
      key: { name: definition.key, type: key.type },
      outputs
    }
  }
}

function bindMeasure(measure: Measure<string>, bind: (name: string) => Column): Measure {
  switch (measure.kind) {
    case 'count':
    case 'rate':
      return measure
    case 'countOutside':
      return { ...measure, column: bind(measure.column) }
    default:
      return { kind: measure.kind, column: bind(measure.column) }
  }
}

function findColumn(columns: readonly SilverColumn[], name: string, query: string, silver: string): SilverColumn {
  const found = columns.filter((column) => column.name.toLowerCase() === name.toLowerCase())
  if (found.length > 1) throw new Fault('schema', `[AMBIGUOUS_REFERENCE] ${silver} has ${found.length} columns that differ from ${name} only by case: ${found.map((column) => column.name).join(', ')}`)
  if (found[0]) return found[0]
  const near = columns.map((column) => column.name).join(', ')
  throw new Fault('schema', `[UNRESOLVED_COLUMN.WITH_SUGGESTION] ${query} needs a column ${name}, and ${silver} has none. It has: ${near || 'no columns'}. Map another one to it with silver.columns, as in {"${name}": {"from": "..."}}`)
}

/** What an event time may be. */
export function isTimeType(type: ValueType | string): type is ValueType {
  return typeof type !== 'string' && type.kind === 'timestamp'
}

/** What rows may be grouped by. */
export function isKeyType(type: ValueType | string): type is ValueType {
  return typeof type !== 'string' && (isIntegral(type) || type.kind === 'string' || type.kind === 'boolean' || type.kind === 'date' || type.kind === 'decimal')
}

/** What can be measured: numbers, and text that holds one. */
export function isMeasureType(type: ValueType | string): type is ValueType {
  return typeof type !== 'string' && (isIntegral(type) || type.kind === 'float' || type.kind === 'double' || type.kind === 'decimal' || type.kind === 'string')
}
