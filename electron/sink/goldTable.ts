import { randomUUID } from 'node:crypto'
import { Fault } from '#shared/engine/fault.ts'
import { outputType } from '#shared/engine/lower.ts'
import type { QuerySpec } from '#shared/engine/querySpec.ts'
import { formatType, type ValueType } from '#shared/engine/valueType.ts'
import type { WindowRows } from '#shared/engine/windows.ts'
import type { Commit } from '../delta/log.ts'
import { commitPath, listLog, readCommit } from '../delta/log.ts'
import { loadSnapshot, type CheckpointReader, type Snapshot } from '../delta/snapshot.ts'
import type { Database } from '../duckdb/database.ts'
import { writeRows, type MemoryColumn } from '../duckdb/writeRows.ts'
import type { Clock } from '../host/clock.ts'
import type { Storage } from '../storage/storage.ts'
import { ignoreMissing } from '../storage/storageFault.ts'
import { writeFault } from './wholeFile.ts'
import { addLine, commitInfoLine, creationLines, txnLine, type BatchNote, type NewFile } from './goldActions.ts'

/** A Delta table that one query appends to, a commit per batch, each batch once. */
export interface GoldTable {
  /** Rows already there that another query wrote; 0 in the usual case. */
  readonly foreignRows: number
  /** The newest batch of this query that gold has; -1: none. */
  readonly newestBatch: number
  /** The commit that holds a batch of this query, when gold has it. */
  findBatch(batchId: number): Promise<{ readonly version: number; readonly note: BatchNote | undefined } | undefined>
  /** Appends the batch in one commit, also when it has no rows. A batch that gold already has is left as it is. SPEC G1, G2 */
  write(batchId: number, rows: WindowRows, note: BatchNote): Promise<{ readonly skipped: boolean }>
}

export interface GoldOptions {
  readonly storage: Storage
  readonly database: Database
  readonly checkpointReader: CheckpointReader
  readonly spec: QuerySpec
  readonly queryId: string
  /** For commitInfo: name and version of the program. */
  readonly engine: string
  readonly clock: Clock
  /** Called after a commit that may be followed by a checkpoint of the log; a failure there must not fail the batch. */
  readonly afterCommit?: (version: number) => Promise<void>
}

const commitTries = 20

/** Checks that the table can be appended to; writes nothing. Faults name the table and what is in the way. */
export async function openGold(options: GoldOptions): Promise<GoldTable> {
  const { storage, spec, queryId } = options
  const columns = goldColumns(spec)
  await storage.checkWritable()
  let latest = await loadExisting(options)
  if (latest) refuseOther(latest, columns, storage)
  else if (!(await storage.hasFolder('_delta_log')) && (await storage.listDeep('')).some((entry) => !isHidden(entry.path))) {
    throw new Fault('usage', `${storage.root} holds files but no _delta_log, so it is not a gold table: choose an empty folder, or remove what is in it`)
  }
  const foreignRows = latest ? countForeignRows(latest, queryId) : 0
  let done = latest?.txns.get(queryId)?.version ?? -1n
  let version = latest?.version ?? -1
  /** Files of commits that came before ours. */
  const named = new Set<string>()

  async function findBatch(batchId: number): Promise<{ version: number; note: BatchNote | undefined } | undefined> {
    if (BigInt(batchId) > done) return undefined
    // The usual case first: gold has one version per batch.
    const versions = [batchId, ...Array.from({ length: version + 1 }, (_, i) => version - i)].filter((candidate) => candidate <= version)
    for (const candidate of versions) {
      const commit = await readCommit(storage, candidate).catch(ignoreMissing)
      const txn = commit?.actions.find((action) => action.kind === 'txn' && action.txn.appId === queryId)
      if (commit && txn?.kind === 'txn' && txn.txn.version === BigInt(batchId)) return { version: candidate, note: noteOf(commit) }
    }
    return { version, note: undefined }
  }

  async function write(batchId: number, rows: WindowRows, note: BatchNote): Promise<{ skipped: boolean }> {
    if (BigInt(batchId) <= done) return { skipped: true }
    if (version >= 0 && !(await storage.stat(commitPath(version)))) {
      throw new Fault('changed', `${storage.root} has no version ${version} any more: it was removed or rolled back while this run wrote to it; restore it, or start with a new checkpoint and a new gold folder`)
    }
    const file = rows.length > 0 ? await writeFile(options, rows) : undefined
    const txnId = randomUUID()
    for (let tries = 0; tries < commitTries; tries++) {
      const nowMs = options.clock.nowMs()
      const lines = [
        commitInfoLine({ queryId, batchId, txnId, nowMs, engine: options.engine, file, note }),
        ...(version < 0 ? creationLines(columns, randomUUID(), nowMs) : []),
        txnLine(queryId, batchId, nowMs),
        ...(file ? [addLine(file)] : [])
      ]
      if (await storage.putIfAbsent(commitPath(version + 1), Buffer.from(`${lines.join('\n')}\n`))) {
        version += 1
        done = BigInt(batchId)
        await options.afterCommit?.(version)
        return { skipped: false }
      }
      // Past all that others have written meanwhile: only a loss at the newest version is a try.
      try {
        do {
          if (await lostRace(batchId)) {
            await forget(file)
            return { skipped: true }
          }
        } while ((await storage.stat(commitPath(version + 1))) !== undefined)
      } catch (error) {
        await forget(file)
        throw error
      }
    }
    await forget(file)
    throw new Fault('concurrent', `${storage.root} was changed by others ${commitTries} times while batch ${batchId} tried to commit: stop the other writers, then start again`)
  }

  /** A file that no commit will name: the tries to make one were all lost, and none of those who won is ours, heard of late. */
  async function forget(file: NewFile | undefined): Promise<void> {
    if (file && !named.has(file.path)) await storage.remove(file.path).catch(() => undefined) // What is told is why it was lost.
  }

  /** Someone else made the next version. True when it already holds this batch. SPEC G3 */
  async function lostRace(batchId: number): Promise<boolean> {
    const winner = await readCommit(storage, version + 1)
    for (const action of winner.actions) if (action.kind === 'add') named.add(action.add.path)
    const own = winner.actions.find((action) => action.kind === 'txn' && action.txn.appId === queryId)
    if (own?.kind === 'txn') {
      if (own.txn.version >= BigInt(batchId)) {
        done = own.txn.version
        version += 1
        return true
      }
      throw new Fault('concurrent', `another run of the same checkpoint wrote batch ${own.txn.version} to ${storage.root}: let only one run use a checkpoint`)
    }
    if (winner.actions.some((action) => action.kind === 'protocol' || action.kind === 'metaData')) {
      latest = await loadExisting(options)
      if (latest) refuseOther(latest, columns, storage)
    }
    version += 1
    return false
  }

  return { foreignRows, newestBatch: Number(done), findBatch, write }
}

/** Files that a crash left half-written, and those of file managers. */
const isHidden = (path: string): boolean => path.split('/').some((name) => name.startsWith('.'))

/** Gold's columns: window, key, outputs, as the notebook names and orders them. */
export function goldColumns(spec: QuerySpec): { name: string; type: ValueType }[] {
  return [
    { name: 'window_start', type: { kind: 'timestamp' } },
    { name: 'window_end', type: { kind: 'timestamp' } },
    { name: spec.key.name, type: spec.key.type },
    ...spec.outputs.map(({ name, measure }) => ({ name, type: outputType(measure) }))
  ]
}

async function writeFile({ storage, database, spec }: GoldOptions, rows: WindowRows): Promise<NewFile> {
  const path = `part-00000-${randomUUID()}-c000.snappy.parquet`
  const staged = await storage.stage(path)
  try {
    const stats = await writeRows(database, memoryColumns(spec, rows), rows.length, staged.file)
    const { sizeBytes, modifiedMs } = await staged.publish()
    return { path, sizeBytes, modifiedMs, rowCount: rows.length, stats }
  } catch (error) {
    await staged.discard().catch(() => undefined) // What went wrong first is told.
    throw writeFault(error, staged.file, `${storage.root}/${path}`)
  }
}

/** Rows of windows in the columns of gold. */
export function memoryColumns(spec: QuerySpec, rows: WindowRows): MemoryColumn[] {
  const [start, end, key, ...outputs] = goldColumns(spec)
  const columns: MemoryColumn[] = []
  if (start) columns.push({ ...start, values: rows.start })
  if (end) columns.push({ ...end, values: rows.end })
  if (key) columns.push({ ...key, values: rows.key.map((text) => keyValue(text, key.type)) })
  outputs.forEach((output, i) => columns.push({ ...output, ...rows.columns[i]! }))
  return columns
}

/** The engine knows keys as text; Parquet wants their type. */
function keyValue(text: string | null, type: ValueType): number | bigint | string | null {
  if (text === null || type.kind === 'string') return text
  if (type.kind === 'boolean') return text === 'true' ? 1 : 0
  if (type.kind === 'date') return Math.round(Date.parse(`${text}T00:00:00Z`) / 86_400_000)
  return BigInt(text.replace('.', ''))
}

async function loadExisting({ storage, checkpointReader }: GoldOptions): Promise<Snapshot | undefined> {
  const { commits } = await listLog(storage)
  // A checkpoint of the log whose own commit is gone is not believed: it would tell of batches that are not there.
  return commits.size === 0 ? undefined : loadSnapshot(storage, { withStats: true, onlyCommitted: true }, checkpointReader)
}

function refuseOther({ protocol, metaData }: Snapshot, columns: readonly { name: string; type: ValueType }[], storage: Storage): void {
  const features = (protocol.writerFeatures ?? []).filter((feature) => feature !== 'appendOnly' && feature !== 'invariants')
  if (protocol.minWriterVersion > 2 && (protocol.minWriterVersion !== 7 || features.length > 0)) {
    throw new Fault('unsupported', `${storage.root} asks its writers for ${features.length > 0 ? `the feature ${features.join(', ')}` : `writer version ${protocol.minWriterVersion}`}; Contrail writes version 2: use another gold folder`)
  }
  if (metaData.partitionColumns.length > 0) throw new Fault('schema', `${storage.root} is partitioned by ${metaData.partitionColumns.join(', ')}; gold is not: use another gold folder`)
  const bound = metaData.fields.find((field) => 'delta.invariants' in field.metadata || 'delta.generationExpression' in field.metadata)
  if (bound) throw new Fault('unsupported', `column ${bound.name} of ${storage.root} carries a constraint or an expression that Contrail does not evaluate: use another gold folder`)
  const there = metaData.fields.map((field) => `${field.name} ${'precision' in field.type ? formatType(field.type) : field.type.kind}`)
  const wanted = columns.map((column) => `${column.name} ${formatType(column.type)}`)
  const different = wanted.findIndex((column, i) => there[i] !== column)
  if (different >= 0) throw new Fault('schema', `${storage.root} has ${there[different] ?? 'no column'} where this query writes ${wanted[different]}: use another gold folder, or the settings that made this one`)
  const extra = metaData.fields.slice(columns.length).find((field) => !field.nullable)
  if (extra) throw new Fault('schema', `column ${extra.name} of ${storage.root} is not part of gold and may not be null: use another gold folder`)
}

function countForeignRows(snapshot: Snapshot, queryId: string): number {
  const own = snapshot.txns.has(queryId)
  if (own || snapshot.files.length === 0) return 0
  return snapshot.files.reduce((sum, file) => sum + recordsIn(file.stats), 0)
}

function recordsIn(stats: string | undefined): number {
  const [, count] = /"numRecords":(\d+)/.exec(stats ?? '') ?? []
  return Number(count ?? 0)
}

/** What a commit of a query tells of its batch; undefined where it tells nothing. */
export function noteOf(commit: Commit): BatchNote | undefined {
  const info = commit.actions.find((action) => action.kind === 'commitInfo')
  if (info?.kind !== 'commitInfo' || info.commitInfo.userMetadata === undefined) return undefined
  try {
    return JSON.parse(info.commitInfo.userMetadata) as BatchNote
  } catch {
    return undefined // Another program's free text.
  }
}
