import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readStream } from '#shared/arrow/readStream.ts'
import { quoteLiteral, quoteName } from '#shared/query/sqlText.ts'
import { add, metaData, protocol, writeLog, writeParquet } from '#test/delta/handMade.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { observationsSql, silverFields, type Observation } from '#test/support/observations.ts'
import { copiedText, describeWorkbench, reads, startRun, waitForBadge } from '#test/support/workbench.ts'

const countries = ['\ufeffGermany', 'Germany', '\ufeff', '\ufeff\ufeffGermany']

describeWorkbench('texts that begin with U+FEFF', (bench) => {
  test('stay apart from those that do not, in gold, in the page and in what is copied and exported', async () => {
    const folder = temporaryFolder('e2e')
    const silver = join(folder, 'silver')
    const rows = countries.flatMap((country): Observation[] =>
      ['12:00', '12:30'].map((at) => ({ at, phase: country, country, altitude: 1000, velocity: 500 }))
    )
    await writeParquet(
      bench.database,
      silver,
      'a.parquet',
      `SELECT *, origin_country AS ${quoteName('\ufeffcountry')} FROM (${observationsSql(rows)})`
    )
    writeLog(silver, [
      [protocol(), metaData([...silverFields, { name: '\ufeffcountry', type: 'string' }]), add('a.parquet')]
    ])
    const dataFolder = temporaryFolder('e2e-data')
    writeFileSync(
      join(dataFolder, 'layout.json'),
      JSON.stringify({ formatVersion: 1, view: { layout: 'investigate', investigate: 'sql' } })
    )
    const page = await bench.open(dataFolder, { permissions: ['clipboard-write'] })
    await startRun(page, silver)
    await waitForBadge(page, 'DONE')

    const result = page.getByRole('region', { name: 'Result' })
    const sql = `SELECT DISTINCT origin_country AS ${quoteName('\ufeffcountry')}, [origin_country] AS list, strlen(origin_country) AS bytes FROM gold.anomaly_alerts WHERE origin_country <> ${quoteLiteral('\ufeff')} ORDER BY bytes`
    await page.getByRole('textbox', { name: 'SQL' }).fill(sql)
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await result.getByText('3 rows', { exact: true }).waitFor()
    const cells = await reads(
      () => result.getByRole('gridcell').allTextContents(),
      (texts) => texts.length === 9
    )
    expect(cells).toEqual([
      'Germany',
      '[Germany]',
      '7',
      '\ufeffGermany',
      '[\ufeffGermany]',
      '10',
      '\ufeff\ufeffGermany',
      '[\ufeff\ufeffGermany]',
      '13'
    ])
    const heads = await result.getByRole('columnheader').allTextContents()
    expect(heads[0]).toContain('\ufeffcountry')

    await result.getByRole('button', { name: 'Copy', exact: true }).click()
    await page.getByText('Copied 3 rows.').waitFor()
    expect(
      (await copiedText(page))
        .split('\n')
        .slice(0, 3)
        .map((line) => line.split('\t')[0])
    ).toEqual(['\ufeffcountry', 'Germany', '\ufeffGermany'])

    for (const format of ['Arrow', 'Parquet']) {
      const file = join(folder, `result.${format.toLowerCase()}`)
      await result.getByRole('button', { name: 'Export', exact: true }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('combobox', { name: 'Format' }).selectOption(format)
      await dialog.getByRole('textbox', { name: 'Save to' }).fill(file)
      await dialog.getByRole('button', { name: 'Export', exact: true }).click()
      await dialog.getByText(/^Exported/).waitFor()
      await dialog.getByRole('button', { name: 'Close' }).click()
      const [name, values] = format === 'Arrow' ? arrowColumn(file) : await parquetColumn(file)
      expect([name, values], format).toEqual(['\ufeffcountry', ['Germany', '\ufeffGermany', '\ufeff\ufeffGermany']])
    }

    async function parquetColumn(file: string): Promise<[string | undefined, unknown]> {
      const read = await bench.database.query(`SELECT * FROM read_parquet(${quoteLiteral(file)})`)
      return [read.names[0], read.strings(0)]
    }
  })
})

function arrowColumn(file: string): [string, unknown] {
  const column = readStream(readFileSync(file)).columns[0]!
  return [column.name, column.values]
}
