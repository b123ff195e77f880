import { DataType, Vector, type Data, type Table } from 'apache-arrow'
import type { SqlValue } from '#electron/duckdb/queryResult.ts'

/**
 * Values of an Arrow column as the project writes them everywhere else: instants in microseconds, dates in days, decimals as text, maps as arrays of key
 * and value. The getters of apache-arrow give instants as milliseconds in a double, which would hide a lost microsecond.
 */
export function arrowValues(table: Table, name: string): SqlValue[] {
  return table.getChild(name)!.data.flatMap(dataValues)
}

function dataValues(data: Data): SqlValue[] {
  const valueAt = reader(data)
  return Array.from({ length: data.length }, (_, row) => (data.getValid(row) ? valueAt(row) : null))
}

function reader(data: Data): (row: number) => SqlValue {
  const type = data.type as DataType
  if (DataType.isNull(type)) return () => null
  if (DataType.isTimestamp(type) || DataType.isDate(type)) return (row) => (data.values as BigInt64Array | Int32Array)[row]!
  if (DataType.isDecimal(type)) return (row) => decimalText((data.values as Uint32Array).subarray(row * 4, row * 4 + 4), type.scale)
  if (DataType.isStruct(type)) {
    const fields = data.children.map((child, i) => [type.children[i]!.name, dataValues(child)] as const)
    return (row) => Object.fromEntries(fields.map(([name, values]) => [name, values[row]!]))
  }
  if (DataType.isList(type) || DataType.isMap(type)) {
    const items = dataValues(data.children[0]!)
    return (row) => items.slice(data.valueOffsets[row], data.valueOffsets[row + 1])
  }
  const vector = new Vector([data])
  return (row) => vector.get(row) as SqlValue
}

/** 128 bits, little-endian two's complement. */
function decimalText(words: Uint32Array, scale: number): string {
  const unscaled = BigInt.asIntN(128, words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n))
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return unscaled < 0n ? `-${text}` : text
}
