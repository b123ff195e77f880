import { Fault } from '#shared/engine/fault.ts'
import { fileText } from '../storage/fileText.ts'
import { withLocalFiles } from '../storage/localFiles.ts'
import type { Storage } from '../storage/storage.ts'
import type { AddFile, MetaData, Protocol, Txn } from './actions.ts'
import { inner, shapeOf, text, type Shape } from './jsonShape.ts'
import { parseJsonValues } from './jsonLines.ts'
import { logFolder, mostLogBytes, type CheckpointFiles } from './log.ts'
import { parseAction, parseMetaData, parseProtocol } from './parseAction.ts'
import { decodePath, pathInTable } from './path.ts'

/** What a checkpoint tells of a table. */
export interface CheckpointContent {
  readonly protocol: Protocol | undefined
  /** Parsed when asked for, after the protocol has been checked. */
  readonly metaData: () => MetaData | undefined
  readonly txns: readonly Txn[]
  readonly adds: readonly AddFile[]
}

/** The actions in Parquet files of one checkpoint (its parts, or its sidecars), as they would stand in a commit. DuckDB reads them. */
export interface CheckpointRows {
  readonly adds: readonly AddFile[]
  /** The others that matter, as the JSON of a commit: protocol, metaData, txn, sidecar. */
  readonly others: readonly unknown[]
}

/** `files` are on this machine; `names` are how messages call them, in the same order. Paths of `adds` are decoded. */
export type CheckpointReader = (files: readonly string[], names: readonly string[], options: { readonly withStats: boolean }) => Promise<CheckpointRows>

/** Reads a classic, multipart or V2 checkpoint with its sidecars. Faults name the file that is missing or damaged. */
export async function readCheckpoint(storage: Storage, checkpoint: CheckpointFiles, reader: CheckpointReader, withStats: boolean): Promise<CheckpointContent> {
  const where = `${storage.root}/${checkpoint.paths[0] ?? ''}`
  const own = checkpoint.format === 'json' ? await readJson(storage, checkpoint.paths[0] ?? '') : await readParquet(storage, checkpoint.paths, reader, withStats)
  const shapes = own.others.map((value) => shapeOf(value, where))
  const sidecars = shapes.flatMap((shape) => inner(shape, 'sidecar') ?? []).map((sidecar) => sidecarPath(storage, sidecar))
  const adds = sidecars.length === 0 ? own.adds : [...own.adds, ...(await readParquet(storage, sidecars, reader, withStats)).adds]
  const find = (name: string): Shape | undefined => shapes.map((shape) => inner(shape, name)).find((shape) => shape !== undefined)
  const protocol = find('protocol')
  const metaData = find('metaData')
  const actions = own.others.filter((value, i) => inner(shapes[i] ?? shapeOf(value, where), 'txn') !== undefined).map((value) => parseAction(value, where))
  return {
    protocol: protocol && parseProtocol(protocol),
    metaData: () => metaData && parseMetaData(metaData),
    txns: actions.flatMap((action) => (action?.kind === 'txn' ? [action.txn] : [])),
    adds
  }
}

async function readParquet(storage: Storage, paths: readonly string[], reader: CheckpointReader, withStats: boolean): Promise<CheckpointRows> {
  const names = paths.map((path) => `${storage.root}/${path}`)
  return withLocalFiles(paths.map((path) => ({ storage, path })), (files) => reader(files, names, { withStats }))
}

async function readJson(storage: Storage, path: string): Promise<CheckpointRows> {
  const where = `${storage.root}/${path}`
  const adds: AddFile[] = []
  const others: unknown[] = []
  for (const value of parseLines(fileText(await storage.read(path, mostLogBytes)), where)) {
    const shape = shapeOf(value, where)
    if (inner(shape, 'add') === undefined) others.push(value)
    else {
      const action = parseAction(value, where)
      if (action?.kind === 'add') adds.push(action.add)
    }
  }
  return { adds, others }
}

function parseLines(content: string, where: string): unknown[] {
  const { values, incomplete } = parseJsonValues(content)
  if (incomplete) throw new Fault('corrupt', `${where} is not whole JSON: remove that checkpoint if all commits are there, or restore it from a copy`)
  return values
}

function sidecarPath(storage: Storage, sidecar: Shape): string {
  const path = decodePath(text(sidecar, 'path'))
  return pathInTable(storage.root, path.includes('/') ? path : `${logFolder}/_sidecars/${path}`)
}
