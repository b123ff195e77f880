import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { protocolVersion } from '#shared/contract/version.ts'
import { repository } from '#test/support/folders.ts'

const folder = join(repository, 'shared/contract')

/** What both sides must agree on. */
const onTheWire = ['faults.ts', 'frame.ts', 'help.ts', 'host.ts', 'rpc.ts', 'run.ts', 's3.ts', 'session.ts', 'silver.ts', 'source.ts', 'whatIf.ts']
/** Types that those refer to. */
const referred = ['../pipeline/columnMapping.ts']

/** Which version had which contract. Released ones stay as they are. */
const hashes: Readonly<Record<number, string>> = {
  1: '4ce4493a6694d417',
  2: '391a9fdf60739da7',
  3: '3c331caa2c2aec22',
  4: 'd64fcbac50f6a72c'
}

test('a change of the contract has a version of its own', () => {
  const text = [...onTheWire, ...referred].map(withoutComments).join('\n')
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
  expect(hashes[protocolVersion], `shared/contract has changed: raise protocolVersion and update the hash (in test/contract/version.test.ts, ${protocolVersion in hashes ? protocolVersion + 1 : protocolVersion}: '${hash}')`).toBe(hash)
})

test('a new file of the contract is looked at or known to be one side alone', () => {
  const oneSide = ['backlog.ts', 'channel.ts', 'desktop.ts', 'messagePortChannel.ts', 'version.ts', 'webSocketChannel.ts']
  expect(readdirSync(folder).filter((name) => name.endsWith('.ts')).sort()).toEqual([...onTheWire, ...oneSide].sort())
})

/** As the compiler prints it: neither comments nor spaces count. */
function withoutComments(name: string): string {
  const source = ts.createSourceFile(name, readFileSync(join(folder, name), 'utf8'), ts.ScriptTarget.ES2023)
  return ts.createPrinter({ removeComments: true }).printFile(source)
}
