import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#electron/duckdb/database.ts'
import { checkSource } from '#electron/host/checkSource.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { add, logFile, protocol, writeLog, writeText } from '#test/delta/handMade.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { silverMetaData } from '#test/support/observations.ts'
import { now, placeFile } from '#test/support/parquetStory.ts'
import { phases, progressOf, runIn, runWhole } from '#test/support/runIn.ts'
import { storyClock } from '#test/support/storyClock.ts'

const database = await openDatabase()
afterAll(() => database.close())

const place = (folder: string, path: string) => placeFile(database, folder, path, 5)

/** A table at a path below a folder, with a data file in it. */
const tables = {
  async delta(folder: string, path: string): Promise<void> {
    await place(folder, `${path}/day=1/a.parquet`)
    writeLog(join(folder, path), [[protocol(), silverMetaData(), add('day=1/a.parquet')]])
    await place(folder, `${path}/_change_data/c.parquet`)
    writeText(folder, `${path}/ab/deletion_vector_1.bin`, 'x')
  },
  async emptyDelta(folder: string, path: string): Promise<void> {
    await place(folder, `${path}/a.parquet`)
    mkdirSync(join(folder, path, '_delta_log'))
  },
  async iceberg(folder: string, path: string): Promise<void> {
    await place(folder, `${path}/data/day=1/a.parquet`)
    writeText(folder, `${path}/metadata/00000-ab.metadata.json`, '{}')
    writeText(folder, `${path}/metadata/snap-1.avro`, 'x')
  },
  async icebergOfHadoop(folder: string, path: string): Promise<void> {
    await place(folder, `${path}/data/a.parquet`)
    writeText(folder, `${path}/metadata/version-hint.text`, '1')
  },
  async icebergZipped(folder: string, path: string): Promise<void> {
    await place(folder, `${path}/data/0110/1010/day=1/a.parquet`)
    writeText(folder, `${path}/metadata/v3.gz.metadata.json`, 'x')
  },
  async hudi(folder: string, path: string): Promise<void> {
    await place(folder, `${path}/day=1/a.parquet`)
    writeText(folder, `${path}/.hoodie/hoodie.properties`, 'x')
    writeText(folder, `${path}/day=1/.hoodie_partition_metadata`, 'x')
  }
} as const

type Kind = keyof typeof tables

const nameOf = (kind: Kind): string => (/delta/i.test(kind) ? 'Delta' : kind === 'hudi' ? 'Hudi' : 'Iceberg')

/** What a replay, a watch and the workbench's check say of a folder; `FOLDER` for where the test's things are. */
async function saidOf(folder: string, silver: string, format?: 'delta' | 'parquet'): Promise<string[]> {
  const settings = { silver: { uri: join(folder, silver), ...(format && { format }) }, queries: phases }
  const replay = await runIn(folder, database, settings)
  const watch = await runIn(folder, database, { ...settings, trigger: { kind: 'processingTime' } })
  const report = await checkSource(join(folder, silver), {}, { database, openStorage })
  const failed = report.steps.find(({ state }) => state === 'failed')
  const said = [
    replay.ends.get('flight_phase_counts')?.message,
    watch.ends.get('flight_phase_counts')?.message,
    `${failed?.name}: ${failed?.text}`
  ]
  return said.map((text) => text?.replaceAll(folder, 'FOLDER') ?? 'nothing')
}

function sameOf([replay, watch, checked]: readonly string[]): string {
  expect([watch, checked]).toEqual([replay, `Parquet files read: ${replay}.`])
  return replay!
}

const unread = (kind: Kind): string =>
  `${nameOf(kind)} tables (read as plain files, removed and unfinished data would count): give a Delta table, or a folder that its rows were exported to as plain Parquet files`

describe('decisions 1.7 a folder that holds tables is not read as plain Parquet, and is told which they are', () => {
  test.each([1, 2, 4])('a Delta table, %i folders below', async (levels) => {
    const folder = temporaryFolder('above')
    const table = Array(levels).fill('deep').join('/')
    await tables.delta(folder, `lake/${table}`)
    expect(sameOf(await saidOf(folder, 'lake'))).toBe(
      `FOLDER/lake holds the Delta table FOLDER/lake/${table}; read as plain files, removed and unfinished data would count: give FOLDER/lake/${table}`
    )
  })

  test.each(['delta', 'emptyDelta'] as const)('a Delta table in a partition of plain files: %s', async (kind) => {
    const folder = temporaryFolder('above')
    await place(folder, 'lake/day=1/a.parquet')
    await tables[kind](folder, 'lake/day=2/table')
    expect(sameOf(await saidOf(folder, 'lake/'))).toMatch(
      /^FOLDER\/lake holds the Delta table FOLDER\/lake\/day=2\/table; /
    )
  })

  test.each(['iceberg', 'icebergOfHadoop', 'icebergZipped', 'hudi'] as const)(
    'a table that is not read: %s',
    async (kind) => {
      const folder = temporaryFolder('above')
      await tables[kind](folder, 'lake/table')
      expect(sameOf(await saidOf(folder, 'lake'))).toBe(
        `FOLDER/lake holds the ${nameOf(kind)} table FOLDER/lake/table; read as plain files, removed and unfinished data would count; Contrail does not read ${nameOf(kind)} tables: give a Delta table, or a folder that its rows were exported to as plain Parquet files`
      )
      expect(sameOf(await saidOf(folder, 'lake/table'))).toMatch(
        new RegExp(`^FOLDER/lake/table is an? ${nameOf(kind)} table, which Contrail does not read `)
      )
    }
  )

  test('several tables of all kinds', async () => {
    const folder = temporaryFolder('above')
    await tables.hudi(folder, 'lake/d')
    await tables.iceberg(folder, 'lake/c')
    await tables.delta(folder, 'lake/b')
    await tables.delta(folder, 'lake/a/deep')
    expect(sameOf(await saidOf(folder, 'lake'))).toBe(
      'FOLDER/lake holds the Delta table FOLDER/lake/a/deep, the Delta table FOLDER/lake/b, the Iceberg table FOLDER/lake/c, and 1 more; read as plain files, removed and unfinished data would count; Contrail does not read Iceberg and Hudi tables: give the one that is meant, for example FOLDER/lake/a/deep'
    )
  })

  test('links to a log, within the folder and out of it', async () => {
    const folder = temporaryFolder('above')
    await tables.delta(folder, 'elsewhere')
    await place(folder, 'lake/out/a.parquet')
    symlinkSync(join(folder, 'elsewhere/_delta_log'), join(folder, 'lake/out/_delta_log'))
    expect(sameOf(await saidOf(folder, 'lake'))).toMatch(/^FOLDER\/lake holds the Delta table FOLDER\/lake\/out; /)
    rmSync(join(folder, 'lake/out'), { recursive: true })
    await place(folder, 'lake/in/a.parquet')
    writeText(folder, 'lake/_log/0.json', '')
    symlinkSync(join(folder, 'lake/_log'), join(folder, 'lake/in/_delta_log'))
    expect(sameOf(await saidOf(folder, 'lake'))).toMatch(/^FOLDER\/lake holds the Delta table FOLDER\/lake\/in; /)
  })
})

describe('decisions 1.7 a folder inside a table is not read, and the table is named', () => {
  const inside: readonly (readonly [kind: Kind, folder: string])[] = [
    ['delta', 'day=1'],
    ['delta', '_delta_log'],
    ['delta', '_change_data'],
    ['delta', 'ab'],
    ['emptyDelta', 'deeper/and/deeper'],
    ['iceberg', 'data'],
    ['iceberg', 'data/day=1'],
    ['iceberg', 'metadata'],
    ['icebergOfHadoop', 'data'],
    ['icebergZipped', 'data/0110/1010/day=1'],
    ['hudi', 'day=1'],
    ['hudi', '.hoodie']
  ]
  test.each(inside)('%s: %s', async (kind, path) => {
    const folder = temporaryFolder('inside')
    await tables[kind](folder, 'lake/table')
    await place(folder, `lake/table/${path}/more.parquet`)
    const next = /delta/i.test(kind)
      ? '; read as plain files, removed and unfinished data would count: give FOLDER/lake/table'
      : `, and Contrail does not read ${unread(kind)}`
    expect(sameOf(await saidOf(folder, `lake/table/${path}`))).toBe(
      `FOLDER/lake/table/${path} lies inside the ${nameOf(kind)} table FOLDER/lake/table${next}`
    )
  })

  test('behind a link', async () => {
    const folder = temporaryFolder('inside')
    await tables.delta(folder, 'lake/table')
    symlinkSync(join(folder, 'lake/table/day=1'), join(folder, 'today'))
    expect(sameOf(await saidOf(folder, 'today'))).toMatch(
      /^FOLDER\/today lies inside the Delta table FOLDER\/lake\/table; /
    )
  })

  test('whatever format is asked for', async () => {
    const folder = temporaryFolder('inside')
    await tables.delta(folder, 'lake/table')
    for (const format of ['delta', 'parquet'] as const) {
      expect((await saidOf(folder, 'lake/table/day=1', format))[0]).toMatch(
        / lies inside the Delta table FOLDER\/lake\/table; /
      )
      expect((await saidOf(folder, 'lake', format))[0]).toMatch(/ holds the Delta table FOLDER\/lake\/table; /)
    }
  })
})

describe('decisions 1.7 what merely looks like a table is read', () => {
  test.each([
    ['a folder called metadata', 'metadata/a.json'],
    ['metadata of another kind, deeper', 'x/metadata/deeper/v1.metadata.json'],
    ['a Delta table in a hidden folder', '_old/table/_delta_log/00000000000000000000.json'],
    ['a Hudi table in a hidden folder', '.trash/.hoodie/hoodie.properties'],
    ['a file called as a log', 'x/_delta_log'],
    ['a file called as a folder of Hudi', '.hoodie']
  ])('%s', async (_, path) => {
    const folder = temporaryFolder('plain')
    await place(folder, 'silver/a.parquet')
    await place(folder, 'silver/metadata/b.parquet')
    writeText(folder, `silver/${path}`, '{}')
    const outing = await runWhole(folder, database, { queries: phases })
    expect(progressOf(outing, 'flight_phase_counts')[0]!.numInputRows).toBe(2)
  })

  test('a plain folder beside tables, and a Delta table that has the metadata of Iceberg or Hudi beside its log', async () => {
    const folder = temporaryFolder('plain')
    await tables.delta(folder, 'lake/table')
    await tables.iceberg(folder, 'lake/other')
    await place(folder, 'lake/plain/a.parquet')
    const rowsOf = async (silver: string, gold: string) =>
      progressOf(
        await runWhole(folder, database, {
          silver: { uri: join(folder, silver) },
          gold: { uri: join(folder, gold) },
          checkpoints: { uri: join(folder, `${gold}-checkpoints`) },
          queries: phases
        }),
        'flight_phase_counts'
      )[0]!.numInputRows
    expect(await rowsOf('lake/plain', 'g1')).toBe(1)
    writeText(folder, 'lake/table/metadata/v1.metadata.json', '{}')
    writeText(folder, 'lake/table/.hoodie/hoodie.properties', '')
    expect(await rowsOf('lake/table', 'g2')).toBe(1)
  })
})

describe('decisions 1.7 a watch stops when a table comes', () => {
  const commit = [protocol(), silverMetaData(), add('a.parquet')]
  test.each([
    [
      'in its folder',
      (folder: string) => writeLog(join(folder, 'silver'), [commit]),
      'FOLDER/silver has become a Delta table: read as plain files, removed and unfinished data would count; start again with a new checkpoint'
    ],
    [
      'in its folder, still empty',
      (folder: string) => void mkdirSync(join(folder, 'silver/_delta_log')),
      'FOLDER/silver has become a Delta table: read as plain files, removed and unfinished data would count; start again with a new checkpoint'
    ],
    [
      'below',
      (folder: string) => tables.delta(folder, 'silver/new'),
      'FOLDER/silver has come to hold the Delta table FOLDER/silver/new; read as plain files, removed and unfinished data would count: give FOLDER/silver/new, and start with a new checkpoint'
    ],
    [
      'of Iceberg',
      (folder: string) => tables.iceberg(folder, 'silver/new'),
      'FOLDER/silver has come to hold the Iceberg table FOLDER/silver/new; read as plain files, removed and unfinished data would count; Contrail does not read Iceberg tables: give a Delta table, or a folder that its rows were exported to as plain Parquet files'
    ],
    [
      'above',
      (folder: string) => writeText(folder, logFile(0), '{}'),
      'FOLDER/silver has come to lie inside the Delta table FOLDER; read as plain files, removed and unfinished data would count: give FOLDER, and start with a new checkpoint'
    ]
  ])('%s', async (_, come, says) => {
    const folder = temporaryFolder('comes')
    await place(folder, 'silver/a.parquet')
    const { clock, signal } = storyClock(now, 1, [
      () => undefined,
      () => come(folder),
      () => undefined,
      () => undefined
    ])
    const { ends } = await runIn(
      folder,
      database,
      { trigger: { kind: 'processingTime' }, queries: phases },
      { clock, signal }
    )
    const end = ends.get('flight_phase_counts')
    expect(end).toMatchObject({ code: 'changed' })
    expect(end!.message.replaceAll(folder, 'FOLDER')).toBe(says)
  })
})
