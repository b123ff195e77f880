/** What the packaged app holds and how it is locked down; `build/package.mjs` gives it to electron-builder. */

import { fileURLToPath } from 'node:url'
import { bundled } from './bundle.mjs'
import { drawnIn, packagedPaths, readLock } from './packaged.mjs'

/** Packages that live in the built page already. */
const inThePage = ['@duckdb/duckdb-wasm', 'echarts', 'react', 'react-dom', 'react-aria-components']

/** Places of packages that the app needs as packages no more: those of the page and of the bundles, with all that only they draw in. */
function builtIn() {
  const lock = readLock(fileURLToPath(new URL('..', import.meta.url)))
  const asPackages = Object.keys(lock[''].dependencies).filter((name) => !inThePage.includes(name) && !bundled.includes(name))
  const needed = drawnIn(lock, asPackages)
  return packagedPaths(lock).filter((path) => lock[path].dev !== true && !needed.has(path))
}

export const config = {
  appId: 'dev.contrail.workbench',
  productName: 'Contrail',
  directories: { output: 'dist/package' },
  extraMetadata: { main: 'dist/main.js' },
  files: ['dist/**', 'package.json', '!dist/package/**', '!dist/bench/**', '!**/*.map', ...builtIn().map((path) => `!${path}/**`)],
  asar: true,
  // DuckDB's two libraries find each other only as files side by side.
  asarUnpack: ['node_modules/@duckdb/node-bindings-*/**'],
  // N-API: what npm installed fits every Electron.
  npmRebuild: false,
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false
  },
  linux: { target: ['AppImage', 'deb'], category: 'Science', maintainer: 'Contrail <contrail@localhost>', synopsis: 'Replays recorded flight observations as Spark would' },
  mac: { target: [{ target: 'dmg', arch: ['x64', 'arm64'] }], category: 'public.app-category.developer-tools', hardenedRuntime: true },
  win: { target: ['nsis'] },
  nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true }
}

/** DuckDB's packages that an app for `platform` must hold, one per architecture. npm installs those of the machine it runs on, and is silent about others. */
export function duckdbPackages(platform, arch) {
  return (platform === 'darwin' ? ['x64', 'arm64'] : [arch]).map((name) => `@duckdb/node-bindings-${platform}-${name}`)
}
