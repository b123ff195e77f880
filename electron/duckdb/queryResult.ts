import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTypeId,
  type DuckDBMaterializedResult,
  type DuckDBType,
  type DuckDBValue
} from '@duckdb/node-api'

/**
 * A value of a small result: integers to 32 bits and floats as numbers, wider integers and times (micros) as bigints, dates as days since 1970, decimals as text,
 * binary as bytes, maps as arrays of key and value.
 */
export type SqlValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly SqlValue[]
  | { readonly [name: string]: SqlValue }

/** The answer of a query, copied out of DuckDB: nothing native is kept. Columns are told by their index. The arrays belong to the caller. */
export interface QueryResult {
  readonly names: readonly string[]
  /** As DuckDB writes them: "BIGINT", "DECIMAL(10,2)". */
  readonly types: readonly string[]
  readonly rowCount: number
  /** Integers to 32 bits, floats, booleans (0 and 1), dates (days since 1970). NaN stays NaN; a null is 0 and told by `nulls`. */
  numbers(column: number): Float64Array
  /** Wider integers, timestamps (micros since 1970), decimals (unscaled). A null is 0n and told by `nulls`; beyond 64 bits throws. */
  bigints(column: number): BigInt64Array
  /** 1 where the value is null. */
  nulls(column: number): Uint8Array
  /** Text and decimals. */
  strings(column: number): (string | null)[]
  /** Any column, value by value. */
  values(column: number): SqlValue[]
  /** For small results: one object a row, by column name. */
  rows(): Record<string, SqlValue>[]
}

type Column =
  | { readonly kind: 'numbers'; readonly items: Float64Array; readonly nulls: Uint8Array; readonly boolean: boolean }
  | { readonly kind: 'bigints'; readonly items: BigInt64Array; readonly nulls: Uint8Array }
  | { readonly kind: 'values'; readonly items: SqlValue[] }

export function copyResult(result: DuckDBMaterializedResult): QueryResult {
  const names = result.columnNames()
  const types = result.columnTypes()
  const rowCount = result.rowCount
  const columns = types.map((type) => emptyColumn(type, rowCount))
  let start = 0
  for (let index = 0; start < rowCount; index++) {
    const chunk = result.getChunk(index)
    for (const [column, target] of columns.entries()) {
      const vector = chunk.getColumnVector(column)
      for (let row = 0; row < chunk.rowCount; row++) put(target, start + row, vector.getItem(row))
    }
    start += chunk.rowCount
  }
  return view(names, types.map(String), rowCount, columns)
}

function view(names: readonly string[], types: readonly string[], rowCount: number, columns: readonly Column[]): QueryResult {
  const columnAt = (index: number): Column => {
    const column = columns[index]
    if (column === undefined) throw new Error(`the result has ${columns.length} columns, no column ${index}`)
    return column
  }
  const wrongType = (index: number, wanted: string): Error => new Error(`column ${names[index]} of type ${types[index]} was asked for as ${wanted}`)
  const values = (index: number): SqlValue[] => Array.from({ length: rowCount }, (_, row) => valueAt(columnAt(index), row))
  return {
    names,
    types,
    rowCount,
    numbers(index) {
      const column = columnAt(index)
      if (column.kind !== 'numbers') throw wrongType(index, 'numbers')
      return column.items
    },
    bigints(index) {
      const column = columnAt(index)
      if (column.kind === 'bigints') return column.items
      if (column.kind === 'numbers') throw wrongType(index, 'bigints')
      return BigInt64Array.from(column.items, (item) => toInt64(item, () => wrongType(index, 'bigints')))
    },
    nulls(index) {
      const column = columnAt(index)
      return column.kind === 'values' ? Uint8Array.from(column.items, (item) => (item === null ? 1 : 0)) : column.nulls
    },
    strings(index) {
      const column = columnAt(index)
      if (column.kind !== 'values') throw wrongType(index, 'strings')
      return column.items.map((item) => {
        if (item !== null && typeof item !== 'string') throw wrongType(index, 'strings')
        return item
      })
    },
    values,
    rows() {
      const all = names.map((_, index) => values(index))
      return Array.from({ length: rowCount }, (_, row) => Object.fromEntries(names.map((name, index) => [name, all[index]?.[row] ?? null])))
    }
  }
}

function valueAt(column: Column, row: number): SqlValue {
  if (column.kind === 'values') return column.items[row] ?? null
  if (column.nulls[row] === 1) return null
  const item = column.items[row] ?? null
  return column.kind === 'numbers' && column.boolean ? item === 1 : item
}

/** HUGEINT values, and decimals without their point. */
function toInt64(item: SqlValue, wrongType: () => Error): bigint {
  if (item === null) return 0n
  const whole = typeof item === 'bigint' ? item : typeof item === 'string' && /^-?\d+(\.\d+)?$/.test(item) ? BigInt(item.replace('.', '')) : undefined
  if (whole === undefined) throw wrongType()
  if (BigInt.asIntN(64, whole) !== whole) throw new Error(`${whole} does not fit into 64 bits`)
  return whole
}

const numberTypes: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.BOOLEAN,
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.DATE
])

const bigintTypes: ReadonlySet<DuckDBTypeId> = new Set([DuckDBTypeId.BIGINT, DuckDBTypeId.TIMESTAMP, DuckDBTypeId.TIMESTAMP_TZ])

function emptyColumn(type: DuckDBType, rowCount: number): Column {
  if (numberTypes.has(type.typeId)) {
    return { kind: 'numbers', items: new Float64Array(rowCount), nulls: new Uint8Array(rowCount), boolean: type.typeId === DuckDBTypeId.BOOLEAN }
  }
  if (bigintTypes.has(type.typeId)) return { kind: 'bigints', items: new BigInt64Array(rowCount), nulls: new Uint8Array(rowCount) }
  return { kind: 'values', items: new Array<SqlValue>(rowCount).fill(null) }
}

function put(column: Column, row: number, value: DuckDBValue): void {
  if (column.kind === 'values') column.items[row] = plainValue(value)
  else if (value === null) column.nulls[row] = 1
  else if (column.kind === 'numbers') column.items[row] = typeof value === 'number' ? value : Number(plainValue(value))
  else column.items[row] = typeof value === 'bigint' ? value : BigInt(plainValue(value) as bigint) // `bigintTypes` holds no other
}

/** What DuckDB gives as its own classes, as plain values. */
export function plainValue(value: DuckDBValue): SqlValue {
  if (value === null || typeof value !== 'object') return value
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue) return value.micros
  if (value instanceof DuckDBDateValue) return value.days
  if (value instanceof DuckDBDecimalValue) return value.toString()
  if (value instanceof DuckDBBlobValue) return value.bytes.slice()
  if (value instanceof DuckDBListValue) return value.items.map(plainValue)
  if (value instanceof DuckDBMapValue) return value.entries.map((entry) => ({ key: plainValue(entry.key), value: plainValue(entry.value) }))
  if (value instanceof DuckDBStructValue) return Object.fromEntries(Object.entries(value.entries).map(([name, item]) => [name, plainValue(item)]))
  return value.toString()
}
