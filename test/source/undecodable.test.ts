import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { codec } from '#electron/parquet/format.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { checkSource } from '#electron/host/checkSource.ts'
import { exportTable } from '#electron/sink/exportTable.ts'
import { openLocalStore } from '#electron/storage/localStore.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { isFault } from '#shared/engine/fault.ts'
import { goldRows } from '#test/support/compareScenario.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { footerOf, replaced, withChunks, withCodec, withFooter } from '#test/support/hadoopLz4.ts'
import { silverFields } from '#test/support/observations.ts'
import { minutesAgo } from '#test/support/parquetStory.ts'
import { phases, runIn, runWhole, warningsOf } from '#test/support/runIn.ts'
import { add, metaData, protocol, writeLog } from '../delta/handMade.ts'

const database = await openDatabase()
afterAll(() => database.close())

const fixture = (name: string) => readFileSync(join(repository, 'test/fixtures/parquet', `${name}.parquet`))

/** A folder with these files in `silver`, written long ago, in their order. */
function folderOf(files: Readonly<Record<string, Buffer>>): string {
  const folder = temporaryFolder('undecodable')
  mkdirSync(join(folder, 'silver'))
  for (const [i, [name, bytes]] of Object.entries(files).entries()) {
    const file = join(folder, 'silver', name)
    writeFileSync(file, bytes)
    utimesSync(file, minutesAgo(60 - i), minutesAgo(60 - i))
  }
  return folder
}

const phasesIn = (folder: string): Promise<unknown> => goldRows(join(folder, 'gold', 'flight_phase_counts'), database)

async function gold(folder: string): Promise<unknown> {
  return [await phasesIn(folder), await goldRows(join(folder, 'gold', 'anomaly_alerts'), database)]
}

const check = (folder: string) => checkSource(join(folder, 'silver'), {}, { database, openStorage })

/** `plain` with another codec, or another encoding, than it has. */
const claiming = (number: number): Buffer => withCodec(fixture('plain'), number)
const encodedAs = (encoding: number): Buffer =>
  withFooter(
    fixture('plain'),
    withChunks(footerOf(fixture('plain')), (metaData) =>
      replaced(metaData, { id: 2, is: 9, bytes: Buffer.of(0x25, 0, encoding * 2) })
    )
  )

/** What stands before and after the name of the file, of a fault of this code. */
interface Said {
  readonly bytes: Buffer
  readonly before: string
  readonly after: string
}

const again = 'write the file again'
const codecTold = (column: string, name: string): Omit<Said, 'bytes'> => ({
  before: `column ${column} of `,
  after: ` is compressed with ${name}, which Contrail cannot decode: ${again} with another codec, as with Spark's spark.sql.parquet.compression.codec set to zstd`
})
const encodingTold = (column: string, name: string): Omit<Said, 'bytes'> => ({
  before: `column ${column} of `,
  after: ` is encoded as ${name}, which Contrail cannot decode: ${again} with PLAIN or dictionary encoding`
})
const encryptedTold = (column: string): Omit<Said, 'bytes'> => ({
  before: `column ${column} of `,
  after: ` is encrypted, and Contrail takes no keys: ${again} without encryption of that column`
})
const textTold = (column: string, example: string): Omit<Said, 'bytes'> => ({
  before: `column ${column} of `,
  after: ` holds text that is not UTF-8${example}: gold holds only UTF-8, and such bytes cannot be guessed; ${again} with that text in UTF-8, as with Spark's decode(column, 'ISO-8859-1')`
})
const french = String.raw`, for example the bytes 46 72 61 6E E7 61 69 73 ("Fran\xE7ais")`
const unknown = 'number 11, which this version of Contrail does not know'

/** Forms in which a whole file cannot be read, in a column that flight_phase_counts needs. */
const forms: Readonly<Record<string, Said>> = {
  'compressed with LZO': { bytes: claiming(codec.lzo), ...codecTold('event_timestamp', 'LZO') },
  'compressed with a codec of a later format': { bytes: claiming(11), ...codecTold('event_timestamp', unknown) },
  'encoded as a later format has it': { bytes: encodedAs(11), ...encodingTold('event_timestamp', unknown) },
  'encoded as nobody ever did': { bytes: encodedAs(1), ...encodingTold('event_timestamp', unknown.replace('11', '1')) },
  'encrypted in a key': { bytes: fixture('encrypted-key'), ...encryptedTold('flight_phase') },
  'encrypted in a measure': { bytes: fixture('encrypted-measure'), ...encryptedTold('velocity_kmh') },
  'encrypted as a whole': {
    bytes: fixture('encrypted-footer'),
    before: '',
    after: ` is encrypted, its footer as well, and Contrail takes no keys: ${again} without encryption`
  },
  'text that is not UTF-8': { bytes: fixture('text-plain'), ...textTold('flight_phase', french) },
  'text that is not UTF-8, in a dictionary': { bytes: fixture('text-dictionary'), ...textTold('flight_phase', french) },
  'text that is not UTF-8, as differences': { bytes: fixture('text-delta'), ...textTold('flight_phase', french) }
}

const toldOf = ({ before, after }: Said, file: string): string => `${before}${file}${after}`

describe('a whole file that cannot be decoded is no damage, and is called by its true name', () => {
  test.each(Object.entries(forms))('%s: by the source check', async (_, said) => {
    const folder = folderOf({ 'a.parquet': said.bytes })
    const failed = (await check(folder)).steps.find(({ state }) => state === 'failed')
    const told = toldOf(said, join(folder, 'silver', 'a.parquet'))
    expect(failed?.text).toBe(`${told.startsWith('column') ? `C${told.slice(1)}` : told}.`)
  })

  test.each(Object.entries(forms))('%s: by a run, which stops before its batch', async (_, said) => {
    const folder = folderOf({ 'a.parquet': fixture('plain'), 'b.parquet': said.bytes })
    const end = (await runIn(folder, database, { queries: phases })).ends.get('flight_phase_counts')
    expect(end).toMatchObject({ code: 'undecodable', message: toldOf(said, join(folder, 'silver', 'b.parquet')) })
  })

  test.each(Object.entries(forms))('%s: set aside with quarantine, and the others are read', async (_, said) => {
    const [alone, folder] = [
      folderOf({ 'a.parquet': fixture('plain') }),
      folderOf({ 'a.parquet': fixture('plain'), 'b.parquet': said.bytes })
    ]
    await runWhole(alone, database, { queries: phases })
    const outing = await runWhole(folder, database, { silver: { onBadFile: 'quarantine' }, queries: phases })
    expect(warningsOf(outing)).toEqual([`set aside b.parquet: ${toldOf(said, join(folder, 'silver', 'b.parquet'))}`])
    expect(await phasesIn(folder)).toEqual(await phasesIn(alone))
  })

  test.each(Object.entries(forms))('%s: by an export of a Delta table', async (_, said) => {
    const folder = folderOf({ 'a.parquet': said.bytes })
    const table = join(folder, 'silver')
    writeLog(table, [
      [
        protocol(),
        metaData(
          silverFields.map((field) => ({
            ...field,
            type: { altitude_meters: 'integer', velocity_kmh: 'long' }[field.name] ?? field.type
          }))
        ),
        add('a.parquet')
      ]
    ])
    await expect(
      exportTable(database, { table: openLocalStore(table), to: join(folder, 'out.csv'), force: false })
    ).rejects.toMatchObject({ code: 'undecodable', message: toldOf(said, join(table, 'a.parquet')) })
  })

  test('encrypted in a column that no query needs: it is read', async () => {
    const [alone, folder] = [
      folderOf({ 'a.parquet': fixture('plain') }),
      folderOf({ 'a.parquet': fixture('encrypted-other') })
    ]
    for (const one of [alone, folder]) await runWhole(one, database)
    expect(await gold(folder)).toEqual(await gold(alone))
  })

  test('encrypted in a column that an export leaves out: the others are exported, also by a condition on one of them', async () => {
    const folder = folderOf({ 'a.parquet': fixture('encrypted-other') })
    const table = join(folder, 'silver')
    writeLog(table, [
      [
        protocol(),
        metaData([
          { name: 'velocity_kmh', type: 'long' },
          { name: 'origin_country', type: 'string' },
          { name: 'secret', type: 'string' }
        ]),
        add('a.parquet')
      ]
    ])
    const exported = async (where?: string) =>
      (
        await exportTable(database, {
          table: openLocalStore(table),
          to: join(folder, 'out.csv'),
          columns: ['velocity_kmh'],
          force: true,
          ...(where !== undefined && { where })
        })
      ).rows
    expect(await exported()).toBe(120)
    expect(await exported(`"Origin_Country" = 'c1'`)).toBe(24)
    for (const where of [`secret = 's1'`, `COLUMNS('sec.*') = 's1'`])
      await expect(exported(where)).rejects.toMatchObject({
        code: 'undecodable',
        message: expect.stringContaining('column secret of ') as string
      })
  })

  test('one query stops at a column that the other does not need', async () => {
    const { ends } = await runIn(folderOf({ 'a.parquet': fixture('encrypted-key') }), database)
    expect([...ends].map(([name, end]) => [name, isFault(end) ? end.code : end])).toEqual([
      ['flight_phase_counts', 'undecodable'],
      ['anomaly_alerts', undefined]
    ])
  })

  test('text of a Delta table whose file has it as bare bytes that are not UTF-8', async () => {
    const folder = folderOf({ 'a.parquet': fixture('text-bytes') })
    writeLog(join(folder, 'silver'), [
      [
        protocol(),
        metaData(
          silverFields.map((field) => ({
            ...field,
            type: { altitude_meters: 'integer', velocity_kmh: 'long' }[field.name] ?? field.type
          }))
        ),
        add('a.parquet')
      ]
    ])
    const end = (await runIn(folder, database, { queries: phases })).ends.get('flight_phase_counts')
    expect(end).toMatchObject({
      code: 'undecodable',
      message: toldOf(
        { bytes: Buffer.alloc(0), ...textTold('flight_phase', '') },
        `${join(folder, 'silver', 'a.parquet')} (version 0)`
      )
    })
  })

  test('of several files of one batch, the one that it is', async () => {
    const folder = folderOf({
      'a.parquet': fixture('plain'),
      'b.parquet': fixture('text-measure'),
      'c.parquet': fixture('plain')
    })
    writeLog(join(folder, 'silver'), [
      [
        protocol(),
        metaData(
          silverFields.map((field) => ({
            ...field,
            type: { altitude_meters: 'string', velocity_kmh: 'long' }[field.name] ?? field.type
          }))
        ),
        add('b.parquet')
      ]
    ])
    const end = (await runIn(folder, database, { queries: phases })).ends.get('flight_phase_counts')
    expect(end).toMatchObject({
      code: 'undecodable',
      message: toldOf(
        { bytes: Buffer.alloc(0), ...textTold('altitude_meters', String.raw`, for example the bytes FF 31 ("\xFF1")`) },
        `${join(folder, 'silver', 'b.parquet')} (version 0)`
      )
    })
  })
})

describe('a file that DuckDB cannot decode and Contrail can', () => {
  test.each(['split-zstd', 'split-v2', 'split-pages'])(
    '%s gives the gold of the same rows in plain encoding, is mixed with others, and is told of',
    async (name) => {
      const files = (bytes: Buffer) => ({ 'a.parquet': fixture('plain'), 'b.parquet': bytes, 'c.parquet': bytes })
      const [alone, folder] = [folderOf(files(fixture('plain'))), folderOf(files(fixture(name)))]
      expect(warningsOf(await runWhole(alone, database))).toEqual([])
      const outing = await runWhole(folder, database)
      expect(await gold(folder)).toEqual(await gold(alone))
      const slow =
        'before it reads them, which takes longer; files that are compressed with Snappy or Zstandard and encoded plainly are read at full speed'
      const b = join(folder, 'silver', 'b.parquet')
      expect(warningsOf(outing)).toContain(
        `DuckDB does not decode 2 of the files read so far (in ${b}, column event_timestamp is encoded as BYTE_STREAM_SPLIT): Contrail rewrites their columns in use ${slow}`
      )
    }
  )

  test('is told of by the source check, which lets the run begin', async () => {
    const folder = folderOf({ 'a.parquet': fixture('lz4-blocks') })
    const report = await check(folder)
    expect(report).toMatchObject({ ready: true })
    expect(report.steps.at(-1)).toMatchObject({
      state: 'warning',
      text: `a.parquet: 20,000 rows. In ${join(folder, 'silver', 'a.parquet')}, column event_timestamp is compressed with Hadoop's LZ4, which DuckDB does not decode: Contrail rewrites the columns in use before it reads them, which takes longer; files that are compressed with Snappy or Zstandard and encoded plainly are read at full speed.`
    })
  })

  test('and whose pages are damaged is called damaged', async () => {
    const whole = fixture('lz4-groups')
    for (let at = 40; at < whole.length - footerOf(whole).length - 8; at += 997) {
      const bytes = Buffer.from(whole)
      bytes.fill(0xa7, at, at + 60)
      const folder = folderOf({ 'a.parquet': bytes })
      const end = (await runIn(folder, database, { queries: phases })).ends.get('flight_phase_counts')
      // Literal bytes of a page may be any.
      if (end)
        expect(end).toMatchObject({
          code: 'corrupt',
          message: `${join(folder, 'silver', 'a.parquet')} is not a whole Parquet file: it is damaged or was cut off; restore it from a copy`
        })
    }
  })

  test('and that another codec only claims to be is called damaged', async () => {
    const folder = folderOf({ 'a.parquet': claiming(codec.lz4) })
    expect((await runIn(folder, database, { queries: phases })).ends.get('flight_phase_counts')).toMatchObject({
      code: 'corrupt'
    })
  })
})
