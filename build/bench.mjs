// `npm run bench`: bundles the bench and runs it.
import { build } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
await bundle()
await build({ absWorkingDir: root, entryPoints: ['test/bench/bench.ts', 'test/bench/bare.ts'], outdir: 'dist/bench', bundle: true, platform: 'node', format: 'esm', target: 'node20.19', packages: 'external', logLevel: 'warning' })
// Threads are looked for beside the code that starts them.
for (const worker of ['engineWorker', 'whatIfWorker']) writeFileSync(`${root}dist/bench/${worker}.js`, `import '../${worker}.js'\n`)
process.exitCode = spawnSync(process.execPath, ['dist/bench/bench.js', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' }).status ?? 1
