#!/usr/bin/env node
// The `bin`: plain JavaScript, there after `npm ci` alone. In a checkout it bundles again when a source is newer than dist/.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { hostSources, isNewest } from './newest.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

if (existsSync(`${root}electron/cli.ts`) && existsSync(`${root}node_modules/esbuild`) && !isNewest('dist/cli.js', hostSources)) {
  const { bundle } = await import('./bundle.mjs')
  await bundle().catch((error) => {
    if (error.code !== 'EACCES' && error.code !== 'EROFS') throw error
    process.stderr.write(`contrail: the sources are newer than dist/, which cannot be written (${error.code}): run npm ci as the user whom they belong to\n`)
    process.exit(1)
  })
}
await import('../dist/cli.js').catch((error) => {
  if (error.code !== 'EMFILE' && error.code !== 'ENFILE') throw error
  process.stderr.write('contrail: it cannot be loaded, because too many files are open: allow at least 128, as ulimit -n 256 does, then start again\n')
  process.exit(1)
})
