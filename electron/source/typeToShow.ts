import type { ValueType } from '#shared/engine/valueType.ts'
import type { DeltaType } from '../delta/schema.ts'
import type { ParquetColumn } from '../duckdb/parquetSchema.ts'

/**
 * How to read a column of a plain file that no query can use, to show it: nested as it lies there, and a value of a
 * type that Spark does not know as text. `typeOf`: of a leaf, text where it is such a type.
 */
export function typeToShow(column: ParquetColumn, typeOf: (leaf: ParquetColumn) => ValueType | string): DeltaType {
  const [first, second] = column.children
  const inner = (child: ParquetColumn): DeltaType => typeToShow(child, typeOf)
  if (column.shape === 'struct') {
    return {
      kind: 'struct',
      fields: column.children.map((child) => ({
        name: child.name,
        type: inner(child),
        nullable: true,
        physicalName: child.name,
        fieldId: undefined,
        metadata: {}
      }))
    }
  }
  if (column.shape === 'list' && first) return { kind: 'array', element: inner(first), containsNull: true }
  if (column.shape === 'map' && first && second)
    return { kind: 'map', key: inner(first), value: inner(second), valueContainsNull: true }
  const type = typeOf(column)
  return typeof type === 'string' ? { kind: 'string' } : type
}
