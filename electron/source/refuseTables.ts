import type { TableFormat } from '#shared/contract/source.ts'
import { Fault } from '#shared/engine/fault.ts'
import type { Storage, StorageEntry } from '../storage/storage.ts'
import { tableAbove, tablesIn, type TableAbove, type TableBelow } from './tableFormats.ts'

/**
 * Refuses to read a folder as plain Parquet that a table format manages, or that holds such folders. `entries` is all
 * that lies in it. `since`: the run has begun without them. Decisions 1.7
 */
export function refuseTables(root: string, entries: readonly StorageEntry[], since: boolean): void {
  const tables = tablesIn(entries)
  if (tables.length > 0) throw tablesFault(root, tables, since)
}

/** Refuses a folder that lies inside a table; `since`: the run has begun without it. */
export async function refuseInsideTable(
  storage: Storage,
  openStorage: (uri: string) => Storage,
  since: boolean
): Promise<void> {
  const table = await tableAbove(storage, openStorage)
  if (table) throw insideFault(storage.root, table, since)
}

/** For a log that holds no file, which no listing shows. */
export function emptyLogFault(root: string, path: string, since: boolean): Fault {
  return tablesFault(root, [{ format: 'Delta', path }], since)
}

const article = (format: TableFormat): string => (format === 'Iceberg' ? 'an Iceberg' : `a ${format}`)
const why = 'read as plain files, removed and unfinished data would count'
const elsewhere = 'give a Delta table, or a folder that its rows were exported to as plain Parquet files'

function tablesFault(root: string, tables: readonly TableBelow[], since: boolean): Fault {
  const code = since ? 'changed' : 'usage'
  const nameOf = ({ path }: TableBelow): string => (path === '' ? root : `${root}/${path}`)
  const delta = tables.filter(({ format }) => format === 'Delta')
  const [only, ...others] = tables
  if (only?.path === '' && others.length === 0) {
    const next =
      only.format === 'Delta'
        ? `${why}; start again with a new checkpoint`
        : `which Contrail does not read (${why}): ${elsewhere}`
    return new Fault(
      code,
      `${root} ${since ? 'has become' : 'is'} ${article(only.format)} table${only.format === 'Delta' ? ': ' : ', '}${next}`
    )
  }
  const shown = tables.slice(0, 3).map((table) => `the ${table.format} table ${nameOf(table)}`)
  const rest = tables.length > 3 ? `, and ${tables.length - 3} more` : ''
  const foreign = [...new Set(tables.flatMap(({ format }) => (format === 'Delta' ? [] : [format])))].join(' and ')
  const unread = foreign === '' ? '' : `; Contrail does not read ${foreign} tables`
  const restart = since ? ', and start with a new checkpoint' : ''
  const next =
    delta[0] === undefined
      ? elsewhere
      : `give ${delta.length === 1 ? nameOf(delta[0]) : `the one that is meant, for example ${nameOf(delta[0])}`}${restart}`
  return new Fault(
    code,
    `${root} ${since ? 'has come to hold' : 'holds'} ${shown.join(', ')}${rest}; ${why}${unread}: ${next}`
  )
}

function insideFault(root: string, { format, root: table }: TableAbove, since: boolean): Fault {
  const code = since ? 'changed' : 'usage'
  const lies = `${root} ${since ? 'has come to lie' : 'lies'} inside the ${format} table ${table}`
  if (format !== 'Delta')
    return new Fault(code, `${lies}, and Contrail does not read ${format} tables (${why}): ${elsewhere}`)
  return new Fault(code, `${lies}; ${why}: give ${table}${since ? ', and start with a new checkpoint' : ''}`)
}
