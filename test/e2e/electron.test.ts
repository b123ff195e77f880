import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { _electron } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { waitForBadge, chooseSpeed } from '#test/support/workbench.ts'

/** Electron's program, where its download has been had; tests start none. */
function binary(): string | undefined {
  const folder = join(repository, 'node_modules/electron')
  if (!existsSync(join(folder, 'path.txt'))) return undefined
  const program = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8'))
  return existsSync(program) ? program : undefined
}

const program = binary()
const hasDisplay = process.platform !== 'linux' || process.env.DISPLAY !== undefined || process.env.WAYLAND_DISPLAY !== undefined
const why = program === undefined ? 'Electron was not downloaded on this machine' : hasDisplay ? undefined : 'there is no display'

describe.skipIf(why !== undefined)(why === undefined ? 'the workbench in Electron' : `the workbench in Electron (skipped: ${why})`, () => {
  test('plays the sample to its end, in a page that has nothing of Node', async () => {
    const app = await _electron.launch({ executablePath: program!, args: [join(repository, 'dist/main.js'), ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])], env: { ...(process.env as Record<string, string>), CONTRAIL_DATA: temporaryFolder('electron') } })
    try {
      const page = await app.firstWindow()
      const complaints: string[] = []
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(error.message))
      await page.getByRole('button', { name: 'Play the sample recording' }).click()
      await waitForBadge(page, 'REPLAY')
      await chooseSpeed(page, 'As fast as possible')
      await waitForBadge(page, 'DONE')
      expect(await page.evaluate("[typeof require, typeof process, location.protocol === 'file:'].join()")).toBe('undefined,undefined,false')
      expect(complaints).toEqual([])
    } finally {
      await app.close()
    }
  })
})
