import { Fault } from '#shared/engine/fault.ts'
import type { DeltaField, DeltaType } from './schema.ts'

type Json = Readonly<Record<string, unknown>>

/** The columns of a `schemaString`. `where` names the table or file. */
export function parseSchema(schemaString: string, where: string): readonly DeltaField[] {
  let value: unknown
  try {
    value = JSON.parse(schemaString)
  } catch (error) {
    throw new Fault('corrupt', `the schema of ${where} is not JSON: ${schemaString.slice(0, 80)}`, { cause: error })
  }
  const type = parseType(value, where)
  if (type.kind !== 'struct') throw new Fault('corrupt', `the schema of ${where} is ${type.kind}, where a struct is needed`)
  return type.fields
}

const plainKinds: ReadonlySet<string> = new Set(['boolean', 'byte', 'short', 'integer', 'long', 'float', 'double', 'string', 'binary', 'date', 'timestamp', 'timestamp_ntz', 'void'])

function parseType(value: unknown, where: string): DeltaType {
  if (typeof value === 'string') return parseName(value, where)
  const type = asObject(value, where)
  switch (type.type) {
    case 'struct':
      return { kind: 'struct', fields: asArray(type.fields, where).map((field) => parseField(field, where)) }
    case 'array':
      return { kind: 'array', element: parseType(type.elementType, where), containsNull: type.containsNull !== false }
    case 'map':
      return { kind: 'map', key: parseType(type.keyType, where), value: parseType(type.valueType, where), valueContainsNull: type.valueContainsNull !== false }
    default:
      throw unknown(JSON.stringify(type.type), where)
  }
}

function parseName(name: string, where: string): DeltaType {
  if (plainKinds.has(name)) return { kind: name } as DeltaType
  const [, precision, scale] = /^decimal(?:\((\d+),\s*(-?\d+)\))?$/.exec(name) ?? []
  if (name.startsWith('decimal')) return { kind: 'decimal', precision: Number(precision ?? 10), scale: Number(scale ?? 0) }
  throw unknown(name, where)
}

function parseField(value: unknown, where: string): DeltaField {
  const field = asObject(value, where)
  const metadata = typeof field.metadata === 'object' && field.metadata !== null ? (field.metadata as Json) : {}
  const name = String(field.name)
  const physicalName = metadata['delta.columnMapping.physicalName']
  const id = metadata['delta.columnMapping.id']
  return {
    name,
    type: parseType(field.type, where),
    nullable: field.nullable !== false,
    physicalName: typeof physicalName === 'string' ? physicalName : name,
    fieldId: typeof id === 'number' ? id : undefined,
    metadata
  }
}

function unknown(type: string, where: string): Fault {
  return new Fault('unsupported', `${where} has a column of type ${type}, which Contrail does not read; it reads Delta's primitive types, struct, array and map`)
}

function asObject(value: unknown, where: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json
  throw new Fault('corrupt', `the schema of ${where} holds ${JSON.stringify(value)} where a type is needed`)
}

function asArray(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new Fault('corrupt', `the schema of ${where} holds ${JSON.stringify(value)} where a list of columns is needed`)
}
