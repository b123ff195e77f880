import { Fault } from '#shared/engine/fault.ts'
import type { ChangeOptions } from '#shared/pipeline/batchSettings.ts'
import type { SilverColumn } from '#shared/pipeline/bindQuery.ts'
import { compareText } from '#shared/engine/combine.ts'
import type { AddFile } from '../delta/actions.ts'
import { listLog, readCommit, type Commit } from '../delta/log.ts'
import { loadSnapshot, type CheckpointReader, type Snapshot } from '../delta/snapshot.ts'
import { checkProtocol } from '../delta/protocolGate.ts'
import type { DeltaField } from '../delta/schema.ts'
import { checkDeltaFiles, scanDeltaFiles, type StreamedFile } from './scanDeltaFiles.ts'
import type { Database } from '../duckdb/database.ts'
import type { Clock } from '../host/clock.ts'
import type { Storage, StorageEntry } from '../storage/storage.ts'
import { ignoreMissing } from '../storage/storageFault.ts'
import { admitCommit } from './admitCommit.ts'
import { compareDeltaOffsets, formatDeltaOffset, parseDeltaOffset, type DeltaOffset } from './deltaOffset.ts'
import { inTurn } from './inTurn.ts'
import { offsetAfter, planMicroBatch, type LogEntry } from './planMicroBatch.ts'
import { refuseGone } from './refuseGone.ts'
import { resolveStart, type StartOptions } from './resolveStart.ts'
import { rewrittenFiles } from './rewrittenFiles.ts'
import type { RecentSchemas } from './scanFiles.ts'
import { describeSource, type OffsetRange, type OffsetText, type ReadLimits, type Source, type SourceFile, type SourceStream } from './source.ts'

export interface DeltaSourceOptions extends ChangeOptions, StartOptions {
  /** false: versions missing from the log are passed over. */
  readonly failOnDataLoss: boolean
  /** Of the snapshot's files: true keeps the log's statistics, some hundred bytes a file. */
  readonly withStats?: boolean
  /** Tells how long ago it was looked for something new; absent: it is looked each time. */
  readonly clock?: Clock
}

/** Looks over a network that are closer together are one. */
const pollMs = 500

/** A Delta table as a stream: a snapshot, then every commit after it, as Spark's DeltaSource reads them. SPEC O1 to O9 */
export async function openDeltaSource(storage: Storage, database: Database, checkpointReader: CheckpointReader, options: DeltaSourceOptions): Promise<Source> {
  const withStats = options.withStats ?? false
  const opened = await loadSnapshot(storage, { withStats }, checkpointReader)
  const { metaData } = opened
  const snapshots = new Map<number, Promise<readonly AddFile[]>>()
  const commits = new Map<number, Promise<Commit>>()
  const schemas: RecentSchemas = new Map()
  /** Of all streams: a file that one of them has fetched does for the others. */
  const used = new Set<string>()
  const rewritten = rewrittenFiles()
  let log = await listLog(storage)
  let lookedMs = options.clock?.nowMs()

  /** SPEC O2: by time, then by path. */
  function snapshotFiles(version: number): Promise<readonly AddFile[]> {
    const known = snapshots.get(version)
    if (known) return known
    const sorted = (version === opened.version ? Promise.resolve(opened) : loadSnapshot(storage, { version, withStats }, checkpointReader)).then(sortedFiles)
    snapshots.set(version, sorted)
    return sorted
  }

  function commitAt(version: number): Promise<Commit> {
    const known = commits.get(version)
    if (known) return known
    const commit = readCommit(storage, version)
    commits.set(version, commit)
    commit.catch(() => commits.delete(version))
    return commit
  }

  const latestVersion = () => log.latestVersion ?? -1

  /** What lies after an offset, up to the end of the log. Every commit is checked before anything of it is given. */
  async function* entriesAfter(start: DeltaOffset, columns: readonly string[], changes: ChangeOptions = options): AsyncGenerator<LogEntry<AddFile>> {
    let version = start.reservoirVersion
    let given = false
    if (start.isStartingVersion) {
      const files = await snapshotFiles(version)
      for (let index = start.index + 1; index < files.length; index++) yield fileEntry(files[index]!, version, index, true)
      yield { kind: 'end', version }
      version += 1
      given = true
    }
    if (version > latestVersion() + 1) throw new Fault('changed', `${storage.root} is at version ${latestVersion()}, and the stream has already read version ${version - 1}: the table was replaced or rolled back; start with a new checkpoint`)
    for (; version <= latestVersion(); version++) {
      // Listed is not there: a log may be cleaned up while the stream is at it.
      const commit = log.commits.has(version) ? await commitAt(version).catch(ignoreMissing) : undefined
      if (!commit) {
        if (!options.failOnDataLoss) continue
        throw new Fault('changed', `[DELTA_MISSING_FILES_UNEXPECTED_VERSION] ${storage.root} has no version ${version} in its log any more, and the stream has not read it: start with a new checkpoint, or set silver.failOnDataLoss to false to go on with what is there`)
      }
      const stop = version > opened.version ? schemaStop(commit, columns) : undefined
      if (stop && given) return
      if (stop) throw stop
      const adds = admitCommit(commit, changes, storage.root)
      for (const [index, add] of adds.entries()) {
        if (version > start.reservoirVersion || start.isStartingVersion || index > start.index) yield fileEntry(add, version, index, false)
      }
      yield { kind: 'end', version }
      given = true
    }
  }

  /** SPEC O8: later metadata matters only where it touches a column in use. */
  function schemaStop(commit: Commit, columns: readonly string[]): Fault | undefined {
    for (const action of commit.actions) {
      if (action.kind === 'protocol') checkProtocol(action.protocol, storage.root)
      if (action.kind !== 'metaData') continue
      if (action.metaData.id !== metaData.id) return replaced(action.metaData.id)
      const before = new Map(metaData.fields.map((field) => [field.name, identityOf(field)]))
      const after = new Map(action.metaData.fields.map((field) => [field.name, identityOf(field)]))
      const changed = columns.find((column) => before.get(column) !== after.get(column))
      if (changed !== undefined) {
        return new Fault('changed', `[DELTA_SCHEMA_CHANGED_WITH_VERSION] version ${commit.version} of ${storage.root} changes column ${changed} from ${before.get(changed)} to ${after.get(changed) ?? 'nothing'}: everything before it has been read; start with a new checkpoint to read on`)
      }
    }
    return undefined
  }

  function replaced(id: string): Fault {
    return new Fault('changed', `[DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE] ${storage.root} has the table id ${id}, and the stream began with ${metaData.id}: the table was deleted and made again; start with a new checkpoint`)
  }

  /** A commit that is another file now: the table may have been deleted and made again, and have as many versions already. */
  async function refuseReplaced(was: StorageEntry | undefined, is: StorageEntry | undefined): Promise<void> {
    if (!was || !is || was.path !== is.path || isSameEntry(was, is)) return
    const { metaData: current } = await loadSnapshot(storage, {}, checkpointReader)
    if (current.id !== metaData.id) throw replaced(current.id)
  }

  /** Looks only for what is newer, in one go: a log may have 100,000 entries, and the old ones are known. */
  async function look(): Promise<void> {
    const newer = await listLog(storage, log.latestVersion)
    await refuseReplaced(log.lastCommit, newer.firstCommit)
    const isShorter = newer.latestVersion === undefined || (log.latestVersion !== undefined && newer.latestVersion < log.latestVersion)
    log = isShorter ? await listLog(storage) : { ...newer, commits: new Set([...log.commits, ...newer.commits]), lastCommit: newer.lastCommit ?? log.lastCommit }
  }

  function parse(text: OffsetText): DeltaOffset {
    const offset = parseDeltaOffset(text)
    if (offset.reservoirId !== metaData.id) {
      throw new Fault('changed', `[DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE] the checkpoint has read table ${offset.reservoirId}, and ${storage.root} is table ${metaData.id}: it was deleted and made again, or another table is meant; start with a new checkpoint`)
    }
    return offset
  }

  const format = (entry: LogEntry<unknown>): OffsetText => formatDeltaOffset({ reservoirId: metaData.id, ...offsetAfter(entry) })

  async function* until(entries: AsyncGenerator<LogEntry<AddFile>>, bound: OffsetText | undefined): AsyncGenerator<LogEntry<AddFile>> {
    const last = bound === undefined ? undefined : parse(bound)
    for await (const entry of entries) {
      const order = last ? compareDeltaOffsets({ reservoirId: metaData.id, ...offsetAfter(entry) }, last) : -1
      if (order <= 0) yield entry
      // Not one commit further: the next may be one that the stream must stop at.
      if (order >= 0) return
    }
  }

  function stream(columns: readonly string[]): SourceStream {
    for (const column of columns) used.add(column)
    const endOf = (entries: readonly LogEntry<unknown>[], start: OffsetText) => (entries.length > 0 ? format(entries.at(-1)!) : start)
    const filesIn = async ({ start, end, changes }: OffsetRange): Promise<StreamedFile[]> => {
      const last = parse(end)
      const needed = last.index < 0 && !last.isStartingVersion ? last.reservoirVersion - 1 : last.reservoirVersion
      if (latestVersion() < needed) throw new Fault('changed', `${storage.root} is at version ${latestVersion()}, and this batch was made of version ${needed}: the table was replaced or rolled back; restore it`)
      const files: StreamedFile[] = []
      for await (const entry of until(entriesAfter(parse(start), columns, changes), end)) if (entry.kind === 'file') files.push({ ...entry.file, version: entry.version })
      return files
    }
    return {
      plansAhead: true,
      async latest(start) {
        return endOf(await planMicroBatch(entriesAfter(parse(start), columns), { maxFiles: null, maxBytes: null }), start)
      },
      async plan(start, limits: ReadLimits, bound) {
        return endOf(await planMicroBatch(until(entriesAfter(parse(start), columns), bound), limits), start)
      },
      async files(range) {
        return (await filesIn(range)).map(sourceFile)
      },
      async checkFiles(range, only) {
        await checkDeltaFiles(storage, await filesIn(range), only)
      },
      async scans(range, only) {
        const parts = { storage, database, metaData, schemas, used, onRewritten: rewritten.add }
        return scanDeltaFiles(parts, await filesIn(range), columns, only)
      },
      checkOffset: (offset) => void parse(offset),
      // A Delta offset says all there is to know.
      remember: () => null,
      recall: () => undefined
    }
  }

  return {
    id: metaData.id,
    description: describeSource('DeltaSource', storage.root),
    name: storage.root,
    columns: metaData.fields.map(silverColumn),
    columnIdentity(name) {
      const field = metaData.fields.find((candidate) => candidate.name === name)
      return field ? identityOf(field) : 'nothing'
    },
    refresh: inTurn(async () => {
      // Two queries that look in turn are one poll, where each look is paid for.
      const nowMs = options.clock?.nowMs()
      if (storage.isRemote && nowMs !== undefined && lookedMs !== undefined && nowMs >= lookedMs && nowMs - lookedMs < pollMs) return
      await look()
      if (log.latestVersion === undefined) await refuseGone(storage, '_delta_log')
      lookedMs = nowMs
      // What all streams have passed is not needed again, except for a batch that is done again, which reads it anew.
      for (const version of commits.keys()) if (version < latestVersion() - 2000) commits.delete(version)
    }),
    async beginning() {
      const start = await resolveStart(storage, latestVersion(), options)
      return formatDeltaOffset({ reservoirId: metaData.id, reservoirVersion: start ?? opened.version, index: -1, isStartingVersion: start === undefined })
    },
    stream,
    problems: () => [],
    rewritten: rewritten.note
  }
}

const isSameEntry = (a: StorageEntry, b: StorageEntry): boolean => a.sizeBytes === b.sizeBytes && a.modifiedMs === b.modifiedMs && a.etag === b.etag

function sortedFiles(snapshot: Snapshot): readonly AddFile[] {
  return [...snapshot.files].sort((a, b) => a.modificationTime - b.modificationTime || compareText(a.path, b.path))
}

function fileEntry(file: AddFile, version: number, index: number, isStartingVersion: boolean): LogEntry<AddFile> {
  return { kind: 'file', version, index, isStartingVersion, sizeBytes: file.sizeBytes, file }
}

function sourceFile(file: AddFile): SourceFile {
  return { path: file.path, sizeBytes: file.sizeBytes, hiddenRows: file.deletionVector?.cardinality ?? 0, stats: file.stats }
}

function silverColumn(field: DeltaField): SilverColumn {
  const { type } = field
  const nested = type.kind === 'struct' || type.kind === 'array' || type.kind === 'map' || type.kind === 'void'
  return { name: field.name, type: nested ? type.kind : type }
}

/** Type and place of a column in the data files. */
function identityOf({ name, type, physicalName }: DeltaField): string {
  const kind = 'precision' in type ? `decimal(${type.precision},${type.scale})` : type.kind
  return physicalName === name ? kind : `${kind} stored as ${physicalName}`
}
