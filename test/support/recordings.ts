import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './folders.ts'

/** A real recording beside the repository: a silver Delta table. undefined: it is not on this machine. */
export function sharedRecording(name: string): string | undefined {
  const folder = join(repository, '../shared/recordings', name)
  return existsSync(folder) ? folder : undefined
}
