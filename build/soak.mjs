// `npm run soak -- --minutes N [--seed S]`: bundles the soak and runs it.
import { build } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
await bundle()
await build({ absWorkingDir: root, entryPoints: ['test/soak/soak.ts'], outfile: 'dist/soak/soak.js', bundle: true, platform: 'node', format: 'esm', target: 'node20.19', packages: 'external', logLevel: 'warning' })
process.exitCode = spawnSync(process.execPath, ['dist/soak/soak.js', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' }).status ?? 1
