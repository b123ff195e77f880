import { isFault } from '#shared/engine/fault.ts'
import { visibleText } from '#shared/engine/visibleText.ts'
import { typeName } from '#shared/engine/valueType.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import { openDatabase, type Database } from '../duckdb/database.ts'
import { decideColumns } from '../host/decideColumns.ts'
import { noteMapped } from '../host/mappedValues.ts'
import { decodeOne, listSilver, matchColumns, reachSilver, readSilver, type Reading } from '../host/sourceSteps.ts'
import type { Storage } from '../storage/storage.ts'
import type { Storages } from '../storage/storages.ts'
import { columnOffers } from './columnOffers.ts'
import type { Source } from '../source/source.ts'

/** Can silver be read? Five steps, a tick each; the first that fails says why and what to do, and throws. Nothing is written. */
export async function check(
  pipeline: Pipeline,
  openStorage: (uri: string) => Storage,
  output: NodeJS.WritableStream,
  where: Storages['where'] = () => undefined
): Promise<void> {
  const database = await openDatabase()
  const tick = (step: string, found: string) => output.write(`✓ ${step}: ${visibleText(found)}\n`)
  const attempt = async <Answer>(step: string, work: () => Promise<Answer> | Answer, advice?: () => Promise<readonly string[]>): Promise<Answer> => {
    try {
      return await work()
    } catch (error) {
      output.write(`✗ ${step}\n`)
      for (const line of (await advice?.()) ?? []) output.write(`${visibleText(line)}\n`)
      throw error
    }
  }
  try {
    const storage = await attempt('Reachable', () => reachSilver(openStorage(pipeline.silver.uri)))
    tick('Reachable', storage.root)
    const asked = where(pipeline.silver.uri)
    if (asked) output.write(`  at ${visibleText(asked.server)}, with ${visibleText(asked.credentials)}\n`)
    const { isDelta } = await attempt('Listable', () => listSilver(storage))
    tick('Listable', isDelta ? 'a folder with a Delta log' : 'a folder without a Delta log')
    const reading = isDelta ? 'Delta log read' : 'Parquet files read'
    const read = await attempt(reading, () => readSilver(pipeline, database, openStorage))
    tick(reading, `${read.files.length} files, ${read.bytes} bytes`)
    const told = new Set<string>()
    const warn = (step: string, from: Source) => {
      for (const { message } of from.problems()) if (!told.has(message)) output.write(`! ${step}: ${visibleText(message)}\n`)
      for (const { message } of from.problems()) told.add(message)
    }
    warn(reading, read.source)
    const { source, used } = await attempt(
      'Columns match',
      () => matchColumns(pipeline, read, pipeline.silver.columns),
      () => offers(pipeline, read, database)
    )
    tick('Columns match', used.map((name) => `${name} ${typeOf(source, name)}`).join(', '))
    warn('Columns match', source) // What only the columns in use bring to light.
    const { decoded, notes } = await attempt('One file decoded', async () => ({
      decoded: await decodeOne(database, source, read, used),
      notes: await noteMapped(database, read, pipeline.silver.columns)
    }))
    const slow = source.rewritten()
    if (decoded) tick('One file decoded', `${decoded.path}, ${decoded.rows} rows`)
    else output.write('! One file decoded: the table has no data file yet; a run would write empty gold tables\n')
    for (const { text, isWarning } of notes) output.write(`${isWarning ? '!' : '✓'} ${visibleText(text)}\n`)
    if (slow) output.write(`! One file decoded: ${visibleText(slow.message)}\n`)
  } finally {
    await database.close()
  }
}

/** How columns could be mapped that do not match. None where silver cannot be read at all: the fault says why. */
async function offers(pipeline: Pipeline, read: Reading, database: Database): Promise<readonly string[]> {
  const decision = await decideColumns(pipeline, read, pipeline.silver.columns, database).catch((error: unknown) => {
    if (isFault(error)) return undefined
    throw error
  })
  return decision ? columnOffers(decision, decision.mapping) : []
}

const typeOf = (source: Source, name: string): string => typeName(source.columns.find((column) => column.name === name)?.type ?? '?')
