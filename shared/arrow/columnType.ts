import { DateDay, Binary, Bool, Decimal, Field, Float32, Float64, Int16, Int32, Int64, Int8, List, Map_, Null, Struct, TimestampMicrosecond, Utf8, type DataType } from 'apache-arrow'
import { unreachable } from '#shared/engine/fault.ts'
import type { ValueType } from '#shared/engine/valueType.ts'

/** Types of a table's columns, nested ones too. */
export type ColumnType =
  | ValueType
  | { readonly kind: 'void' }
  | { readonly kind: 'struct'; readonly fields: readonly { readonly name: string; readonly type: ColumnType }[] }
  | { readonly kind: 'array'; readonly element: ColumnType }
  | { readonly kind: 'map'; readonly key: ColumnType; readonly value: ColumnType }

/** The Arrow type of a column: instants are microseconds in UTC, decimals 128 bits wide. */
export function arrowType(type: ColumnType): DataType {
  switch (type.kind) {
    case 'boolean':
      return new Bool()
    case 'byte':
      return new Int8()
    case 'short':
      return new Int16()
    case 'integer':
      return new Int32()
    case 'long':
      return new Int64()
    case 'float':
      return new Float32()
    case 'double':
      return new Float64()
    case 'decimal':
      return new Decimal(type.scale, type.precision, 128)
    case 'string':
      return new Utf8()
    case 'binary':
      return new Binary()
    case 'date':
      return new DateDay()
    case 'timestamp':
      return new TimestampMicrosecond('UTC')
    case 'timestamp_ntz':
      return new TimestampMicrosecond()
    case 'void':
      return new Null()
    case 'struct':
      return new Struct(type.fields.map((field) => arrowField(field.name, field.type)))
    case 'array':
      return new List(arrowField('element', type.element))
    case 'map':
      return new Map_<DataType, DataType>(new Field('entries', new Struct<{ key: DataType; value: DataType }>([new Field('key', arrowType(type.key), false), arrowField('value', type.value)]), false))
    default:
      return unreachable(type)
  }
}

export const arrowField = (name: string, type: ColumnType): Field => new Field(name, arrowType(type), true)
