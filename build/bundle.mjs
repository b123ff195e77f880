// Builds dist/: the Node entries, the preload and the page of the workbench. Run by `npm ci` (prepare); the starters call its parts when a source is newer.
import { build } from 'esbuild'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { writeLicences } from './licences.mjs'
import { hostSources, isNewest } from './newest.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const pageConfig = 'build/vite.renderer.config.mjs'

/** The entries that run on Node or as Electron's main process; each becomes dist/<name>.js. */
const entries = { cli: 'electron/cli.ts', engineWorker: 'electron/host/engineWorker.ts', whatIfWorker: 'electron/whatIf/whatIfWorker.ts', main: 'electron/desktop.ts' }

/** Bundled too: they are many small modules, which would take longer to load than most commands take. */
export const bundled = ['apache-arrow', 'flatbuffers', 'zod', '@aws-sdk/client-s3', '@aws-sdk/credential-providers']

/** `onlyNewer`: not when it is newer than all its sources. */
export async function bundle({ onlyNewer = false } = {}) {
  if (onlyNewer && isNewest('dist/cli.js', hostSources)) return
  const { version, dependencies, devDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  const external = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !bundled.includes(name))
  writeLicences(root)
  const common = { absWorkingDir: root, bundle: true, platform: 'node', external, sourcemap: true, logLevel: 'warning' }
  await Promise.all([
    build({ ...common, entryPoints: entries, outdir: 'dist', splitting: true, chunkNames: 'chunk-[hash]', format: 'esm', target: 'node20.19', mainFields: ['module', 'main'], define: { __CONTRAIL_VERSION__: JSON.stringify(version) } }),
    // A preload in a sandbox cannot be a module.
    build({ ...common, entryPoints: { preload: 'electron/preload.ts' }, outdir: 'dist', outExtension: { '.js': '.cjs' }, format: 'cjs', target: 'es2023' })
  ])
}

/** The page, in dist/renderer. */
export async function bundlePage({ onlyNewer = false } = {}) {
  if (!existsSync(`${root}renderer/index.html`)) return
  if (onlyNewer && isNewest('dist/renderer/index.html', ['renderer', 'shared', pageConfig])) return
  const vite = await import('vite')
  await vite.build({ configFile: root + pageConfig, logLevel: 'warn' })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await bundle()
  await bundlePage()
}
