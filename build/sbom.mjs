// `npm run sbom`: a bill of materials in dist/sbom.json (CycloneDX): every package that is in what is built, on any system, with its licence and hash.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npm } from './npm.mjs'
import { nameOf, packagedPaths, readLock } from './packaged.mjs'

/** npm's own bill of the lock file, which needs no network, cut to what is packaged. The same lock file gives the same bytes. */
export function billOfMaterials(root) {
  const { stdout, stderr, status } = npm(['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'], root)
  if (status !== 0) throw new Error(`npm sbom failed, which npm 10 and later have: ${stderr}`)
  const bill = JSON.parse(stdout)
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const lock = readLock(root)
  const packaged = new Set(packagedPaths(lock).map((path) => `${nameOf(path)}@${lock[path].version}`))
  const own = `${name}@${version}`
  const components = bill.components.filter((component) => packaged.has(component['bom-ref'])).map(withoutPlaces)
  const dependencies = bill.dependencies.filter(({ ref }) => ref === own || packaged.has(ref)).map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => packaged.has(other)) }))
  // npm names it after the folder that it lies in.
  const metadata = { lifecycles: bill.metadata.lifecycles, tools: bill.metadata.tools, component: withoutPlaces({ ...bill.metadata.component, name }) }
  const content = { components, dependencies, metadata }
  return { $schema: bill.$schema, bomFormat: bill.bomFormat, specVersion: bill.specVersion, serialNumber: serialNumber(content), version: 1, ...content }
}

/** Where a package was fetched from, and what it is called in a folder, is this machine's business. */
function withoutPlaces({ externalReferences: _, properties: __, ...component }) {
  return component
}

/** A UUID made of the content, as version 8 is for. */
function serialNumber(content) {
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex')
  return `urn:uuid:${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const bill = billOfMaterials(root)
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(join(root, 'dist/sbom.json'), `${JSON.stringify(bill, null, 2)}\n`)
  console.log(`bill of materials: ${bill.components.length} packages, in dist/sbom.json`)
}
