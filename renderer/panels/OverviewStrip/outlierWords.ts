import { formatCount, formatDate } from '#renderer/format/format.ts'
import type { Outliers } from '#renderer/store/outliers.ts'
import type { ViewState } from '#renderer/store/viewStore.ts'

/** "1 row at 9999-12-31", "21 rows from 0001-01-01 to 9999-12-31". */
export function outlierWords({ rows, firstMs, lastMs }: Outliers, zone: ViewState['zone']): string {
  const [first, last] = [formatDate(firstMs, zone), formatDate(lastMs, zone)]
  return `${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'} ${first === last ? `at ${first}` : `from ${first} to ${last}`}`
}
