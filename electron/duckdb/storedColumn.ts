import { firstMicros } from '#shared/engine/time.ts'
import { firstWritableMicros, microsSql, timeSql } from '#shared/query/microsSql.ts'
import { quoteLiteral, quoteName } from '#shared/query/sqlText.ts'
import { foldedName } from '../delta/columnTwins.ts'
import type { DeltaField, DeltaType, MappingMode } from '../delta/schema.ts'
import type { ParquetColumn } from './parquetSchema.ts'
import { deltaTypeSql } from './typeSql.ts'

/** How a column comes out of a data file: what to read it as, and SQL that makes the table's value of it. */
export interface StoredColumn {
  /** A DuckDB type, with the names that fields have in the file. */
  readonly readType: string
  readonly sql: string
}

/** The column of a file that holds a field; undefined when the file lacks it. Where there are several, `checkFileTypes` refuses the file. */
export function findColumn(columns: readonly ParquetColumn[], field: DeltaField, mode: MappingMode): ParquetColumn | undefined {
  return findColumns(columns, field, mode)[0]
}

/** All columns that could be meant. Names are compared without regard to case, as Spark does. */
export function findColumns(columns: readonly ParquetColumn[], field: DeltaField, mode: MappingMode): readonly ParquetColumn[] {
  if (mode === 'id') return field.fieldId === undefined ? [] : columns.filter((column) => column.fieldId === field.fieldId)
  const name = foldedName({ name: field.physicalName })
  return columns.filter((column) => foldedName(column) === name)
}

/**
 * `value` is the column's name as SQL. `stored` is the column in the file; where it is not known, names and types are taken to be what the table says.
 * Fields that the file lacks become NULL, at every level; others get the table's names.
 */
export function storedColumn(value: string, type: DeltaType, stored: ParquetColumn | undefined, mode: MappingMode): StoredColumn {
  return storedValue({ mode, depth: 0 }, value, type, stored)
}

interface Context {
  readonly mode: MappingMode
  /** Of lambdas, to tell their parameters apart. */
  readonly depth: number
}

function storedValue(context: Context, value: string, type: DeltaType, stored: ParquetColumn | undefined): StoredColumn {
  const inside = { ...context, depth: context.depth + 1 }
  const item = `x${context.depth}`
  switch (type.kind) {
    case 'struct':
      return storedStruct(context, value, type.fields, stored)
    case 'array': {
      const element = storedValue(inside, item, type.element, stored?.children[0])
      return { readType: `${element.readType}[]`, sql: element.sql === item ? value : `list_transform(${value}, lambda ${item}: ${element.sql})` }
    }
    case 'map': {
      const key = storedValue(inside, `${item}.key`, type.key, stored?.children[0])
      const entry = storedValue(inside, `${item}.value`, type.value, stored?.children[1])
      const same = key.sql === `${item}.key` && entry.sql === `${item}.value`
      return {
        readType: `MAP(${key.readType}, ${entry.readType})`,
        sql: same ? value : `map_from_entries(list_transform(map_entries(${value}), lambda ${item}: {'key': ${key.sql}, 'value': ${entry.sql}}))`
      }
    }
    case 'string':
      // A cast between the two would write bytes beyond ASCII as escapes.
      return stored?.type === 'BLOB' ? { readType: 'BLOB', sql: `decode(${value})` } : { readType: 'VARCHAR', sql: value }
    case 'binary':
      return stored?.type === 'VARCHAR' || stored?.type === 'JSON' ? { readType: 'VARCHAR', sql: `encode(${value})` } : { readType: 'BLOB', sql: value }
    case 'timestamp':
      return { readType: 'TIMESTAMPTZ', sql: stored?.isInt96 === true ? int96Sql(value) : value }
    default:
      return { readType: deltaTypeSql(type), sql: value }
  }
}

/**
 * INT96 has the number of a day and the time within it. The day is a signed number to Spark, which writes the years before 4714 BC so, and those after 287564,
 * where it overflows. DuckDB takes it without its sign: 2^32 days too many, which leads beyond 64 bits and so into other years.
 */
function int96Sql(value: string): string {
  const days = 2n ** 32n * 86_400_000_000n
  const micros = `(${microsSql(value)}::HUGEINT - ${BigInt.asUintN(64, days)})`
  const within64Bits = `greatest(CASE WHEN ${micros} < ${firstMicros} THEN ${micros} + ${2n ** 64n} ELSE ${micros} END, ${firstWritableMicros})::BIGINT`
  return `CASE WHEN ${value} < TIMESTAMPTZ '4714-11-24 (BC) 00:00:00+00' THEN ${timeSql(within64Bits, 'TIMESTAMPTZ')} ELSE ${value} END`
}

function storedStruct(context: Context, value: string, fields: readonly DeltaField[], stored: ParquetColumn | undefined): StoredColumn {
  const read: string[] = []
  let isSame = true
  const parts = fields.map((field) => {
    const child = stored && findColumn(stored.children, field, context.mode)
    const isThere = field.type.kind !== 'void' && (stored === undefined || child !== undefined)
    const name = child?.name ?? field.physicalName
    const extracted = `struct_extract(${value}, ${quoteLiteral(name)})`
    const inner = isThere ? storedValue(context, extracted, field.type, child) : undefined
    if (inner) read.push(`${quoteName(name)} ${inner.readType}`)
    if (inner?.sql !== extracted || name !== field.name) isSame = false
    return `${quoteLiteral(field.name)}: ${inner?.sql ?? `CAST(NULL AS ${deltaTypeSql(field.type)})`}`
  })
  // DuckDB reads no struct without a field that the file has, and the table's rows are null or not as the file's are.
  const [first] = stored?.children ?? []
  if (read.length === 0 && first !== undefined) read.push(`${quoteName(first.name)} ${rawType(first)}`)
  return { readType: `STRUCT(${read.join(', ')})`, sql: isSame ? value : `CASE WHEN ${value} IS NULL THEN NULL ELSE {${parts.join(', ')}} END` }
}

function rawType({ type, shape, children }: ParquetColumn): string {
  if (shape === 'struct') return `STRUCT(${children.map((child) => `${quoteName(child.name)} ${rawType(child)}`).join(', ')})`
  if (shape === 'leaf' || children[0] === undefined) return type ?? 'VARCHAR'
  if (shape === 'list') return `${rawType(children[0])}[]`
  return `MAP(${rawType(children[0])}, ${children[1] ? rawType(children[1]) : 'VARCHAR'})`
}
