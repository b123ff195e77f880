import { createRequire } from 'node:module'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Configuration } from 'electron-builder'
import { beforeAll, expect, test } from 'vitest'
import { repository } from '#test/support/folders.ts'

/** Its declarations are CommonJS, and this part of it is not exported by the package's main module. */
interface Checker {
  validateConfiguration(config: Configuration, log: { readonly isEnabled: boolean; add(): void }): Promise<void>
}

let config: Configuration
let duckdbPackages: (platform: string, arch: string) => string[]

beforeAll(async () => {
  const module = (await import(pathToFileURL(join(repository, 'build/electronBuilder.mjs')).href)) as { config: Configuration; duckdbPackages: (platform: string, arch: string) => string[] }
  ;({ config, duckdbPackages } = module)
})

test('the config is one that electron-builder takes', async () => {
  const { validateConfiguration } = createRequire(import.meta.url)('app-builder-lib/out/util/config/config.js') as Checker
  await validateConfiguration(config, { isEnabled: false, add: () => undefined })
  await expect(validateConfiguration({ ...config, appID: 'x' } as Configuration, { isEnabled: false, add: () => undefined })).rejects.toThrow('appID')
})

test('the fuses are those of the security checklist', () => {
  expect(config.electronFuses).toEqual({
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false
  })
})

test('the program starts at the bundle, and DuckDB lies beside the archive as files', () => {
  expect(config.extraMetadata).toEqual({ main: 'dist/main.js' })
  expect(config).toMatchObject({ asar: true, asarUnpack: ['node_modules/@duckdb/node-bindings-*/**'], files: expect.arrayContaining(['dist/**', 'package.json']) })
})

test('each system gets its installers', () => {
  expect([config.linux, config.mac, config.win].map((options) => options?.target)).toEqual([['AppImage', 'deb'], [{ target: 'dmg', arch: ['x64', 'arm64'] }], ['nsis']])
  expect(config.mac?.hardenedRuntime).toBe(true)
})

test('DuckDB has the packages that are asked for, and those of this machine are installed', () => {
  const { optionalDependencies } = JSON.parse(readFileSync(join(repository, 'node_modules/@duckdb/node-bindings/package.json'), 'utf8')) as { optionalDependencies: object }
  const targets = [duckdbPackages('linux', 'x64'), duckdbPackages('linux', 'arm64'), duckdbPackages('darwin', 'arm64'), duckdbPackages('win32', 'x64')].flat()
  expect(targets).toHaveLength(5)
  for (const name of targets) expect(optionalDependencies).toHaveProperty([name])
  for (const name of duckdbPackages(process.platform, process.arch)) expect(existsSync(join(repository, 'node_modules', name, 'duckdb.node'))).toBe(process.platform !== 'darwin' || name.endsWith(process.arch))
})

test('no package that the main process imports is left out', () => {
  const leftOut = (config.files as string[]).filter((pattern) => pattern.startsWith('!node_modules/')).map((pattern) => pattern.slice('!node_modules/'.length, -'/**'.length))
  const built = readdirSync(join(repository, 'dist')).filter((name) => name.endsWith('.js')).map((name) => readFileSync(join(repository, 'dist', name), 'utf8'))
  const imported = new Set(built.flatMap((text) => [...text.matchAll(/^(?:import|export)\b[^'"]*["']([^"'.#][^"']*)["'];?$|\bimport\(["']([^"'.#][^"']*)["']\)/gm)].map(([, name, lazy]) => (name ?? lazy)!)))
  expect([...imported]).toEqual(expect.arrayContaining(['@duckdb/node-api', 'ws', 'open']))
  expect([...imported].filter((name) => leftOut.some((left) => name === left || name.startsWith(`${left}/`)))).toEqual([])
})

test('what lives in the page and in the bundles is left out with all that it alone draws in, and what the app starts with is not', () => {
  const leftOut = (config.files as string[]).filter((pattern) => pattern.startsWith('!node_modules/'))
  expect(leftOut).toEqual(expect.arrayContaining(['@aws-sdk/client-s3', '@aws-sdk/core', '@smithy/core', 'apache-arrow', 'flatbuffers', 'zod', 'react', 'scheduler', 'zrender', '@internationalized/date'].map((name) => `!node_modules/${name}/**`)))
  const start = ['@duckdb/node-api', '@duckdb/node-bindings', '@duckdb/node-bindings-linux-x64', '@duckdb/node-bindings-darwin-arm64', 'commander', 'cli-progress', 'string-width', 'open', 'is-wsl', 'ws']
  expect(start.filter((name) => leftOut.includes(`!node_modules/${name}/**`))).toEqual([])
})
