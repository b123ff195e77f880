import { mkdirSync, readFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readStream } from '#shared/arrow/readStream.ts'
import { quoteLiteral } from '#shared/query/sqlText.ts'
import { openDatabase } from '#electron/duckdb/database.ts'
import { checkSource } from '#electron/host/checkSource.ts'
import { exportTable } from '#electron/sink/exportTable.ts'
import { openLocalStore } from '#electron/storage/localStore.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { goldRows } from '#test/support/compareScenario.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { isState, openTestHost } from '#test/support/hosts.ts'
import { cruising, observationsSql, silverFields } from '#test/support/observations.ts'
import { minutesAgo } from '#test/support/parquetStory.ts'
import { runWhole } from '#test/support/runIn.ts'
import { add, metaData, protocol, writeLog } from '../delta/handMade.ts'

const database = await openDatabase()
afterAll(() => database.close())

const point = String.raw`'\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00!@\x00\x00\x00\x00\x00\x00I@'::BLOB`
const wkb = (about: object, others: object = {}): string =>
  JSON.stringify({
    version: '1.0.0',
    primary_column: 'geometry',
    columns: { geometry: { encoding: 'WKB', geometry_types: ['Point'], ...about } },
    ...others
  })

/** Metadata of GeoParquet, valid and not, over a column of bytes. */
const metadata: Readonly<Record<string, string>> = {
  'that is valid': wkb({}),
  'of version 0.4, which calls its types otherwise': wkb(
    { geometry_types: undefined, geometry_type: 'Point', crs: 'GEOGCRS["WGS 84"]' },
    { version: '0.4.0' }
  ),
  'without a version': wkb({}, { version: undefined }),
  'whose version is a number': wkb({}, { version: 1 }),
  'of a version to come': wkb({}, { version: '9.0.0' }),
  'whose reference system is a text': wkb({ crs: 'EPSG:4326' }),
  'whose reference system is a number': wkb({ crs: 4326 }),
  'whose types are no list': wkb({ geometry_types: 'Point' }),
  'of an encoding that nobody knows': wkb({ encoding: 'GML' }),
  'of points that are no points': wkb({ encoding: 'point' }),
  'of a column that is not there': wkb(
    {},
    { primary_column: 'geom', columns: { geom: { encoding: 'WKB', geometry_types: [] } } }
  ),
  'without columns': wkb({}, { columns: undefined }),
  'whose columns are a list': wkb({}, { columns: [] }),
  'of a column that is no geometry': wkb(
    {},
    { primary_column: 'flight_phase', columns: { flight_phase: { encoding: 'WKB', geometry_types: [] } } }
  ),
  'that is no JSON': '<not json>',
  'that is empty': '',
  'that is a number': '7'
}

async function writeGeo(file: string, geo: string, geometry = point, options = ''): Promise<void> {
  await database.run(
    `COPY (SELECT *, ${geometry} AS geometry FROM (${observationsSql([...cruising('12:00', '12:01'), ...cruising('12:30')])})) TO ${quoteLiteral(file)} (FORMAT PARQUET${options === '' ? `, KV_METADATA {geo: ${quoteLiteral(geo)}}` : options})`
  )
  utimesSync(file, minutesAgo(60), minutesAgo(60))
}

async function folderOf(geo: string, geometry?: string, options?: string): Promise<string> {
  const folder = temporaryFolder('geo')
  mkdirSync(join(folder, 'silver'))
  await writeGeo(join(folder, 'silver', 'a.parquet'), geo, geometry, options)
  return folder
}

const expected = [
  ['12:00', 1],
  ['12:01', 1]
]
async function counted(folder: string): Promise<unknown[]> {
  await runWhole(folder, database)
  return (await goldRows(join(folder, 'gold', 'flight_phase_counts'), database)).map((row) => [
    String(row.window_start).slice(11, 16),
    Number(row.flight_count)
  ])
}

describe('a folder with metadata of GeoParquet', () => {
  test.each(Object.entries(metadata))('%s is checked and read, since no query needs a geometry', async (_, geo) => {
    const folder = await folderOf(geo)
    const report = await checkSource(join(folder, 'silver'), {}, { database, openStorage })
    expect(report).toMatchObject({ ready: true, steps: Array.from({ length: 5 }, () => ({ state: 'passed' })) })
    expect(await counted(folder)).toEqual(expected)
  })

  test('whose bytes are no geometry is read as well', async () => {
    expect(await counted(await folderOf(wkb({}), String.raw`'\x00garbage'::BLOB`))).toEqual(expected)
  })
})

describe('a Delta table with metadata of GeoParquet', () => {
  async function tableOf(geo: string, geometry: string, type: unknown): Promise<string> {
    const folder = await folderOf(geo, geometry)
    writeLog(join(folder, 'silver'), [
      [protocol(), metaData([...silverFields, { name: 'geometry', type }]), add('a.parquet')]
    ])
    return folder
  }

  test.each([metadata['without a version']!, metadata['that is valid']!])(
    'is read, and exported with its geometry as the bytes that are there, as Spark has it: %s',
    async (geo) => {
      const folder = await tableOf(geo, point, 'binary')
      expect(await counted(folder)).toEqual(expected)
      const { file } = await exportTable(database, {
        table: openLocalStore(join(folder, 'silver')),
        to: join(folder, 'out.csv'),
        columns: ['geometry'],
        force: false
      })
      expect(readFileSync(file, 'utf8').split('\r\n')[1]).toBe('010100000000000000000021400000000000004940')
      await exportTable(database, {
        table: openLocalStore(join(folder, 'silver')),
        to: join(folder, 'out.parquet'),
        force: false
      })
      expect(
        (
          await database.query(
            `SELECT typeof(geometry) AS type, hex(geometry) AS bytes FROM read_parquet(${quoteLiteral(join(folder, 'out.parquet'))}) LIMIT 1`
          )
        ).rows()
      ).toEqual([{ type: 'BLOB', bytes: '010100000000000000000021400000000000004940' }])
    }
  )

  test('whose geometry is a struct keeps it', async () => {
    const fields = ['x', 'y'].map((name) => ({ name, type: 'double', nullable: true, metadata: {} }))
    const folder = await tableOf(wkb({ encoding: 'point' }), "{'x': 8.5::DOUBLE, 'y': 50.0::DOUBLE}", {
      type: 'struct',
      fields
    })
    expect(await counted(folder)).toEqual(expected)
    const { file } = await exportTable(database, {
      table: openLocalStore(join(folder, 'silver')),
      to: join(folder, 'out.csv'),
      columns: ['geometry'],
      force: false
    })
    expect(readFileSync(file, 'utf8').split('\r\n')[1]).toBe('"{""x"":8.5,""y"":50.0}"')
  })
})

/** The values of a column of no query, as the page gets them. */
async function shown(folder: string): Promise<unknown[]> {
  const { host, heard } = await openTestHost()
  const run = await host.createRun({ silver: join(folder, 'silver'), mode: 'replay' })
  await host.openRun(run.id)
  await host.controlRun(run.id, { kind: 'play' })
  await heard.until(isState('done'))
  const { rows, given } = await host.silverRows(run.id, { query: 'flight_phase_counts', startMs: null, limits: null })
  expect(given).toBe(3)
  return [
    ...new Set(
      rows.flatMap((stream) =>
        Array.from(readStream(stream).columns.find(({ name }) => name === 'geometry')!.values as ArrayLike<unknown>)
      )
    )
  ]
}

test.each([
  ['bytes', point, '', '010100000000000000000021400000000000004940'],
  ['a struct', "{'x': 8.5::DOUBLE, 'y': 50.0::DOUBLE}", '', "{'x': 8.5, 'y': 50.0}"],
  ['a list of structs in a map', "MAP {'a': [{'x': 8.5::DOUBLE}]}", '', "{a=[{'x': 8.5}]}"],
  ["of Parquet's own type GEOMETRY", "'POINT(8.5 50)'::GEOMETRY", ", GEOPARQUET_VERSION 'NONE'", 'POINT (8.5 50)'],
  [
    "of Parquet's own type GEOMETRY, with metadata",
    "'POINT(8.5 50)'::GEOMETRY",
    ", GEOPARQUET_VERSION 'BOTH'",
    'POINT (8.5 50)'
  ],
  ['of a type that Spark does not know', "TIME '12:34:56'", '', '12:34:56'],
  ['an identifier', "'00000000-0000-0000-0000-00000000000a'::UUID", '', '00000000-0000-0000-0000-00000000000a']
])(
  'the workbench shows the rows of a folder that has a column which no query can use: %s',
  async (_, geometry, options, expectedValue) => {
    const folder = await folderOf(wkb({}), geometry, options)
    expect(await shown(folder)).toEqual([expectedValue])
  }
)
