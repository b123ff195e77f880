import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'vitest'
import type { Disturbed } from './disturbed.ts'
import { repository } from './folders.ts'

/** Replays a scenario's first run by the command line, which must end well, and prints how long it took and how much memory at most. */
export async function measuredReplay(name: string, story: Disturbed): Promise<void> {
  const report = join(story.folder, 'usage.json')
  const args = ['--import', pathToFileURL(join(repository, 'test/bench/reportUsage.mjs')).href, join(repository, 'dist/cli.js'), ...story.command('replay', 0)]
  const started = performance.now()
  const child = spawn(process.execPath, args, { cwd: repository, env: { ...process.env, USAGE_FILE: report }, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const code = await new Promise((resolve) => child.on('close', resolve))
  const seconds = (performance.now() - started) / 1000
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const { peakMb } = JSON.parse(readFileSync(report, 'utf8')) as { peakMb: number }
  console.log(`${name}: ${seconds.toFixed(1)} s, ${peakMb.toFixed(0)} MB of memory at most`)
}
