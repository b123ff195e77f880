import { Fault, isFault } from '#shared/engine/fault.ts'
import { fileText } from '../storage/fileText.ts'
import { parseObject } from '../storage/parseObject.ts'
import type { Storage } from '../storage/storage.ts'
import { ignoreMissing } from '../storage/storageFault.ts'
import type { AddFile, MetaData, Protocol, RemoveFile, Txn } from './actions.ts'
import { readCheckpoint, type CheckpointContent, type CheckpointReader } from './checkpoint.ts'
import { inner, shapeOf } from './jsonShape.ts'
import { listLog, logFolder, mostHintBytes, readCommitValues, type CheckpointFiles, type LogListing } from './log.ts'
import { parseAction, parseProtocol } from './parseAction.ts'
import { canonicalPath } from './path.ts'
import { checkFormat, checkProtocol } from './protocolGate.ts'
import { checkTypeChanges } from './typeWidening.ts'

export type { CheckpointReader } from './checkpoint.ts'

/** A Delta table at one version. */
export interface Snapshot {
  readonly version: number
  readonly protocol: Protocol
  readonly metaData: MetaData
  /** Live files, in no particular order. */
  readonly files: readonly AddFile[]
  /** By `appId`. */
  readonly txns: ReadonlyMap<string, Txn>
}

export interface SnapshotOptions {
  /** The newest where left out. */
  readonly version?: number
  /** Keep the statistics of the files; they are most of a log's text. */
  readonly withStats?: boolean
  /** Do not believe a checkpoint whose own commit is missing. */
  readonly onlyCommitted?: boolean
}

/**
 * The table at one version: the newest complete checkpoint at or below it, and every commit after that. Faults name the table, what its log lacks, or
 * what this reader does not read. PROTOCOL.md, "Action Reconciliation".
 */
export async function loadSnapshot(storage: Storage, options: SnapshotOptions, checkpointReader: CheckpointReader): Promise<Snapshot> {
  const { version, checkpoint } = await chooseVersion(storage, options)
  const base = checkpoint && (await readCheckpoint(storage, checkpoint, checkpointReader, options.withStats ?? false))
  const commits = await readNewestFirst(storage, checkpoint ? checkpoint.version + 1 : 0, version)
  const protocol = newestProtocol(commits) ?? base?.protocol
  if (protocol === undefined) throw incomplete(storage, version, 'protocol')
  // Before anything else is made sense of: an unknown feature may change what the rest means.
  checkProtocol(protocol, storage.root)
  const state = reconcile(storage, commits, base, options.withStats ?? false)
  if (state.metaData === undefined) throw incomplete(storage, version, 'metaData')
  checkFormat(state.metaData, storage.root)
  for (const field of state.metaData.fields) checkTypeChanges(field, storage.root)
  return { version, protocol, metaData: state.metaData, files: state.files, txns: state.txns }
}

interface RawCommit {
  readonly values: readonly unknown[]
  readonly where: string
}

async function chooseVersion(storage: Storage, options: SnapshotOptions): Promise<{ version: number; checkpoint: CheckpointFiles | undefined }> {
  const hint = await readHint(storage)
  const fromHint = hint !== undefined && hint <= (options.version ?? hint) ? await listLog(storage, hint) : undefined
  const usable = fromHint && newestCheckpoint(fromHint, options.version, options)
  const log = fromHint && usable ? fromHint : await listLog(storage)
  const checkpoint = usable ?? newestCheckpoint(log, options.version, options)
  const latest = options.onlyCommitted === true ? Math.max(-1, ...lastOf(log.commits)) : (log.latestVersion ?? -1)
  if (latest < 0) {
    throw new Fault('notFound', `[DELTA_SCHEMA_NOT_SET] ${storage.root} is not a Delta table: it is not there, or its ${logFolder} holds no commit; check the path`)
  }
  const version = options.version ?? latest
  if (version > latest || version < 0) throw new Fault('notFound', `[DELTA_VERSION_NOT_FOUND] ${storage.root} has no version ${version}: its newest is ${latest}`)
  for (let next = (checkpoint?.version ?? -1) + 1; next <= version; next++) {
    if (!log.commits.has(next)) throw missingVersion(storage, next, version, log, checkpoint)
  }
  return { version, checkpoint }
}

function lastOf(versions: ReadonlySet<number>): number[] {
  let last: number | undefined
  for (const version of versions) if (last === undefined || version > last) last = version
  return last === undefined ? [] : [last]
}

function newestCheckpoint(log: LogListing, version: number | undefined, { onlyCommitted }: SnapshotOptions): CheckpointFiles | undefined {
  return log.checkpoints.find((checkpoint) => checkpoint.version <= (version ?? Infinity) && (onlyCommitted !== true || log.commits.has(checkpoint.version)))
}

function missingVersion(storage: Storage, missing: number, wanted: number, log: LogListing, checkpoint: CheckpointFiles | undefined): Fault {
  const known = [...log.commits].filter((version) => version > (checkpoint?.version ?? -1)).sort((a, b) => a - b)
  if (checkpoint === undefined && missing === 0) {
    return new Fault('notFound', `[DELTA_TRUNCATED_TRANSACTION_LOG] the log of ${storage.root} begins with version ${known[0] ?? 'none'}, has no version 0 and no checkpoint to read version ${wanted} from: restore its older files, or ask for a version after its first checkpoint`)
  }
  return new Fault('corrupt', `[DELTA_VERSIONS_NOT_CONTIGUOUS] version ${missing} is missing from the log of ${storage.root}, which goes on after it: restore ${logFolder}/${String(missing).padStart(20, '0')}.json from a copy`)
}

/** Version of `_last_checkpoint`. Only a hint: missing, damaged or wrong, it costs time and nothing else. */
async function readHint(storage: Storage): Promise<number | undefined> {
  const bytes = await storage.read(`${logFolder}/_last_checkpoint`, mostHintBytes).catch((error: unknown) => (isFault(error) && error.code === 'corrupt' ? undefined : ignoreMissing(error)))
  const { version } = parseObject(fileText(bytes ?? new Uint8Array()))
  return typeof version === 'number' && Number.isSafeInteger(version) && version >= 0 ? version : undefined
}

async function readNewestFirst(storage: Storage, first: number, last: number): Promise<RawCommit[]> {
  const commits: RawCommit[] = []
  const atOnce = 32
  for (let end = last; end >= first; end -= atOnce) {
    const versions = Array.from({ length: Math.min(atOnce, end - first + 1) }, (_, i) => end - i)
    commits.push(...(await Promise.all(versions.map((version) => readCommitValues(storage, version)))))
  }
  return commits
}

function newestProtocol(newestFirst: readonly RawCommit[]): Protocol | undefined {
  for (const { values, where } of newestFirst) {
    for (const value of values) {
      const protocol = inner(shapeOf(value, where), 'protocol')
      if (protocol) return parseProtocol(protocol)
    }
  }
  return undefined
}

interface State {
  metaData: MetaData | undefined
  readonly files: AddFile[]
  readonly txns: Map<string, Txn>
}

/** Newest first, so that the first mention of anything is the one that counts. */
function reconcile(storage: Storage, newestFirst: readonly RawCommit[], base: CheckpointContent | undefined, withStats: boolean): State {
  const state: State = { metaData: undefined, files: [], txns: new Map() }
  const seen = new Set<string>()
  const keyOf = (file: AddFile | RemoveFile): string => fileKey(storage.root, file)
  const see = (add: AddFile): void => {
    const key = keyOf(add)
    if (seen.has(key)) return
    seen.add(key)
    state.files.push(withStats ? add : { ...add, stats: undefined })
  }
  for (const { values, where } of newestFirst) {
    const removed: string[] = []
    for (const value of values) {
      const action = parseAction(value, where)
      if (action?.kind === 'metaData') state.metaData ??= action.metaData
      else if (action?.kind === 'txn' && !state.txns.has(action.txn.appId)) state.txns.set(action.txn.appId, action.txn)
      else if (action?.kind === 'add') see(action.add)
      else if (action?.kind === 'remove') removed.push(keyOf(action.remove))
    }
    // After the adds: within one commit a file may be removed and added again, and then it is there.
    for (const key of removed) seen.add(key)
  }
  state.metaData ??= base?.metaData()
  for (const txn of base?.txns ?? []) if (!state.txns.has(txn.appId)) state.txns.set(txn.appId, txn)
  for (const add of base?.adds ?? []) see(add)
  return state
}

/** A file with another deletion vector is another file. */
function fileKey(root: string, { path, deletionVector }: AddFile | RemoveFile): string {
  const canonical = canonicalPath(root, path)
  if (deletionVector === undefined) return canonical
  const { storageType, pathOrInlineDv, offset } = deletionVector
  return `${canonical}\n${storageType}${pathOrInlineDv}${offset === undefined ? '' : `@${offset}`}`
}

function incomplete(storage: Storage, version: number, action: string): Fault {
  return new Fault('corrupt', `[DELTA_STATE_RECOVER_ERROR] the log has no ${action} action: version ${version} of ${storage.root} cannot be read without it; restore the log from a copy`)
}
