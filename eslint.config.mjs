import importX from 'eslint-plugin-import-x'
import { defineConfig } from 'eslint/config'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

/** What each folder may not import: the fences of the project. `test/build/fences.test.ts` holds one offence per fence against them. */
const outsideEngine = { regex: '^(?!\\./)', message: 'shared/engine imports nothing outside its folder.' }
const hosts = { regex: '^(#electron/|#renderer/|node:|electron$)', message: 'shared/ runs anywhere and knows no host.' }
const arrow = { regex: '^(apache-arrow|flatbuffers)', message: 'Only shared/arrow imports apache-arrow and flatbuffers: they drag the types of Node in.' }
const zod = { regex: '^zod', message: 'Only shared/pipeline imports zod.' }
const duckdb = { regex: '^@duckdb/', message: 'Only electron/duckdb imports DuckDB.' }
const electron = { regex: '^electron(/|$)', message: 'Only main.ts, preload.ts and transport/electronPort.ts import electron.' }
const renderer = { regex: '^#renderer/', message: 'The renderer and the host meet in shared/contract.' }
const wasm = { regex: '^@duckdb/', message: 'Only renderer/duckdb imports DuckDB-WASM.' }
const echarts = { regex: '^echarts', message: 'Only renderer/chart imports ECharts.' }
const react = { regex: '^react', message: 'Stores, tables and what charts draw are plain TypeScript; session.ts alone ties them to React.' }
const rendererHosts = { regex: '^(#electron/|node:)', message: 'The renderer reaches a host over shared/contract only.' }

const fence = (files, patterns, ignores = []) => ({ files, ignores, rules: { 'no-restricted-imports': ['error', { patterns }] } })

/** Clocks and chance: the same input must give the same output. */
const impure = ['Date', 'performance', 'setTimeout', 'setInterval', 'console', 'process'].map((name) => ({ name, message: 'The engine knows no clock, no timer and no console.' }))

export default defineConfig(
  { ignores: ['dist/', '.tsc/', 'node_modules/', 'contrail-sample/', 'build/fences/'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.mjs'],
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [importX.createNodeResolver({ extensions: ['.ts', '.tsx', '.mjs'] })] },
    rules: {
      'import-x/no-cycle': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      'import-x/no-default-export': 'error',
      eqeqeq: 'error'
    }
  },
  { files: ['eslint.config.mjs', 'build/*.mjs'], rules: { 'import-x/no-default-export': 'off' } },
  {
    files: ['shared/engine/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [outsideEngine] }],
      'no-restricted-globals': ['error', ...impure],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'The engine knows no chance.' }]
    }
  },
  fence(['shared/pipeline/**/*.ts'], [hosts, arrow, duckdb]),
  fence(['shared/arrow/**/*.ts'], [hosts, zod, duckdb]),
  fence(['shared/**/*.ts'], [hosts, arrow, zod, duckdb], ['shared/engine/**', 'shared/pipeline/**', 'shared/arrow/**']),
  fence(['electron/duckdb/**/*.ts'], [arrow, zod, electron, renderer]),
  fence(['electron/delta/**/*.ts'], [arrow, zod, duckdb, electron, renderer]),
  fence(['electron/**/*.ts'], [arrow, zod, duckdb, electron, renderer], ['electron/duckdb/**', 'electron/delta/**', 'electron/main.ts', 'electron/preload.ts', 'electron/transport/electronPort.ts']),
  { files: ['renderer/**/*.ts', 'renderer/**/*.tsx'], plugins: { 'react-hooks': reactHooks }, rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' } },
  fence(['renderer/**/*.ts', 'renderer/**/*.tsx'], [rendererHosts, arrow, zod, wasm, echarts, electron], ['renderer/duckdb/**', 'renderer/chart/**', 'renderer/store/**']),
  fence(['renderer/store/**/*.ts'], [rendererHosts, arrow, zod, wasm, echarts, electron, react], ['renderer/store/session.ts']),
  fence(['renderer/store/session.ts'], [rendererHosts, arrow, zod, wasm, echarts, electron]),
  fence(['renderer/duckdb/**/*.ts'], [rendererHosts, arrow, zod, echarts, electron, react]),
  fence(['renderer/chart/**/*.ts', 'renderer/chart/**/*.tsx'], [rendererHosts, arrow, zod, wasm, electron])
)
