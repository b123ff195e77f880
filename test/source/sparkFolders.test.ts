import { cpSync, readFileSync, readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { expectRows, goldRows } from '#test/support/compareScenario.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { queryNames, type OracleQuery } from '#test/support/oracle.ts'
import { runIn } from '#test/support/runIn.ts'

const database = await openDatabase()
afterAll(() => database.close())

/** What Spark 3.5.7 gave or said; test/spark/record_folders.py asked it. */
type Answer =
  | { readonly types: Readonly<Record<string, string>>; readonly rows: readonly Record<string, unknown>[] }
  | { readonly error: string }

/** Refused where Spark answers: it looks at the schema of one file only, and which one that is may change with the next file. */
const stricter = ['twins-in-second-file-not-in-use']

/** Spark's names of types as Delta's schema has them. */
const deltaType = (name: string): string => ({ bigint: 'long', smallint: 'short', int: 'integer' })[name] ?? name

const recorded = join(repository, 'test/fixtures/spark-folders')
const errorOf = (answer: Answer): string | undefined => ('error' in answer ? answer.error : undefined)

test.each(readdirSync(recorded).sort())(
  'A plain folder gives what Spark gives, and is refused where Spark refuses it: %s',
  async (name) => {
    const folder = temporaryFolder('spark-folders')
    cpSync(join(recorded, name, 'silver'), join(folder, 'silver'), { recursive: true })
    for (const file of readdirSync(join(folder, 'silver')))
      utimesSync(join(folder, 'silver', file), 1_700_000_000, 1_700_000_000)
    const answers = JSON.parse(readFileSync(join(recorded, name, 'answers.json'), 'utf8')) as Record<
      OracleQuery,
      Answer
    >
    const outing = await runIn(folder, database).catch((error: unknown) => error as Error)

    for (const [query, answer] of Object.entries(answers) as [OracleQuery, Answer][]) {
      const fault = outing instanceof Error ? outing : outing.ends.get(queryNames[query].gold)
      if (errorOf(answer) !== undefined || stricter.includes(name)) {
        // Which of its words for it Spark takes depends on where it meets them first.
        expect(fault?.message).toMatch(
          errorOf(answer)?.startsWith('UNRESOLVED') === true ? /^\[UNRESOLVED_COLUMN/ : /^\[COLUMN_ALREADY_EXISTS\]/
        )
      } else if ('rows' in answer) {
        // A refusal of the other query ends the run before this one has begun.
        if (fault !== undefined && Object.values(answers).some(errorOf)) continue
        expect(fault).toBeUndefined()
        const table = join(folder, 'gold', queryNames[query].gold)
        expectRows(await goldRows(table, database), answer.rows)
        expect(goldTypes(table)).toEqual(
          Object.entries(answer.types).map(([column, type]) => [column, deltaType(type)])
        )
      }
    }
  }
)

function goldTypes(table: string): [string, string][] {
  const [, line = ''] =
    /(\{"metaData".*)/.exec(readFileSync(join(table, '_delta_log', `${'0'.repeat(20)}.json`), 'utf8')) ?? []
  const { metaData } = JSON.parse(line) as { metaData: { schemaString: string } }
  const { fields } = JSON.parse(metaData.schemaString) as { fields: { name: string; type: string }[] }
  return fields.map(({ name, type }) => [name, type])
}
