import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A file system of its own, in memory, that can be filled and made read-only while something writes to it. */
export interface SmallDisk {
  /** Until not a byte more goes in. */
  fill(): void
  makeRoom(): void
  readOnly(): void
  writable(): void
}

const run = (command: string, ...args: readonly string[]): boolean => spawnSync(command, args).status === 0

/** Why there can be none here; undefined: there can. */
export const noSmallDisk = ((): string | undefined => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root on Linux may mount a file system'
  const place = mkdtempSync(join(tmpdir(), 'contrail-mount-'))
  const mounted = run('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place) && run('umount', place)
  rmSync(place, { recursive: true, force: true })
  return mounted ? undefined : 'no file system can be mounted here'
})()

/** Mounts one over a folder, for as long as the test goes on. */
export function smallDisk(folder: string): SmallDisk {
  mkdirSync(folder, { recursive: true })
  const mount = (...options: readonly string[]) => {
    if (!run('mount', ...options, folder)) throw new Error(`mount ${options.join(' ')} ${folder} has failed`)
  }
  mount('-t', 'tmpfs', '-o', 'size=4m', 'tmpfs')
  onTestFinished(() => void run('umount', '-l', folder))
  const ballast = (name: number) => join(folder, `.ballast-${name}`)
  let files = 0
  return {
    fill() {
      // Larger pieces first: what is left in the end is less than a page.
      for (const size of [65_536, 4096, 1]) {
        try {
          for (;;) writeFileSync(ballast(files++), Buffer.alloc(size))
        } catch (error) {
          if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
        }
      }
    },
    makeRoom() {
      for (; files > 0; files--) rmSync(ballast(files - 1), { force: true })
    },
    readOnly: () => mount('-o', 'remount,ro'),
    writable: () => mount('-o', 'remount,rw')
  }
}
