/** What the packaged app holds and how it is locked down; `build/package.mjs` gives it to electron-builder. */

import { bundled } from './bundle.mjs'

/** Packages that live in the built page already, with what they alone depend on. */
const inThePage = ['@duckdb/duckdb-wasm', 'echarts', 'zrender', 'react', 'react-dom', 'react-aria', 'react-aria-components', 'react-stately', '@react-types', '@react-aria', '@react-stately', '@internationalized', 'scheduler', 'aria-hidden']

/** And those that live in the bundles, likewise. */
const inTheBundles = [...bundled, 'flatbuffers', 'json-with-bigint']

export const config = {
  appId: 'dev.contrail.workbench',
  productName: 'Contrail',
  directories: { output: 'dist/package' },
  extraMetadata: { main: 'dist/main.js' },
  files: ['dist/**', 'package.json', '!dist/package/**', '!dist/bench/**', '!**/*.map', ...[...inThePage, ...inTheBundles].map((name) => `!node_modules/${name}/**`)],
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
