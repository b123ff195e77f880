import { Fault } from '#shared/engine/fault.ts'
import type { ChangeOptions } from '#shared/pipeline/batchSettings.ts'
import type { AddFile } from '../delta/actions.ts'
import type { Commit } from '../delta/log.ts'

/**
 * The files of a tailed commit that are new data, in the order of the log; or a Fault for a commit that a stream cannot follow.
 * Only `dataChange` counts: OPTIMIZE moves rows and adds none. SPEC O6
 */
export function admitCommit(commit: Commit, options: ChangeOptions, table: string): readonly AddFile[] {
  const adds = commit.actions.flatMap((action) => (action.kind === 'add' && action.add.dataChange ? [action.add] : []))
  const removed = commit.actions.find((action) => action.kind === 'remove' && action.remove.dataChange)
  if (removed?.kind !== 'remove') return adds
  if (options.skipChangeCommits) return []
  if (adds.length > 0) {
    if (options.ignoreChanges) return adds
    const info = commit.actions.find((action) => action.kind === 'commitInfo')
    const operation = info?.kind === 'commitInfo' ? info.commitInfo.operation : undefined
    throw new Fault(
      'changed',
      `[DELTA_SOURCE_TABLE_IGNORE_CHANGES] version ${commit.version} of ${table} changes rows that are already there (${operation ?? 'an unnamed operation'}), which a stream cannot follow: set silver.skipChangeCommits to pass over such commits, silver.ignoreChanges to read rewritten files again, or start with a new checkpoint`
    )
  }
  if (options.ignoreDeletes || options.ignoreChanges) return []
  throw new Fault(
    'changed',
    `[DELTA_SOURCE_IGNORE_DELETE] version ${commit.version} of ${table} deletes data (for example ${removed.remove.path}), which a stream cannot follow: set silver.ignoreDeletes or silver.skipChangeCommits to pass over it, or start with a new checkpoint`
  )
}
