// `npm run package`: an installer for this platform, in dist/package.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundle, bundlePage } from './bundle.mjs'
import { electronBinary } from './electronBinary.mjs'
import { config, duckdbPackages } from './electronBuilder.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

const missing = duckdbPackages(process.platform, process.arch).filter((name) => !isWhole(`${root}node_modules/${name}`))
if (missing.length > 0) refuse(`${missing.join(' and ')} is not installed, and the app would not start without it: run npm install --no-save --force ${missing.join(' ')}`)
if (electronBinary() === undefined) refuse('Electron cannot be downloaded here, and an installer holds it: run this where github.com can be reached, with Node 22.12 or newer')

// Pieces of earlier builds would be packed too.
for (const name of readdirSync(`${root}dist`)) if (name.startsWith('chunk-')) rmSync(`${root}dist/${name}`)
await bundle()
await bundlePage()
const { build } = await import('electron-builder')
await build({ projectDir: root, config, publish: 'never' })

/** The loader and the library beside it. */
function isWhole(folder) {
  return existsSync(`${folder}/duckdb.node`) && readdirSync(folder).some((name) => /^(lib)?duckdb\.(so|dylib|dll)$/.test(name))
}

function refuse(reason) {
  process.stderr.write(`contrail: ${reason}\n`)
  process.exit(1)
}
