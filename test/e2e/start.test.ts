import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { until } from '#test/support/contrail.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'

const linux = process.platform === 'linux'

test.skipIf(!linux)(`npm start without a display says so in one line, and serves the workbench at the address that it prints${linux ? '' : ' (skipped: this system always has a display)'}`, async () => {
  const { DISPLAY: _x, WAYLAND_DISPLAY: _wayland, ...env } = process.env
  const child = spawn(process.execPath, [join(repository, 'build/start.mjs'), '--no-open', '--data', temporaryFolder('start')], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  try {
    await until(() => (stdout.includes('\n') && stderr.includes('\n')) || child.exitCode !== null || child.signalCode !== null)
    expect(stderr).toMatch(/^contrail: Electron cannot be started \(there is no display\), so the workbench opens in a browser\n$/)
    const [address] = stdout.split('\n')
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+$/)
    const page = await fetch(address!)
    expect([page.status, (await page.text()).includes('<div id="root">')]).toEqual([200, true])
  } finally {
    child.kill('SIGTERM')
  }
  expect(await ended).toBe(130)
})
