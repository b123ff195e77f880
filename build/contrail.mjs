#!/usr/bin/env node
// The `bin`: plain JavaScript, there after `npm ci` alone. In a checkout it bundles again when a source is newer than dist/.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = new URL('../dist/cli.js', import.meta.url)

function newestSource() {
  let newest = 0
  for (const folder of ['electron', 'shared']) {
    for (const name of readdirSync(root + folder, { recursive: true })) {
      if (String(name).endsWith('.ts')) newest = Math.max(newest, statSync(`${root}${folder}/${name}`).mtimeMs)
    }
  }
  return newest
}

const built = existsSync(dist) ? statSync(dist).mtimeMs : 0
if (existsSync(`${root}electron/cli.ts`) && existsSync(`${root}node_modules/esbuild`) && newestSource() > built) {
  const { bundle } = await import('./bundle.mjs')
  await bundle()
}
await import(dist.href)
