import { Fault } from '#shared/engine/fault.ts'
import type { ValueType } from '#shared/engine/valueType.ts'
import { refuseTwins } from './columnTwins.ts'
import { inner, optionalNumber, optionalText, shapeOf, text } from './jsonShape.ts'

/** A type of a Delta schema: a primitive one, `void`, or nested. */
export type DeltaType =
  | ValueType
  | { readonly kind: 'void' }
  | { readonly kind: 'struct'; readonly fields: readonly DeltaField[] }
  | { readonly kind: 'array'; readonly element: DeltaType; readonly containsNull: boolean }
  | { readonly kind: 'map'; readonly key: DeltaType; readonly value: DeltaType; readonly valueContainsNull: boolean }

export interface DeltaField {
  readonly name: string
  readonly type: DeltaType
  readonly nullable: boolean
  /** Name in the data files: `delta.columnMapping.physicalName`, or the name itself. */
  readonly physicalName: string
  /** `delta.columnMapping.id`. */
  readonly fieldId: number | undefined
  readonly metadata: Readonly<Record<string, unknown>>
}

/** `delta.columnMapping.mode`: how a column is found in the data files. */
export type MappingMode = 'none' | 'name' | 'id'

export function mappingModeOf(configuration: Readonly<Record<string, string>>, where: string): MappingMode {
  const mode = configuration['delta.columnMapping.mode'] ?? 'none'
  if (mode === 'none' || mode === 'name' || mode === 'id') return mode
  throw new Fault('unsupported', `${where} maps columns by "${mode}"; Contrail knows none, name and id`)
}

/** Fields of a `schemaString`. `where` names its place in messages. Faults name the column whose type is not known. */
export function parseSchema(schemaString: string, mode: MappingMode, where: string): DeltaField[] {
  let schema: unknown
  try {
    schema = JSON.parse(schemaString)
  } catch (error) {
    throw new Fault('corrupt', `${where} has a schema that is not JSON: the log is damaged; restore the file from a copy`, { cause: error })
  }
  const type = parseType(schema, { mode, where, depth: 0, column: '' })
  if (type.kind !== 'struct') throw new Fault('corrupt', `${where} has a schema that is not a struct: the log is damaged; restore the file from a copy`)
  return [...type.fields]
}

/** More than any table has, and less than a stack holds, ours and DuckDB's. */
const mostDepth = 100

interface Place {
  readonly mode: MappingMode
  readonly where: string
  readonly depth: number
  /** Path of the column, for messages. */
  readonly column: string
}

function parseType(value: unknown, place: Place): DeltaType {
  if (typeof value === 'string') return parsePrimitive(value, place)
  const shape = shapeOf(value, `${place.where}: the type of ${place.column || 'the table'}`)
  if (place.depth > mostDepth) throw new Fault('unsupported', `${place.where}: column ${place.column.split('.')[0] ?? ''} is nested more than ${mostDepth} levels deep, which Contrail does not read: rewrite the table without that column`)
  const inside = (name: string): Place => ({ ...place, depth: place.depth + 1, column: `${place.column}.${name}` })
  switch (shape.fields.type) {
    case 'struct': {
      const fields = shape.fields.fields
      if (!Array.isArray(fields)) break
      const parsed = fields.map((field: unknown) => parseField(field, place))
      refuseTwins(parsed, place.where, place.column)
      return { kind: 'struct', fields: parsed }
    }
    case 'array':
      return { kind: 'array', element: parseType(shape.fields.elementType, inside('element')), containsNull: shape.fields.containsNull !== false }
    case 'map':
      return {
        kind: 'map',
        key: parseType(shape.fields.keyType, inside('key')),
        value: parseType(shape.fields.valueType, inside('value')),
        valueContainsNull: shape.fields.valueContainsNull !== false
      }
  }
  throw unknownType(typeof shape.fields.type === 'string' ? shape.fields.type : 'of something that is no name', place)
}

function parseField(value: unknown, place: Place): DeltaField {
  const shape = shapeOf(value, `${place.where}: a field of ${place.column || 'the table'}`)
  const name = text(shape, 'name')
  const metadata = inner(shape, 'metadata')
  const mapped = place.mode !== 'none' && metadata !== undefined
  return {
    name,
    type: parseType(shape.fields.type, { ...place, depth: place.depth + 1, column: place.column === '' ? name : `${place.column}.${name}` }),
    nullable: shape.fields.nullable !== false,
    physicalName: (mapped ? optionalText(metadata, 'delta.columnMapping.physicalName') : undefined) ?? name,
    fieldId: mapped ? optionalNumber(metadata, 'delta.columnMapping.id') : undefined,
    metadata: metadata?.fields ?? {}
  }
}

const simpleTypes = ['boolean', 'byte', 'short', 'integer', 'long', 'float', 'double', 'string', 'binary', 'date', 'timestamp', 'timestamp_ntz', 'void'] as const

function parsePrimitive(name: string, place: Place): DeltaType {
  const simple = simpleTypes.find((known) => known === name)
  if (simple !== undefined) return { kind: simple }
  const decimal = /^decimal(?:\(\s*(\d+)\s*,\s*(\d+)\s*\))?$/.exec(name)
  const [precision, scale] = [Number(decimal?.[1] ?? 10), Number(decimal?.[2] ?? 0)]
  if (decimal && precision >= 1 && precision <= 38 && scale <= precision) return { kind: 'decimal', precision, scale }
  if (/^(var)?char\(\d+\)$/.test(name)) return { kind: 'string' }
  if (name === 'null') return { kind: 'void' } // Spark 2.
  throw unknownType(name, place)
}

function unknownType(name: string, { where, column }: Place): Fault {
  return new Fault('unsupported', `${where}: column ${column} has the type ${name}, which Contrail does not read`)
}
