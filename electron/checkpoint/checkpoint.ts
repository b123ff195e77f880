import { randomUUID } from 'node:crypto'
import { Fault, isFault } from '#shared/engine/fault.ts'
import type { StateSnapshot } from '#shared/engine/state.ts'
import { parseObject } from '../storage/parseObject.ts'
import type { Storage } from '../storage/storage.ts'
import { formatCommitEntry, formatOffsetEntry, parseCommitEntry, parseOffsetEntry, type CommitEntry, type OffsetEntry } from './logEntry.ts'
import { decodeState, encodeState, mostStateBytes, type StateHeader } from './stateFile.ts'

/** How many entries of offsets and commits, and how many states, stay. SPEC R5 */
const keptEntries = 100
const keptStates = 10

/**
 * A query's checkpoint, laid out as Spark's: `metadata`, `offsets/N`, `commits/N`, and `state/N`, which is ours. The order of writing is what
 * makes any crash safe: offsets/N, then gold, then state/N, then commits/N. A state counts only once its commit is there. SPEC R1 to R4
 */
export interface Checkpoint {
  /** The query's id: `txn.appId` of gold. */
  readonly queryId: string
  /** What the last run left. */
  readonly found: Recovery
  logOffsets(batchId: number, entry: OffsetEntry): Promise<void>
  /** Fault `concurrent` when somebody else has logged this batch in the meantime. */
  refuseTaken(batchId: number): Promise<void>
  commit(batchId: number, entry: CommitEntry, header: StateHeader, state: StateSnapshot): Promise<void>
  readState(batchId: number): Promise<{ header: StateHeader; state: StateSnapshot }>
}

export interface Recovery {
  /** The newest batch that is done; undefined on a fresh checkpoint. */
  readonly committed: { readonly batchId: number; readonly offsets: OffsetEntry; readonly commit: CommitEntry } | undefined
  /** Batches that were begun and not finished, the first the one after `committed`: they are done again as they were planned. */
  readonly unfinished: readonly OffsetEntry[]
}

/** Reads what is there. Nothing is written before the first `logOffsets`: a refused query leaves no trace. */
export async function openCheckpoint(storage: Storage): Promise<Checkpoint> {
  await storage.checkWritable()
  for (const folder of ['offsets', 'commits', 'state']) {
    if (await storage.stat(folder)) throw new Fault('storage', `${storage.root}/${folder} is a file, and a checkpoint has a folder there: move it away, or start with a new checkpoint`)
  }
  await refuseSparkState(storage)
  const saved = await readQueryId(storage)
  const { offsets, commits } = await listLogs(storage)
  if (saved === undefined && offsets.length + commits.length > 0) {
    throw new Fault('checkpoint', `${storage.root} has offsets or commits but no metadata file, so it is not known which rows of gold are its own: restore metadata, or start with a new checkpoint`)
  }
  const found = await recover(storage, offsets, commits).catch(explain)
  const queryId = saved ?? randomUUID()
  let metadataWritten = saved !== undefined
  const there = { offsets: new Set(offsets), commits: new Set(commits), state: new Set(await listBatches(storage, 'state')) }

  /** Also what an interrupted run had written and not come to remove. */
  async function keepNewest(folder: keyof typeof there, batchId: number, kept: number): Promise<void> {
    there[folder].add(batchId)
    for (const old of there[folder]) {
      if (old > batchId - kept) continue
      await storage.remove(`${folder}/${old}`).catch(ignoreForbidden)
      there[folder].delete(old)
    }
  }

  /** What looks broken may be a checkpoint that another process is moving on right now. */
  async function explain(error: unknown): Promise<never> {
    const now = await listLogs(storage)
    if (now.offsets.at(-1) !== offsets.at(-1) || now.commits.at(-1) !== commits.at(-1)) throw concurrent(storage, 'is at work')
    throw error
  }

  /** A checkpoint that was removed must not be begun again in the middle. */
  async function refuseRemoved(): Promise<void> {
    if (await storage.stat('metadata')) return
    throw new Fault('changed', `${storage.root} has no metadata any more: it was removed while this run wrote to it; restore it, or start with a new checkpoint and a new gold folder`)
  }

  async function logOffsets(batchId: number, entry: OffsetEntry): Promise<void> {
    if (metadataWritten) await refuseRemoved()
    else {
      if (!(await storage.putIfAbsent('metadata', Buffer.from(JSON.stringify({ id: queryId }))))) throw concurrent(storage, 'began')
      metadataWritten = true
    }
    if (!(await storage.putIfAbsent(`offsets/${batchId}`, Buffer.from(formatOffsetEntry(entry))))) throw concurrent(storage, `did batch ${batchId}`)
    await keepNewest('offsets', batchId, keptEntries)
  }

  async function refuseTaken(batchId: number): Promise<void> {
    if (await storage.stat(`offsets/${batchId}`)) throw concurrent(storage, `did batch ${batchId}`)
  }

  async function commit(batchId: number, entry: CommitEntry, header: StateHeader, state: StateSnapshot): Promise<void> {
    await refuseRemoved()
    await storage.replace(`state/${batchId}`, encodeState(header, state))
    if (!(await storage.putIfAbsent(`commits/${batchId}`, Buffer.from(formatCommitEntry(entry))))) throw concurrent(storage, `did batch ${batchId}`)
    await keepNewest('commits', batchId, keptEntries)
    await keepNewest('state', batchId, keptStates)
  }

  async function readState(batchId: number): Promise<{ header: StateHeader; state: StateSnapshot }> {
    const file = `state/${batchId}`
    if ((await storage.stat(file)) === undefined) {
      return explain(new Fault('checkpoint', `${storage.root}/${file} is missing, and without it the batch after ${batchId} cannot be done (the last ${keptStates} states are kept): restore it, or start with a new checkpoint`))
    }
    return decodeState(await storage.read(file, mostStateBytes), `${storage.root}/${file}`)
  }

  return { queryId, found, logOffsets, refuseTaken, commit, readState }
}

/** Who may write and not remove keeps more than is needed, and nothing else. */
function ignoreForbidden(error: unknown): void {
  if (!isFault(error) || error.code !== 'access') throw error
}

/** SPEC R3: offsets/N without commits/N is a batch to do again; the files alone decide, whatever else is there. */
async function recover(storage: Storage, offsets: readonly number[], commits: readonly number[]): Promise<Recovery> {
  const newest = offsets.at(-1) ?? -1
  const done = commits.at(-1) ?? -1
  if (done > newest) {
    throw new Fault('checkpoint', `${storage.root} has commits/${done} but no offsets/${done}: remove commits/${done} as well to do that batch again, or start with a new checkpoint`)
  }
  const unfinished: OffsetEntry[] = []
  for (let batchId = done + 1; batchId <= newest; batchId++) {
    if (!offsets.includes(batchId)) {
      throw new Fault('checkpoint', `${storage.root} has offsets/${newest} but no ${done < 0 ? 'commits of the batches before it' : `offsets/${batchId}`}: restore it, or remove the newest offsets up to ${batchId}`)
    }
    unfinished.push(await readOffsets(storage, batchId))
  }
  if (done < 0) return { committed: undefined, unfinished }
  const commit = parseCommitEntry(await readText(storage, `commits/${done}`), `${storage.root}/commits/${done}`)
  return { committed: { batchId: done, offsets: await readOffsets(storage, done), commit }, unfinished }
}

async function readOffsets(storage: Storage, batchId: number): Promise<OffsetEntry> {
  return parseOffsetEntry(await readText(storage, `offsets/${batchId}`), `${storage.root}/offsets/${batchId}`)
}

/** An entry of a plain folder may list every file of a batch. */
const mostEntryBytes = 256 * 1024 * 1024

async function readText(storage: Storage, path: string): Promise<string> {
  return Buffer.from(await storage.read(path, mostEntryBytes)).toString('utf8')
}

/** The id of the query whose checkpoint it is; undefined: none yet. */
export async function readQueryId(storage: Storage): Promise<string | undefined> {
  if ((await storage.stat('metadata')) === undefined) return undefined
  const { id } = parseObject(await readText(storage, 'metadata'))
  if (typeof id === 'string' && id !== '') return id
  throw new Fault('checkpoint', `${storage.root}/metadata does not hold the id of a query, as in {"id":"..."}: restore it, or start with a new checkpoint`)
}

async function listLogs(storage: Storage): Promise<{ offsets: readonly number[]; commits: readonly number[] }> {
  return { offsets: await listBatches(storage, 'offsets'), commits: await listBatches(storage, 'commits') }
}

/** Batch ids in a folder, ascending. Temporary files, Hadoop's checksums and whatever else is there are passed over. */
async function listBatches(storage: Storage, folder: string): Promise<number[]> {
  const names = (await storage.list(folder)).map((entry) => entry.path.slice(folder.length + 1))
  return names.filter((name) => String(Number(name)) === name && Number.isSafeInteger(Number(name)) && Number(name) >= 0).map(Number).sort((a, b) => a - b)
}

/** Spark keeps its state in state/0/<partition>/: a checkpoint that has that folder is Spark's. */
async function refuseSparkState(storage: Storage): Promise<void> {
  const spark = (await storage.listDeep('state')).find((entry) => /^state\/\d+\//.test(entry.path))
  if (spark) throw new Fault('checkpoint', `${storage.root} holds the state of a Spark query (${spark.path}), which Contrail cannot continue: give it a checkpoint of its own`)
}

function concurrent(storage: Storage, what: string): Fault {
  return new Fault('concurrent', `[CONCURRENT_STREAM_LOG_UPDATE] another process ${what} under ${storage.root} at the same time: let only one run use a checkpoint, then start this one again`)
}
