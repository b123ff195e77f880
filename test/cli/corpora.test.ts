import { tableFromIPC } from 'apache-arrow'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { exportTable } from '#electron/sink/exportTable.ts'
import { openLocalStore } from '#electron/storage/localStore.ts'
import { quoteLiteral, quoteName } from '#shared/query/sqlText.ts'
import { arrowValues } from '#test/support/arrowValues.ts'
import { contrail } from '#test/support/contrail.ts'
import { deltaCorpora } from '#test/support/corpora.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { resultColumns, rowsAsText } from '#test/support/rowsAsText.ts'

const corpora = deltaCorpora("exports of other writers' tables")

describe.skipIf(!corpora)('contrail export of tables of other writers', async () => {
  const { folder, readable, refused } = corpora ?? { folder: '', readable: [], refused: [] }
  const out = temporaryFolder('corpora')
  const database = await openDatabase()
  afterAll(() => database.close())

  const tableOf = (name: string) => openLocalStore(join(folder, name, 'delta'))

  test.each(readable)('%s gives the rows that Spark reads, as Parquet and as Arrow, and as many as CSV', async (name, rows) => {
    const parquet = await exportTable(database, { table: tableOf(name), to: join(out, `${name}.parquet`), force: false })
    const arrow = await exportTable(database, { table: tableOf(name), to: join(out, `${name}.arrow`), force: false })
    const csv = await exportTable(database, { table: tableOf(name), to: join(out, `${name}.csv`), force: false })
    const written = tableFromIPC(readFileSync(arrow.file))
    const names = written.schema.fields.map((field) => field.name)
    const expected = rowsAsText(names, resultColumns(await database.query(`SELECT ${names.map(quoteName).join(', ')} FROM read_parquet(${quoteLiteral(join(folder, name, 'expected/expected.parquet'))})`)))
    const result = await database.query(`SELECT * FROM read_parquet(${quoteLiteral(parquet.file)})`)
    expect([parquet.rows, arrow.rows, csv.rows, [...result.names].sort()]).toEqual([rows, rows, rows, [...names].sort()])
    expect(rowsAsText(result.names, resultColumns(result))).toEqual(expected)
    expect(rowsAsText(names, names.map((column) => arrowValues(written, column)))).toEqual(expected)
  })

  test.each(refused)('%s is refused with code 1 and one line that says why: %s', async (name, message) => {
    const file = join(out, `${name}.parquet`)
    const { code, stdout, stderr } = await contrail(['export', '--table', join(folder, name, 'delta'), '--to', file])
    expect({ code, stdout, written: existsSync(file) }).toEqual({ code: 1, stdout: '', written: false })
    expect(stderr).toMatch(/^contrail: [^\n]+\n$/)
    expect(stderr).toMatch(message)
  })
})
