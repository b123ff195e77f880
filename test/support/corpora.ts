import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sharedCorpora } from './folders.ts'

/** Tables by other writers that Spark reads, and those that it refuses, with the words that a message must hold. */
export interface DeltaCorpora {
  readonly folder: string
  readonly readable: readonly (readonly [name: string, rows: number | undefined])[]
  readonly refused: readonly (readonly [name: string, message: RegExp])[]
}

/** What our message says where the list's words for an error are these. */
const messages: Readonly<Record<string, RegExp>> = {
  'names the data file that is missing': /\.parquet is not there/,
  'the log has no metaData action': /the log has no metaData action/,
  'names the version missing from the log': /version \d+ is missing from the log/
}

/** undefined when they are not on this machine, which is printed with the name of the tests. */
export function deltaCorpora(tests: string): DeltaCorpora | undefined {
  const shared = sharedCorpora()
  if (shared === undefined) {
    console.log(`${tests}: skipped, because the folder corpora is not here (set CONTRAIL_CORPORA)`)
    return undefined
  }
  const folder = join(shared, 'delta')
  const index = Object.entries(JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Record<string, { readonly rows?: number; readonly error?: string }>)
  return {
    folder,
    readable: index.flatMap(([name, { rows, error }]) => (error === undefined ? [[name, rows] as const] : [])),
    refused: index.flatMap(([name, { error }]) => (error === undefined ? [] : [[name, messages[error] ?? new RegExp(error)] as const]))
  }
}
