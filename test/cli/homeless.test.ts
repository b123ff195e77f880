import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startFakeS3 } from '#test/support/fakeS3/fakeS3.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { showSilver, readScenario } from '#test/support/oracle.ts'
import { noOtherUser } from '#test/support/otherUser.ts'

const why = noOtherUser()
if (why !== undefined) console.log(`A user without an entry and a home: skipped, because ${why}`)

/** No system has an entry for it. */
const stranger = 54_321

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface Where {
  /** Only these variables: no HOME unless it is one of them. */
  readonly env?: Readonly<Record<string, string>>
  readonly uid?: number
  /** A folder to go to, and to remove then. */
  readonly gone?: string
  /** Stops it when it has written a line. */
  readonly untilLine?: boolean
}

function contrail(args: readonly string[], { env = {}, uid, gone, untilLine = false }: Where): Promise<Ended> {
  const program = [process.execPath, join(repository, 'build/contrail.mjs'), ...args]
  const script = gone === undefined ? 'exec "$@"' : 'mkdir "$GONE" && cd "$GONE" && rmdir "$GONE" && exec "$@"'
  const child = spawn('/bin/sh', ['-c', script, 'sh', ...program], {
    cwd: repository,
    env: { PATH: process.env.PATH, ...env, ...(gone !== undefined && { GONE: gone }) },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid })
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (untilLine && stdout.includes('\n')) child.kill('SIGTERM')
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
}

/** A folder that everybody may write to, with a silver table. */
function openFolder(): { readonly folder: string; readonly silver: string; readonly places: readonly string[] } {
  const folder = temporaryFolder('homeless')
  chmodSync(folder, 0o777)
  const silver = join(folder, 'silver')
  showSilver(readScenario(join(repository, 'test/fixtures/oracle/notebook')), silver, 1)
  return {
    folder,
    silver,
    places: ['--silver', silver, '--gold', join(folder, 'gold'), '--checkpoints', join(folder, 'checkpoints')]
  }
}

/** Every command, one after the other, with whole paths. */
async function useAll(where: Where): Promise<void> {
  const { folder, silver, places } = openFolder()
  const commands = [
    ['--help'],
    ['--version'],
    ['replay', '--help'],
    ['check', '--silver', silver],
    ['replay', ...places],
    ['show', '--gold', join(folder, 'gold')],
    ['export', '--table', join(folder, 'gold/anomaly_alerts'), '--to', join(folder, 'alerts.csv')],
    ['what-if', ...places, '--altitude-max', '9000'],
    ['sample', join(folder, 'sample'), '--minutes', '1', '--rows-per-minute', '10']
  ]
  for (const command of commands)
    expect({ command, ...(await contrail(command, where)) }).toMatchObject({ command, code: 0, stderr: '' })
  const served = await contrail(['serve', '--no-open', '--data', join(folder, 'data')], { ...where, untilLine: true })
  expect(served).toMatchObject({ code: 130, stdout: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\//) as string })
}

const noHome =
  'contrail: this user has no home folder (HOME is not set), so it is not known where runs are kept: give --data DIR, or set CONTRAIL_DATA or HOME\n'

describe.skipIf(why !== undefined)('a user whom the system does not know, without HOME', () => {
  test('can use every command that is told where its folders are', () => useAll({ uid: stranger }))

  test.each([{}, { HOME: '' }, { HOME: 'relative' }])(
    'is told in one line what the workbench needs: %j',
    async (env) => {
      expect(await contrail(['serve', '--no-open'], { uid: stranger, env })).toEqual({
        code: 2,
        stdout: '',
        stderr: noHome
      })
    }
  )

  test('has a data folder where XDG_DATA_HOME says so', async () => {
    const { folder } = openFolder()
    expect(
      await contrail(['serve', '--no-open'], { uid: stranger, env: { XDG_DATA_HOME: folder }, untilLine: true })
    ).toMatchObject({ code: 130 })
    expect(readdirSync(folder)).toContain('contrail')
  })

  test('reads a bucket with keys of the environment and CONTRAIL_CACHE, and is told to set it where it is missing', async () => {
    const server = await startFakeS3({
      buckets: ['lake'],
      credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' }
    })
    try {
      const { folder, silver } = openFolder()
      await server.putFolder('lake', 'silver', silver)
      const env = {
        AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI',
        AWS_REGION: server.region,
        S3_ENDPOINT: server.endpoint,
        AWS_EC2_METADATA_DISABLED: 'true'
      }
      const check = ['check', '--silver', 's3://lake/silver']
      expect(
        await contrail(check, { uid: stranger, env: { ...env, CONTRAIL_CACHE: join(folder, 'cache') } })
      ).toMatchObject({ code: 0, stderr: '' })
      expect(await contrail(check, { uid: stranger, env })).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(
          /^contrail: this user has no home folder .*: set CONTRAIL_CACHE to a folder\n$/
        ) as string
      })
      expect(await contrail([...check, '--profile', 'mine'], { uid: stranger, env })).toMatchObject({
        stderr: expect.not.stringMatching(/ERR_SYSTEM_ERROR|mistake/) as string
      })
    } finally {
      await server.close()
    }
  })

  test.each([
    'a home that is a file',
    'a home that cannot be written',
    'a TMPDIR that is not there',
    'a TMPDIR that is a file',
    'a TMPDIR that cannot be written'
  ])('or with %s, can use every command', async (what) => {
    const folder = temporaryFolder('odd')
    chmodSync(folder, 0o755)
    mkdirSync(join(folder, 'read-only'))
    writeFileSync(join(folder, 'file'), '')
    const path = join(folder, what.endsWith('a file') ? 'file' : what.endsWith('written') ? 'read-only' : 'nothing')
    await useAll({ uid: stranger, env: { [what.startsWith('a home') ? 'HOME' : 'TMPDIR']: path } })
  })
})

describe('a working directory that was removed', () => {
  const gone = () => join(temporaryFolder('gone'), 'removed')
  const env = { HOME: temporaryFolder('home') }

  test('is not needed by a command that is given whole paths', () => useAll({ gone: gone(), env }))

  test.each([
    [['check', '--silver', 'here'], 'here'],
    [['replay', '--silver', '/silver', '--gold', 'here', '--checkpoints', '/checkpoints'], 'here'],
    [['replay', '--pipeline', 'p.json'], 'p.json'],
    [['show', '--gold', 'here'], 'here/flight_phase_counts'],
    [['export', '--table', '/table', '--to', 'x.csv'], 'x.csv'],
    [['sample', 'here'], 'here'],
    [['serve', '--no-open', '--data', 'here'], 'here']
  ])('%j is told in one line that its path leads nowhere', async (args, path) => {
    expect(await contrail(args, { gone: gone(), env })).toEqual({
      code: 2,
      stdout: '',
      stderr: `contrail: ${path} is a path from the working directory on, which is not there any more: give it from the root on, or go to a folder that is there\n`
    })
    expect(existsSync(join('/', path))).toBe(false)
  })
})
