import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { repository, temporaryFolder } from './folders.ts'

/** A user who may do what everybody may. */
export const nobody = 65_534

/** Why no process can be started as another user; undefined: it can. */
export function noOtherUser(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may start a process as another user'
  const { status } = spawnSync(process.execPath, [join(repository, 'build/contrail.mjs'), '--version'], { cwd: '/', uid: nobody, gid: nobody, env: { ...process.env, HOME: temporaryFolder('home') } })
  return status === 0 ? undefined : 'another user cannot run the command here'
}

/** Gives a folder with all that is in it to the other user. */
export function giveAway(folder: string): void {
  chownSync(folder, nobody, nobody)
  chmodSync(folder, 0o755)
  for (const path of readdirSync(folder, { recursive: true }) as string[]) chownSync(join(folder, path), nobody, nobody)
}
