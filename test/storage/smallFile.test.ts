import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { resolvePipeline } from '#electron/commands/settings.ts'
import { openLayoutFile } from '#electron/host/layoutFile.ts'
import { openRecentSources } from '#electron/host/recentSources.ts'
import { openRunFiles } from '#electron/host/runFiles.ts'
import { readSession } from '#electron/host/sessionFiles.ts'
import { readSmallFile, readSmallFileNow } from '#electron/storage/smallFile.ts'
import { readWindowState } from '#electron/app/windowState.ts'
import { temporaryFolder } from '#test/support/folders.ts'

/** A file of 3 GB, which takes no room on the disk. */
function hollow(folder: string, name: string): string {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), '')
  truncateSync(join(folder, name), 3_000_000_000)
  return join(folder, name)
}

test('a small file is read whole, up to its last byte, and one byte more is refused', async () => {
  const file = join(temporaryFolder('small'), 'f')
  writeFileSync(file, `é${'x'.repeat(199_998)}`)
  expect([(await readSmallFile(file, 200_000)).length, readSmallFileNow(file, 200_000).length]).toEqual([199_999, 199_999])
  await expect(readSmallFile(file, 199_999)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining(file) as string })
  expect(() => readSmallFileNow(file, 199_999)).toThrow(/has more than 0\.199999 MB/)
})

test('a pipe is read to its end', () => {
  const pipe = join(temporaryFolder('small'), 'pipe')
  execFileSync('mkfifo', [pipe])
  spawn('sh', ['-c', `printf hello > '${pipe}'`])
  expect(readSmallFileNow(pipe, 100)).toBe('hello')
})

test('a pipeline file and an .env of 3 GB are refused, each in a sentence that names it', () => {
  const folder = temporaryFolder('small')
  const file = hollow(folder, 'p.json')
  const given = { flags: {}, query: undefined, environment: {}, workingDirectory: folder }
  expect(() => resolvePipeline({ ...given, pipeline: 'p.json' })).toThrow(`${file} has more than 1 MB`)
  const env = hollow(folder, '.env')
  expect(() => resolvePipeline({ ...given, pipeline: undefined })).toThrow(`${env} has more than 1 MB`)
})

test('a pipeline file of 90,000 levels is refused in a sentence', () => {
  const folder = temporaryFolder('small')
  writeFileSync(join(folder, 'p.json'), `${'{"silver":'.repeat(90_000)}1${'}'.repeat(90_000)}`)
  expect(() => resolvePipeline({ flags: { silver: { uri: 's' }, gold: { uri: 'g' }, checkpoints: { uri: 'c' } }, query: undefined, environment: {}, workingDirectory: folder, pipeline: 'p.json' })).toThrow(/^p\.json: silver/)
})

test('what the workbench keeps of itself is as good as none where it has 3 GB, and is moved aside', async () => {
  const data = temporaryFolder('small')
  for (const name of ['layout.json', 'sources.json', 'window.json']) hollow(data, name)
  const asides: string[] = []
  expect(await openLayoutFile(data, (file) => asides.push(file)).load()).toBeNull()
  const sources = openRecentSources(data)
  expect(await sources.list()).toEqual([])
  await sources.keepMapping('/s', { velocity_kmh: { from: 'v' } })
  expect([asides, readdirSync(data).sort()]).toEqual([[join(data, 'layout.aside.json')], ['layout.aside.json', 'sources.aside.json', 'sources.json', 'window.json']])
  expect(readWindowState(join(data, 'window.json'))).toEqual({ maximised: false })
})

test('a run whose file has 3 GB is left out of the list, and refused where it is asked for; so is a session', async () => {
  const data = temporaryFolder('small')
  hollow(join(data, 'runs', 'a-run'), 'run.json')
  const runs = openRunFiles(data)
  expect(await runs.list()).toEqual([])
  await expect(runs.read('a-run')).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining('run.json has more than 16 MB') as string })
  await expect(readSession(hollow(data, 'a.contrail'))).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining('more than 1 MB') as string })
})
