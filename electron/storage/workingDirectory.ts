import { isAbsolute, parse, resolve } from 'node:path'
import { Fault } from '#shared/engine/fault.ts'

/** The folder that relative paths begin in. undefined: it was removed after this process had gone there. */
export function workingDirectory(): string | undefined {
  if (isGone) return undefined
  try {
    return process.cwd()
  } catch {
    return undefined
  }
}

let isGone = false

/**
 * Where the working directory is not there any more, goes to the root: a thread cannot start without one. For
 * `workingDirectory` it stays gone.
 */
export function leaveGoneDirectory(): void {
  if (workingDirectory() !== undefined) return
  isGone = true
  process.chdir(parse(process.execPath).root)
}

/**
 * A path from the root on. `from`: what a relative one begins in; absent: the working directory. Fault `usage` names a
 * relative path that leads nowhere.
 */
export function wholePath(path: string, from: string | undefined = workingDirectory()): string {
  if (isAbsolute(path)) return resolve(path)
  if (from === undefined) {
    const why = 'is a path from the working directory on, which is not there any more'
    throw new Fault('usage', `${path} ${why}: give it from the root on, or go to a folder that is there`)
  }
  return resolve(from, path)
}
