import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { repository } from '#test/support/folders.ts'

interface Component {
  readonly 'bom-ref': string
  readonly type: string
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[]
  readonly licenses?: readonly unknown[]
}

interface Bill {
  readonly bomFormat: string
  readonly specVersion: string
  readonly serialNumber: string
  readonly version: number
  readonly metadata: { readonly component: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

type Lock = Readonly<Record<string, { readonly version?: string; readonly dev?: boolean; readonly license?: string; readonly integrity?: string; readonly dependencies?: Readonly<Record<string, string>> }>>

interface Scripts {
  billOfMaterials(root: string): Bill
  refusedLicences(lock: Lock): string[]
  verdict(printed: string, packaged: readonly string[]): { readonly lines: readonly string[]; readonly failed: boolean }
  readLock(root: string): Lock
  packagedPaths(lock: Lock): string[]
  drawnIn(lock: Lock, names: readonly string[]): ReadonlySet<string>
}

let scripts: Scripts
let bill: Bill
beforeAll(async () => {
  const modules = await Promise.all(['sbom', 'checkLicences', 'audit', 'packaged'].map((name) => import(pathToFileURL(join(repository, `build/${name}.mjs`)).href) as Promise<Partial<Scripts>>))
  scripts = Object.assign({}, ...modules) as Scripts
  bill = scripts.billOfMaterials(repository)
})

test('the bill of materials has the shape of CycloneDX 1.5', () => {
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, serialNumber: expect.stringMatching(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/) as string })
  const { name, version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { name: string; version: string }
  expect(bill.metadata.component).toMatchObject({ type: 'application', name, version, purl: `pkg:npm/${name}@${version}` })
  for (const component of bill.components) {
    expect(component).toMatchObject({ type: 'library', 'bom-ref': `${component.name}@${component.version}`, purl: `pkg:npm/${component.name.replace('@', '%40')}@${component.version}` })
    expect({ of: component.name, licences: component.licenses?.length, hash: component.hashes?.[0] }).toEqual({ of: component.name, licences: 1, hash: { alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) as string } })
  }
})

test('it names what is packaged, on all systems, once, with what each needs, and nothing that only builds or tests', () => {
  const refs = bill.components.map((component) => component['bom-ref'])
  const names = bill.components.map(({ name }) => name)
  expect(new Set(refs).size).toBe(refs.length)
  expect(names).toEqual(expect.arrayContaining(['electron', 'react', 'ws', '@duckdb/node-bindings-win32-x64', '@duckdb/node-bindings-linux-x64', '@aws-sdk/client-s3']))
  expect(names.filter((name) => /^(@types\/|eslint|vitest|playwright|esbuild|electron-builder|typescript|vite$)/.test(name))).toEqual([])
  const known = new Set([...refs, bill.metadata.component['bom-ref']])
  expect(bill.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]).filter((ref) => !known.has(ref))).toEqual([])
  const { dependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
  expect(bill.dependencies.find(({ ref }) => ref === bill.metadata.component['bom-ref'])?.dependsOn).toEqual(expect.arrayContaining(Object.entries(dependencies).map(([name, version]) => `${name}@${version}`)))
})

test('it tells nothing of the machine that made it, and is the same each time', () => {
  const text = JSON.stringify(bill)
  expect(JSON.stringify(scripts.billOfMaterials(repository))).toBe(text)
  const addresses = [...text.matchAll(/https?:\/\/[^"/]+/g)].map(([address]) => address)
  expect(new Set(addresses)).toEqual(new Set(['http://cyclonedx.org']))
  for (const place of [repository.replace(/\/$/, ''), hostname(), 'file:', 'timestamp']) expect(text.includes(`"${place}`) || text.includes(`${place}/`)).toBe(false)
})

test('npm run sbom writes it', () => {
  execFileSync(process.execPath, [join(repository, 'build/sbom.mjs')])
  expect(JSON.parse(readFileSync(join(repository, 'dist/sbom.json'), 'utf8'))).toEqual(bill)
})

test('npm can tell of every package, those that only build and test too, whether it is the one that was locked', () => {
  const unsigned = Object.entries(scripts.readLock(repository)).filter(([path, { integrity }]) => path !== '' && !/^sha512-/.test(integrity ?? ''))
  expect(unsigned.map(([path]) => path)).toEqual([])
})

test('every packaged package has a licence that may be packaged', () => {
  expect(scripts.refusedLicences(scripts.readLock(repository))).toEqual([])
})

test('a licence that may not be packaged is found, and one of what only builds is not asked for', () => {
  const licences = ['MIT', '(MIT OR GPL-3.0)', 'MIT AND Apache-2.0', 'GPL-3.0', 'MIT AND GPL-3.0', 'LGPL-2.1-only', 'SEE LICENSE IN LICENSE', 'UNLICENSED', '(MIT OR GPL-3.0) AND SSPL-1.0', 'Apache-2.0 WITH LLVM-exception', undefined]
  const lock = Object.fromEntries(licences.map((license, i) => [`node_modules/p${i}`, { version: '1.0.0', ...(license !== undefined && { license }) }]))
  expect(scripts.refusedLicences({ '': {}, ...lock, 'node_modules/builder': { version: '1.0.0', dev: true, license: 'GPL-3.0' } })).toEqual([
    'p3 1.0.0 (GPL-3.0)',
    'p4 1.0.0 (MIT AND GPL-3.0)',
    'p5 1.0.0 (LGPL-2.1-only)',
    'p6 1.0.0 (SEE LICENSE IN LICENSE)',
    'p7 1.0.0 (UNLICENSED)',
    'p8 1.0.0 ((MIT OR GPL-3.0) AND SSPL-1.0)',
    'p9 1.0.0 (Apache-2.0 WITH LLVM-exception)',
    'p10 1.0.0 (no licence)'
  ])
})

const vulnerability = (name: string, severity: string, path: string) => ({ [name]: { name, severity, isDirect: false, via: [{ title: `a hole in ${name}`, severity }], nodes: [path], fixAvailable: true } })
const report = (vulnerabilities: object) => JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: {} })

test('the audit fails for a grave hole in what is packaged, and tells of the others', () => {
  const packaged = ['node_modules/ws', 'node_modules/electron']
  const judge = (vulnerabilities: object) => scripts.verdict(report(vulnerabilities), packaged)
  expect(judge({})).toEqual({ lines: ['dependency audit: no known vulnerability'], failed: false })
  expect(judge({ ...vulnerability('ws', 'moderate', 'node_modules/ws'), ...vulnerability('vite', 'critical', 'node_modules/vite') })).toEqual({
    lines: ['dependency audit: moderate in ws, which is packaged: a hole in ws (a newer version mends it)', 'dependency audit: critical in vite, which only builds or tests: a hole in vite (a newer version mends it)', 'dependency audit: 2 vulnerable packages, 0 of them grave and packaged'],
    failed: false
  })
  expect([judge(vulnerability('ws', 'high', 'node_modules/ws')).failed, judge(vulnerability('electron', 'critical', 'node_modules/electron')).failed, judge(vulnerability('ws', 'critical', 'node_modules/vitest/node_modules/ws')).failed]).toEqual([true, true, false])
})

test.each([
  ['', 'it said nothing'],
  ['not JSON', 'it said nothing'],
  ['{"message":"405 Method Not Allowed - POST https://registry.example/-/npm/v1/security/advisories/bulk","statusCode":405}', '405 Method Not Allowed'],
  ['{"error":{"code":"ENOTFOUND","summary":"request to https://registry.example failed"}}', 'ENOTFOUND']
])('an audit that got no answer (%s) is no failure, and says so in a line without the address', (printed, reason) => {
  expect(scripts.verdict(printed, [])).toEqual({ lines: [`dependency audit: not made, since the registry gave no answer (${reason})`], failed: false })
})

test('what a package draws in is found as Node finds it, also below it and where optional ones are not there', () => {
  const lock: Lock = {
    '': {},
    'node_modules/a': { dependencies: { b: '1', c: '1', absent: '1' } },
    'node_modules/a/node_modules/b': { dependencies: { c: '1' } },
    'node_modules/b': {},
    'node_modules/c': { dependencies: { a: '1' } },
    'node_modules/d': { dependencies: { b: '1' } }
  }
  expect([...scripts.drawnIn(lock, ['a'])].sort()).toEqual(['node_modules/a', 'node_modules/a/node_modules/b', 'node_modules/c'])
  expect([...scripts.drawnIn(lock, ['d', 'nothing'])].sort()).toEqual(['node_modules/b', 'node_modules/d'])
})
