// Bundles the Node entries to dist/. Run by `npm ci` (prepare) and by the starter below when a source is newer.
import { build } from 'esbuild'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The entries that run on Node; each becomes dist/<name>.js. */
const entries = { cli: 'electron/cli.ts', engineWorker: 'electron/host/engineWorker.ts' }

export async function bundle() {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: 'dist',
    bundle: true,
    splitting: true,
    chunkNames: 'chunk-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    packages: 'external',
    sourcemap: true,
    define: { __CONTRAIL_VERSION__: JSON.stringify(version) },
    logLevel: 'warning'
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle()
