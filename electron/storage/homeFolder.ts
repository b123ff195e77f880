import { homedir } from 'node:os'
import { isAbsolute } from 'node:path'

/**
 * The home folder of this user. undefined: HOME is no whole path, or is not set and the system has no entry for the user,
 * as in some containers.
 */
export function homeFolder(): string | undefined {
  try {
    const home = homedir()
    return isAbsolute(home) ? home : undefined
  } catch {
    return undefined
  }
}
