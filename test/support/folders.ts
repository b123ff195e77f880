import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

const made: string[] = []
// Here, not where a folder is made: within a test it is too late to ask for this.
afterAll(() => made.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })))

/** A folder of the test's own, removed when its file is done. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `contrail-${name}-`))
  made.push(folder)
  return folder
}

/** Recorded Spark runs that are not part of the project (real traffic). undefined when they are not on this machine. */
export function sharedOracle(): string | undefined {
  return firstThere(process.env.CONTRAIL_ORACLE, join(repository, '..', 'shared', 'oracle'))
}

/** Delta tables by other writers. undefined when they are not on this machine. */
export function sharedCorpora(): string | undefined {
  return firstThere(process.env.CONTRAIL_CORPORA, join(repository, '..', 'shared', 'corpora'))
}

function firstThere(...folders: (string | undefined)[]): string | undefined {
  return folders.find((folder) => folder !== undefined && existsSync(folder))
}
