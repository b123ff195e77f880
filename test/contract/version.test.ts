import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { protocolVersion } from '#shared/contract/version.ts'
import { repository } from '#test/support/folders.ts'

/** What the contract was at each version. When this fails: raise `protocolVersion`, and add what the test says it is now. */
const hashes: Readonly<Record<number, string>> = { 1: '5fbb0b74eeba5d5c' }

test('a change of the contract raises the version of the protocol', () => {
  expect({ version: protocolVersion, hash: hashOfContract() }).toEqual({ version: protocolVersion, hash: hashes[protocolVersion] })
})

/** Of the code without comments and layout; the version itself is left out. */
function hashOfContract(): string {
  const folder = join(repository, 'shared/contract')
  const printer = ts.createPrinter({ removeComments: true })
  const hash = createHash('sha256')
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.ts') && file !== 'version.ts').sort()) {
    hash.update(`${name}\n${printer.printFile(ts.createSourceFile(name, readFileSync(join(folder, name), 'utf8'), ts.ScriptTarget.ES2023))}`)
  }
  return hash.digest('hex').slice(0, 16)
}
