import type { Column, QuerySpec } from '#shared/engine/querySpec.ts'
import { microsSql } from './microsSql.ts'
import { doubleSql, floorDivSql, keySql } from './partialsSql.ts'
import { sparkIntSql } from './sparkCasts.ts'
import { quoteName } from './sqlText.ts'

/** A column in one of the forms that limits are compared with. `value`: its own type. */
export interface ColumnForm {
  readonly column: Column
  readonly form: 'value' | 'double' | 'int' | 'long'
}

/**
 * SQL for the rows of a scan that have an event time: the number of the pane, a 53-bit hash of the key, then the forms; numbers as DOUBLE, longs as BIGINT,
 * decimals as text. The hash depends on `salt`.
 */
export function limitedRowsSql(spec: QuerySpec, eventTime: string, scan: string, forms: readonly ColumnForm[], salt: number): string {
  const columns = forms.map((form, i) => `${formSql(form)} AS v${i}`)
  return `SELECT (${floorDivSql(microsSql(quoteName(eventTime)), spec.window.pane)})::DOUBLE AS pane, ${hashSql(spec.key, salt)} AS key${columns.map((sql) => `, ${sql}`).join('')}
FROM (${scan}) WHERE ${quoteName(eventTime)} IS NOT NULL`
}

/** SQL for the keys of those rows: text and hash. */
export function keyHashesSql(spec: QuerySpec, eventTime: string, scan: string, salt: number): string {
  return `SELECT key, ${hashOf('key', salt)} AS hash FROM (SELECT DISTINCT ${keySql(spec.key)} AS key FROM (${scan}) WHERE ${quoteName(eventTime)} IS NOT NULL)`
}

const hashSql = (key: Column, salt: number): string => hashOf(keySql(key), salt)

/** As many bits as a double holds exactly. */
const hashOf = (value: string, salt: number): string => `(hash(${value}, ${salt}) >> 11)::DOUBLE`

function formSql({ column, form }: ColumnForm): string {
  const value = quoteName(column.name)
  if (form === 'int') return `(${sparkIntSql(value, 'INTEGER')})::DOUBLE`
  if (form === 'long') return sparkIntSql(value, 'BIGINT')
  if (form === 'value' && column.type.kind === 'long') return value
  if (form === 'value' && column.type.kind === 'decimal') return `${value}::VARCHAR`
  return doubleSql(column)
}
