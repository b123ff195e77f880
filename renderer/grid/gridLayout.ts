import type { GridColumn } from './gridColumn.ts'

/** Id of the element of a cell; row -1 is the head. */
export const cellId = (grid: string, row: number, column: number): string => `${grid}-${row}-${column}`

/** Those that are pinned first; hidden ones are only read. */
export function orderColumns(columns: readonly GridColumn[], pinned: readonly string[]): GridColumn[] {
  const shown = columns.filter(({ hidden }) => !hidden)
  return [...pinned.flatMap((name) => shown.filter((column) => column.name === name)), ...shown.filter(({ name }) => !pinned.includes(name))]
}

/** As a person left them, else as they are meant to be; what is to spare goes to those that nobody has touched. */
export function widthsOf(columns: readonly GridColumn[], chosen: (column: GridColumn) => number | undefined, available: number): number[] {
  const own = columns.map((column) => chosen(column) ?? column.width)
  const spare = available - own.reduce((sum, width) => sum + width, 0)
  const free = columns.reduce((sum, column) => sum + (chosen(column) === undefined ? column.width : 0), 0)
  return own.map((width, i) => (spare > 0 && chosen(columns[i]!) === undefined ? Math.floor(width * (1 + spare / free)) : width))
}
