import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { TableFormat } from '#shared/contract/source.ts'
import { isFault } from '#shared/engine/fault.ts'
import { compareText } from '#shared/engine/combine.ts'
import type { Storage, StorageEntry } from '../storage/storage.ts'
import { isHiddenName } from './dataFileNames.ts'

/*
 * Folders whose files a table format manages: which of them hold live rows stands in the table's metadata alone.
 */

/** A table below a folder. */
export interface TableBelow {
  readonly format: TableFormat
  /** Below the folder that was looked through; '' when it is that folder. */
  readonly path: string
}

/** A table that a folder lies in. */
export interface TableAbove {
  readonly format: TableFormat
  /** An absolute path, or s3://bucket/prefix. */
  readonly root: string
}

const isIcebergMetadata = (name: string): boolean =>
  /\.metadata\.json(\.gz)?$/.test(name) || name === 'version-hint.text'

/** A name that occurs in a path of a table's metadata. Most paths have none, and a folder may have 100,000. */
const telltale = /_delta_log|\.hoodie|metadata/

/**
 * The tables that a listing of a folder shows, by path, without those inside other ones. What hidden folders hold is
 * not read, and no matter.
 */
export function tablesIn(entries: readonly StorageEntry[]): TableBelow[] {
  const found = new Map<string, TableFormat>()
  for (const { path, isFolderOutside } of entries) {
    // A link to a folder stands for what is in it.
    const table = telltale.test(path) ? tableOf(`${path}${isFolderOutside ? '/' : ''}`.split('/')) : undefined
    if (table && (found.get(table.path) === undefined || table.format === 'Delta')) found.set(table.path, table.format)
  }
  const tables = [...found]
    .map(([path, format]): TableBelow => ({ format, path }))
    .sort((a, b) => compareText(a.path, b.path))
  return tables.filter(({ path }) => !tables.some((outer) => outer.path !== path && isWithin(outer.path, path)))
}

/** A file of the metadata of a table tells where the table is. */
function tableOf(names: readonly string[]): TableBelow | undefined {
  const hidden = names.findIndex(isHiddenName)
  const name = names[hidden]
  const isInside = hidden >= 0 && hidden < names.length - 1
  if (isInside && name === '_delta_log') return { format: 'Delta', path: names.slice(0, hidden).join('/') }
  if ((isInside && name === '.hoodie') || name === '.hoodie_partition_metadata')
    return { format: 'Hudi', path: names.slice(0, hidden).join('/') }
  if (hidden >= 0 || names.at(-2) !== 'metadata' || !isIcebergMetadata(names.at(-1) ?? '')) return undefined
  return { format: 'Iceberg', path: names.slice(0, -2).join('/') }
}

const isWithin = (folder: string, path: string): boolean =>
  folder === '' || path === folder || path.startsWith(`${folder}/`)

/** What table a folder of this machine is; undefined: none, or one that may not be looked into. */
export async function localTableAt(folder: string): Promise<TableFormat | undefined> {
  if (await isFolder(join(folder, '_delta_log'))) return 'Delta'
  if ((await readdir(join(folder, 'metadata')).catch(() => [])).some(isIcebergMetadata)) return 'Iceberg'
  return (await isFolder(join(folder, '.hoodie'))) ? 'Hudi' : undefined
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false
  )

/** The nearest table of this machine that holds one of these folders, or is it. */
export async function localTableAround(folders: readonly string[]): Promise<TableAbove | undefined> {
  for (const folder of folders) {
    for (let place = folder; ; place = dirname(place)) {
      const format = await localTableAt(place)
      if (format) return { format, root: place }
      if (place === dirname(place)) break
    }
  }
  return undefined
}

/** Each level costs some requests. */
const mostLevels = 12

/**
 * The nearest table that a folder lies in. Of a folder of this machine, links are followed too. Of a bucket, some
 * levels are asked for, with up to four requests each; one that may not be listed is passed over.
 */
export async function tableAbove(
  storage: Storage,
  openStorage: (uri: string) => Storage
): Promise<TableAbove | undefined> {
  if (!storage.isRemote) {
    const folders = [...new Set([storage.root, await storage.realRoot()])]
    return localTableAround(folders.filter((folder) => folder !== dirname(folder)).map((folder) => dirname(folder)))
  }
  for (const root of prefixesAbove(storage.root).slice(0, mostLevels)) {
    const format = await objectTableAt(openStorage(root)).catch(passDenied)
    if (format) return { format, root }
  }
  return undefined
}

function prefixesAbove(root: string): string[] {
  const [, bucket = root, prefix = ''] = /^(s3:\/\/[^/]+)\/?(.*)$/s.exec(root) ?? []
  const names = prefix === '' ? [] : prefix.split('/')
  return names.map((_, i) => [bucket, ...names.slice(0, names.length - 1 - i)].join('/'))
}

const onePage = 1000

async function objectTableAt(storage: Storage): Promise<TableFormat | undefined> {
  if (await storage.hasFolder('_delta_log')) return 'Delta'
  if (await storage.hasFolder('.hoodie')) return 'Hudi'
  // Iceberg numbers its metadata from 00000 on, or calls it v1 and puts a hint beside it: one page of the listing shows
  // the former.
  const names = (await storage.list('metadata', '', onePage)).map(({ path }) => path.slice('metadata/'.length))
  if (names.some(isIcebergMetadata)) return 'Iceberg'
  return names.length > 0 && (await storage.stat('metadata/version-hint.text')) !== undefined ? 'Iceberg' : undefined
}

function passDenied(error: unknown): undefined {
  if (!isFault(error) || (error.code !== 'access' && error.code !== 'notFound')) throw error
}
