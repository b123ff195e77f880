import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Fault } from '#shared/engine/fault.ts'
import type { Licence } from '#shared/contract/help.ts'

/** Written by the bundler; in the bundle it lies beside this code. */
const file = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../dist/licences.json' : './licences.json', import.meta.url))

/** Packages of others that are in what was built, by name. */
export async function licences(): Promise<readonly Licence[]> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Licence[] // Our own bundler wrote it.
  } catch (error) {
    throw new Fault('notFound', `${file} is not there: run npm ci, which makes it`, { cause: error })
  }
}
