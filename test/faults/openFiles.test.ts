import { spawn } from 'node:child_process'
import { mkdirSync, copyFileSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { add, protocol, writeLog } from '#test/delta/handMade.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { cruising, silverMetaData, writeObservations } from '#test/support/observations.ts'

const database = await openDatabase()
afterAll(() => database.close())

const files = 700
const folder = temporaryFolder('open-files')
const silvers = { plain: join(folder, 'plain'), delta: join(folder, 'delta') }

/** One file of 8 rows many times, in a plain folder and in a Delta table with a commit for each file. */
beforeAll(async () => {
  await writeObservations(
    database,
    folder,
    'one.parquet',
    cruising('12:00', '12:01', '12:02', '12:03', '12:04', '12:05', '12:06', '12:30')
  )
  const name = (i: number) => `${String(i).padStart(4, '0')}.parquet`
  const { size } = statSync(join(folder, 'one.parquet'))
  for (const silver of Object.values(silvers)) {
    mkdirSync(silver)
    for (let i = 0; i < files; i++) {
      copyFileSync(join(folder, 'one.parquet'), join(silver, name(i)))
      utimesSync(join(silver, name(i)), 1_769_000_000 + i, 1_769_000_000 + i)
    }
  }
  writeLog(
    silvers.delta,
    Array.from({ length: files }, (_, i) => [
      ...(i === 0 ? [protocol(), silverMetaData()] : []),
      add(name(i), { size, modificationTime: 1_769_000_000_000 + i })
    ])
  )
})

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that may have no more than `most` files open. */
function contrail(most: number, args: readonly string[]): Promise<Ended> {
  const child = spawn(
    '/bin/sh',
    ['-c', `ulimit -n ${most} && exec "$@"`, 'sh', process.execPath, join(repository, 'build/contrail.mjs'), ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] }
  )
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (args[0] === 'serve') child.kill('SIGTERM')
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })))
}

describe.skipIf(process.platform === 'win32').each(['plain', 'delta'] as const)('a %s silver of 700 files', (kind) => {
  test.each([64, 128, 256, 1024])('is checked, replayed, asked and exported with %i open files', async (most) => {
    const run = join(folder, `${kind}-${most}`)
    const silver = silvers[kind]
    const places = ['--silver', silver, '--gold', join(run, 'gold'), '--checkpoints', join(run, 'checkpoints')]
    const commands = [
      ['check', '--silver', silver],
      ['replay', ...places],
      ['what-if', ...places, '--altitude-max', '9000', '--to', join(run, 'what-if.parquet')],
      ['export', '--table', kind === 'delta' ? silver : join(run, 'gold/anomaly_alerts'), '--to', join(run, 'x.csv')],
      ['show', '--gold', join(run, 'gold')]
    ]
    for (const command of commands)
      expect({ command, ...(await contrail(most, command)) }).toMatchObject({ command, code: 0, stderr: '' })
    expect(await contrail(most, ['serve', '--no-open', '--data', join(run, 'data')])).toMatchObject({
      code: 130,
      signal: null
    })
  })

  test.each([40, 32, 24])('with %i it is done, or one line says how many are needed', async (most) => {
    const run = join(folder, `${kind}-${most}`)
    const { code, signal, stderr } = await contrail(most, [
      'replay',
      '--silver',
      silvers[kind],
      '--gold',
      join(run, 'gold'),
      '--checkpoints',
      join(run, 'checkpoints')
    ])
    expect(signal).toBeNull()
    if (code !== 0)
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(
          /^contrail: [^\n]*too many files are open[^\n]*: allow at least 128, as ulimit -n 256 does, then start again\n$/
        )
      ])
  })
})
