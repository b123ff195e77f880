import { ESLint } from 'eslint'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { repository } from '#test/support/folders.ts'

const eslint = new ESLint({ cwd: repository })

async function offences(file: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: join(repository, file) })
  return result!.messages.map((message) => message.ruleId ?? message.message).filter((rule) => rule.startsWith('no-restricted'))
}

describe('the fences between folders stand', () => {
  test.each([
    ['shared/engine', "import { parsePipeline } from '#shared/pipeline/parsePipeline.ts'"],
    ['shared/engine', "import { readFile } from 'node:fs/promises'"],
    ['shared/engine', "import { z } from 'zod'"],
    ['shared/pipeline', "import { openStorage } from '#electron/storage/openStorage.ts'"],
    ['shared/pipeline', "import { readFile } from 'node:fs/promises'"],
    ['shared/query', "import { Table } from 'apache-arrow'"],
    ['shared/query', "import { z } from 'zod'"],
    ['shared/arrow', "import { z } from 'zod'"],
    ['electron/delta', "import { DuckDBInstance } from '@duckdb/node-api'"],
    ['electron/host', "import { DuckDBInstance } from '@duckdb/node-api'"],
    ['electron/host', "import { app } from 'electron'"],
    ['electron/duckdb', "import { Table } from 'apache-arrow'"],
    ['electron/sink', "import { mount } from '#renderer/main.ts'"],
    ['renderer/store', "import { runPipeline } from '#electron/host/runPipeline.ts'"],
    ['renderer/store', "import { useState } from 'react'"],
    ['renderer/duckdb', "import { useState } from 'react'"],
    ['renderer/grid', "import { AsyncDuckDB } from '@duckdb/duckdb-wasm'"],
    ['renderer/panels', "import { init } from 'echarts/core'"],
    ['renderer/chart', "import { AsyncDuckDB } from '@duckdb/duckdb-wasm'"]
  ])('%s may not: %s', async (folder, line) => {
    expect(await offences(`${folder}/fixture.ts`, `${line}\n`)).toEqual(['no-restricted-imports'])
  })

  test.each(['Date.now()', 'Math.random()', 'setTimeout(() => undefined, 1)', 'console.log(1)'])('shared/engine may not call %s', async (call) => {
    expect(await offences('shared/engine/fixture.ts', `export const value = ${call}\n`)).toHaveLength(1)
  })

  test('what is allowed is not reported', async () => {
    expect(await offences('shared/engine/fixture.ts', "export { floorDiv } from './time.ts'\n")).toEqual([])
    expect(await offences('electron/duckdb/fixture.ts', "export { DuckDBInstance } from '@duckdb/node-api'\n")).toEqual([])
  })
})

describe('for the compiler, no clock, timer, console or file exists in shared/engine', () => {
  test.each(['console.log(1)', 'setTimeout(() => undefined, 1)', "fetch('/')", 'process.exit()', 'new TextEncoder()'])('%s', (call) => {
    expect(errorsOf(`export const value = ${call}\n`)).toHaveLength(1)
  })

  test('plain code compiles', () => {
    expect(errorsOf('export const value = [1n].toSorted().length\n')).toEqual([])
  })
})

function errorsOf(code: string): string[] {
  const folder = join(repository, 'shared/engine')
  const config = ts.getParsedCommandLineOfConfigFile(join(folder, 'tsconfig.json'), {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined })!
  const options = { ...config.options, composite: false, incremental: false, noEmit: true }
  const host = ts.createCompilerHost(options)
  const file = join(folder, 'fixture.ts')
  const read = host.getSourceFile.bind(host)
  host.getSourceFile = (name, target) => (name === file ? ts.createSourceFile(name, code, target) : read(name, target))
  const program = ts.createProgram([file], options, host)
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, ' '))
}
