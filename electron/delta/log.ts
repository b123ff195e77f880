import { setTimeout as wait } from 'node:timers/promises'
import { Fault } from '#shared/engine/fault.ts'
import { fileText } from '../storage/fileText.ts'
import type { Storage, StorageEntry } from '../storage/storage.ts'
import type { Action } from './actions.ts'
import { parseJsonValues } from './jsonLines.ts'
import { commitPath, logFolder, mostLogBytes, parseLogName, versionPrefix } from './logPath.ts'
import { parseAction } from './parseAction.ts'

export { checkpointPath, commitPath, logFolder, mostHintBytes, mostLogBytes } from './logPath.ts'

/** What lies in a table's log folder. */
export interface LogListing {
  /** Versions that have a commit file. */
  readonly commits: ReadonlySet<number>
  /** Complete checkpoints, newest first. */
  readonly checkpoints: readonly CheckpointFiles[]
  /** undefined: no commit and no complete checkpoint. */
  readonly latestVersion: number | undefined
  /** Files of the oldest and the newest commit that were listed. */
  readonly firstCommit: StorageEntry | undefined
  readonly lastCommit: StorageEntry | undefined
}

/** The files of one checkpoint that is all there. */
export interface CheckpointFiles {
  readonly version: number
  /** Below the table's root. */
  readonly paths: readonly string[]
  readonly format: 'parquet' | 'json'
}

/** One commit, read whole. */
export interface Commit {
  readonly version: number
  /** In the order of the log. */
  readonly actions: readonly Action[]
}

/** Lists the log, from a version on; empty when there is none. Names that are no part of the protocol are passed over. */
export async function listLog(storage: Storage, fromVersion = 0): Promise<LogListing> {
  const commits = new Set<number>()
  const whole: CheckpointFiles[] = []
  const parts = new Map<string, { version: number; of: number; paths: string[] }>()
  let latestVersion: number | undefined
  let firstCommit: StorageEntry | undefined
  let lastCommit: StorageEntry | undefined
  for (const entry of await storage.list(logFolder, versionPrefix(fromVersion))) {
    const { path } = entry
    const file = parseLogName(path.slice(logFolder.length + 1))
    if (file.kind === 'commit') {
      commits.add(file.version)
      firstCommit ??= entry
      lastCommit = entry
    } else if (file.kind === 'classic') whole.push({ version: file.version, paths: [path], format: 'parquet' })
    else if (file.kind === 'uuid') whole.push({ version: file.version, paths: [path], format: file.format })
    else if (file.kind === 'part') {
      const id = `${file.version} of ${file.of}`
      const found = parts.get(id) ?? { version: file.version, of: file.of, paths: [] }
      found.paths.push(path)
      parts.set(id, found)
    }
  }
  for (const { version, of, paths } of parts.values()) if (paths.length === of) whole.push({ version, paths, format: 'parquet' })
  const checkpoints = whole.sort((a, b) => b.version - a.version)
  for (const version of commits) latestVersion = Math.max(latestVersion ?? version, version)
  if (checkpoints[0]) latestVersion = Math.max(latestVersion ?? 0, checkpoints[0].version)
  return { commits, checkpoints, latestVersion, firstCommit, lastCommit }
}

const torn = { tries: 5, waitMs: 200 }

/** Reads a commit. Faults: `notFound` when the version is not there; `corrupt`, naming the file, when it is no list of actions, or is the newest one and stays empty. */
export async function readCommit(storage: Storage, version: number): Promise<Commit> {
  const { values, where } = await readCommitValues(storage, version)
  return { version, actions: values.flatMap((value) => parseAction(value, where) ?? []) }
}

/** When a commit was made: the writer's time where the table has in-commit timestamps, else the file's. */
export async function commitTimeMs(storage: Storage, { version, actions }: Commit): Promise<number> {
  const info = actions.find((action) => action.kind === 'commitInfo')
  const own = info?.kind === 'commitInfo' ? info.commitInfo.inCommitTimestamp : undefined
  return own ?? (await storage.stat(commitPath(version)))?.modifiedMs ?? 0
}

/** `readCommit` for who must look at the protocol before making sense of the rest: the bare JSON. `where` names the file. */
export async function readCommitValues(storage: Storage, version: number): Promise<{ readonly values: readonly unknown[]; readonly where: string }> {
  const where = `${storage.root}/${commitPath(version)}`
  for (let tried = 1, followed = false; ; tried++) {
    const { values, incomplete } = parseJsonValues(fileText(await storage.read(commitPath(version), mostLogBytes)))
    if (!incomplete && (values.length > 0 || followed)) return { values, where }
    if (followed || tried >= torn.tries) throw new Fault('corrupt', `${where} (version ${version}) is empty, ends in the middle of an action or is no JSON: its writer was interrupted, or is not done; remove it if it is the newest version and its writer is gone, or restore it from a copy`)
    // Where commits do not appear whole (copied ones, file systems without hard links), a reader may meet the newest one while it is being written.
    // One that others follow is read once more: it may have been finished, and they written, since it was read.
    followed = !(await isNewest(storage, version))
    if (!followed) await wait(torn.waitMs)
  }
}

async function isNewest(storage: Storage, version: number): Promise<boolean> {
  return (await storage.stat(commitPath(version + 1))) === undefined
}
