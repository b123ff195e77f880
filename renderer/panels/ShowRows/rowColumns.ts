import type { StreamColumn } from '#shared/arrow/readStream.ts'
import { formatInstant } from '#renderer/format/format.ts'
import { numberOf, type CellValue, type GridColumn } from '#renderer/grid/gridColumn.ts'

const exact = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 })

/** What crosses which column of silver. */
const crossing: Readonly<Record<string, string>> = { altitude_meters: 'altitude', velocity_kmh: 'velocity' }

/** Marks first, then silver's columns as they are. `marks`: names of `crosses`, `late`, `file` and `batch`, the last four of an answer. */
export function rowColumns(columns: readonly Pick<StreamColumn, 'name' | 'type'>[]): readonly GridColumn[] {
  const [file, batch, late, crosses] = columns.slice(-4).map(({ name }) => name) as [string, string, string, string]
  const silver = columns.slice(0, -4)
  const time = silver.find(({ name, type }) => name.toLowerCase() === 'event_timestamp' && isInstant(type))
  return [
    { ...textColumn(crosses, 'Over the limit', 104), tone: (value) => (value === '' ? undefined : 'alert') },
    { ...textColumn(late, 'Late', 72), tone: (value) => (value === '' ? undefined : 'late') },
    ...(time ? [instantColumn(time.name, 'Event')] : []),
    textColumn(file, 'File', 240),
    ...silver.filter((column) => column !== time).map((column) => silverColumn(column, crosses)),
    { ...numberColumn(batch, 'Batch', 64) }
  ]
}

const isInstant = ({ kind }: StreamColumn['type']): boolean => kind === 'timestamp' || kind === 'timestamp_ntz'

function silverColumn({ name, type }: Pick<StreamColumn, 'name' | 'type'>, crosses: string): GridColumn {
  if (isInstant(type)) return instantColumn(name, name)
  if (['byte', 'short', 'integer', 'long', 'float', 'double', 'decimal'].includes(type.kind)) return { ...numberColumn(name, name, 112), tone: (_value, _context, row) => (isCrossed(name, row(crosses)) ? 'alert' : undefined) }
  return textColumn(name, name, 120)
}

const isCrossed = (name: string, crosses: CellValue): boolean => crosses === 'both' ? name.toLowerCase() in crossing : crosses !== null && crosses !== '' && crossing[name.toLowerCase()] === crosses

const textColumn = (name: string, title: string, width: number): GridColumn => ({ name, title: () => title, kind: 'text', width, show: (value) => (value === null ? '' : String(value)) })

const numberColumn = (name: string, title: string, width: number): GridColumn => ({ name, title: () => title, kind: 'number', width, show: (value) => (value === null ? '' : Number.isFinite(numberOf(value)) ? exact.format(numberOf(value)).replace('-', '\u2212') : String(value)) })

const instantColumn = (name: string, title: string): GridColumn => ({ name, title: ({ zone }) => `${title}, ${zone}`, kind: 'instant', width: 112, show: (value, { zone }) => (value === null ? '' : formatInstant(Number(value) / 1000, zone, { mark: false })) })
