import { expect, test } from 'vitest'
import { parseAction } from '#electron/delta/parseAction.ts'
import { admitCommit } from '#electron/source/admitCommit.ts'
import type { ChangeOptions } from '#shared/pipeline/batchSettings.ts'
import { add, remove } from '#test/delta/handMade.ts'

const strict: ChangeOptions = { skipChangeCommits: false, ignoreDeletes: false, ignoreChanges: false }
const options = {
  none: strict,
  ignoreDeletes: { ...strict, ignoreDeletes: true },
  ignoreChanges: { ...strict, ignoreChanges: true },
  skipChangeCommits: { ...strict, skipChangeCommits: true }
}
const quiet = { dataChange: false }
const update = { commitInfo: { operation: 'UPDATE', operationParameters: {} } }

const commits = {
  'only adds': [add('b'), add('a')],
  'only removes': [remove('old')],
  'adds and removes': [update, remove('old'), add('new')],
  'a deletion vector': [remove('f'), add('f', { deletionVector: { storageType: 'i', pathOrInlineDv: 'x', sizeInBytes: 1, cardinality: 1 } })],
  'an OPTIMIZE': [remove('b', quiet), remove('a', quiet), add('ab', quiet)],
  'an OPTIMIZE and an add': [remove('a', quiet), add('whole', quiet), add('new')],
  'no file at all': [{ commitInfo: { operation: 'SET TBLPROPERTIES', operationParameters: {} } }, { txn: { appId: 'x', version: 1 } }]
}

/** The paths that are read, or the class of the refusal. */
function admitted(actions: readonly unknown[], given: ChangeOptions): readonly string[] | string {
  try {
    return admitCommit({ version: 7, actions: actions.flatMap((action) => parseAction(action, 'the test') ?? []) }, given, '/silver').map((file) => file.path)
  } catch (error) {
    return /^\[(.*?)\]/.exec((error as Error).message)![1]!
  }
}

const [changes, deletes] = ['DELTA_SOURCE_TABLE_IGNORE_CHANGES', 'DELTA_SOURCE_IGNORE_DELETE']

test.each<{ commit: keyof typeof commits; expected: Record<keyof typeof options, unknown> }>([
  { commit: 'only adds', expected: { none: ['b', 'a'], ignoreDeletes: ['b', 'a'], ignoreChanges: ['b', 'a'], skipChangeCommits: ['b', 'a'] } },
  { commit: 'only removes', expected: { none: deletes, ignoreDeletes: [], ignoreChanges: [], skipChangeCommits: [] } },
  { commit: 'adds and removes', expected: { none: changes, ignoreDeletes: changes, ignoreChanges: ['new'], skipChangeCommits: [] } },
  { commit: 'a deletion vector', expected: { none: changes, ignoreDeletes: changes, ignoreChanges: ['f'], skipChangeCommits: [] } },
  { commit: 'an OPTIMIZE', expected: { none: [], ignoreDeletes: [], ignoreChanges: [], skipChangeCommits: [] } },
  { commit: 'an OPTIMIZE and an add', expected: { none: ['new'], ignoreDeletes: ['new'], ignoreChanges: ['new'], skipChangeCommits: ['new'] } },
  { commit: 'no file at all', expected: { none: [], ignoreDeletes: [], ignoreChanges: [], skipChangeCommits: [] } }
])('O4 O6 what is read of a commit with $commit', ({ commit, expected }) => {
  const actual = Object.fromEntries(Object.entries(options).map(([name, given]) => [name, admitted(commits[commit], given)]))
  expect(actual).toEqual(expected)
})

test('O6 the refusals name version, table, operation or file, and the setting that helps', () => {
  const refusal = (actions: readonly unknown[]) => () => admitCommit({ version: 7, actions: actions.flatMap((action) => parseAction(action, 'the test') ?? []) }, strict, '/silver')
  expect(refusal(commits['adds and removes'])).toThrow(/^\[DELTA_SOURCE_TABLE_IGNORE_CHANGES\] version 7 of \/silver changes rows that are already there \(UPDATE\).*skipChangeCommits/)
  expect(refusal(commits['only removes'])).toThrow(/^\[DELTA_SOURCE_IGNORE_DELETE\] version 7 of \/silver deletes data \(for example old\).*ignoreDeletes/)
})
