import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { startFakeS3 } from '#test/support/fakeS3/fakeS3.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { cruising, writeObservations } from '#test/support/observations.ts'

const database = await openDatabase()
afterAll(() => database.close())

test.skipIf(process.platform === 'win32').each([64, 128, 256])(
  '400 objects of a bucket are replayed with %i open files',
  async (most) => {
    const folder = temporaryFolder('few-files')
    await writeObservations(database, folder, 'one.parquet', cruising('12:00', '12:01', '12:02', '12:03', '12:30'))
    mkdirSync(join(folder, 'silver'))
    for (let i = 0; i < 400; i++) copyFileSync(join(folder, 'one.parquet'), join(folder, 'silver', `${i}.parquet`))
    const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' }
    const server = await startFakeS3({ buckets: ['lake'], credentials })
    try {
      await server.putFolder('lake', 'silver', join(folder, 'silver'))
      const env = {
        ...process.env,
        HOME: folder,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_REGION: server.region,
        S3_ENDPOINT: server.endpoint,
        CONTRAIL_CACHE: join(folder, 'cache')
      }
      const program = [
        process.execPath,
        join(repository, 'build/contrail.mjs'),
        'replay',
        '--silver',
        's3://lake/silver',
        '--gold',
        's3://lake/gold',
        '--checkpoints',
        join(folder, 'checkpoints')
      ]
      const child = spawn('/bin/sh', ['-c', `ulimit -n ${most} && exec "$@"`, 'sh', ...program], {
        env,
        stdio: ['ignore', 'pipe', 'pipe']
      })
      let said = ''
      child.stdout.on('data', (text) => (said += String(text)))
      child.stderr.on('data', (text) => (said += String(text)))
      const code = await new Promise((resolve) => child.on('close', (status, signal) => resolve(status ?? signal)))
      expect([code, said]).toEqual([
        0,
        expect.stringMatching(/flight_phase_counts: 2 batches, 400 files, 2,000 rows, 4 rows of gold/)
      ])
    } finally {
      await server.close()
    }
  }
)
