import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { typeName } from '#shared/engine/valueType.ts'
import { findPartitions } from '#electron/source/hivePartitions.ts'
import {
  partitionText,
  partitionTypeOf,
  widerPartitionType,
  type PartitionType
} from '#electron/source/partitionTypes.ts'
import { repository } from '#test/support/folders.ts'

interface Values {
  readonly values: readonly string[]
  readonly type: string
  readonly texts: readonly (string | null)[]
}

interface Tree {
  readonly files: readonly (readonly [path: string, columns: Readonly<Record<string, unknown>>])[]
  readonly columns?: readonly (readonly [name: string, type: string])[]
  readonly rows?: readonly (readonly (string | null)[])[]
  readonly refused?: string
}

const asked = JSON.parse(readFileSync(join(repository, 'test/fixtures/spark/partition-folders.json'), 'utf8')) as {
  values: Values[]
  together: Values[]
  trees: Tree[]
}

const sparkNames: Readonly<Record<string, string>> = { integer: 'int', long: 'bigint' }
const sparkName = (type: PartitionType): string => sparkNames[typeName(type)] ?? typeName(type)

/** A value as Spark casts it to text; doubles and times as what they stand for. */
function comparable(type: string, text: string | null): unknown {
  if (text === null) return null
  if (type === 'double') return Number(text.replace(/inf$/, 'Infinity').replace('nan', 'NaN'))
  return type === 'timestamp'
    ? Date.parse(`${text.replace(' ', 'T').replace('+00:00', '')}Z`.replace(/^\+?(\d{5})-/, '+0$1-'))
    : text.replace(/^\+(?=\d{5}-)/, '')
}

describe('O12 values of partition folders have the types and values that Spark 3.5.7 gives them', () => {
  test.each([...asked.values, ...asked.together].map((one) => [JSON.stringify(one.values), one] as const))(
    '%s',
    (_, { values, type, texts }) => {
      const wide = values.map(partitionTypeOf).reduce(widerPartitionType)
      expect(sparkName(wide)).toBe(type)
      expect(values.map((raw) => comparable(type, partitionText(raw, wide)))).toEqual(
        texts.map((text) => comparable(type, text))
      )
    }
  )
})

describe('O12 partition folders are found where Spark 3.5.7 finds them, and refused where it refuses', () => {
  /** Its listing passes over these before it looks for partitions. */
  const isHidden = (path: string): boolean =>
    path
      .split('/')
      .some(
        (name) => name.startsWith('.') || (name.startsWith('_') && !name.includes('=')) || name.endsWith('._COPYING_')
      )
  test.each(asked.trees.map((tree) => [tree.files.map(([path]) => path).join(' '), tree] as const))(
    '%s',
    (_, { files, columns = [], rows, refused }) => {
      const paths = files.map(([path]) => path).filter((path) => !isHidden(path))
      if (refused !== undefined) {
        expect(() => findPartitions(paths, '/silver')).toThrow(
          new RegExp(refused === 'Empty partition column' ? 'no column name before|no value after' : refused)
        )
        return
      }
      const found = findPartitions(paths, '/silver')
      const partitions = columns.filter(([name]) => found.columns.some((column) => column.name === name))
      expect(found.columns.map(({ name, type }) => [name, sparkName(type)])).toEqual(
        partitions.map(([name, type]) => [name, type])
      )
      const read = paths.filter((path) => !found.isBeside(path))
      const values = rows?.map((row) =>
        Object.fromEntries(partitions.map(([name]) => [name, row[columns.findIndex((column) => column[0] === name)]]))
      )
      expect(read.map((path) => found.valuesOf(path))).toEqual(values)
    }
  )
})

describe('O12 folders that come after the run has begun', () => {
  const found = findPartitions(
    ['lake/n=1/t=2026-01-23/a.parquet', 'lake/n=3000000000/t=2026-01-24/a.parquet'],
    '/silver'
  )
  test('give values of the types that the columns have', () => {
    expect(found.valuesOf('lake/n=2/T=__HIVE_DEFAULT_PARTITION__/deeper/b.parquet')).toEqual({ n: '2', t: null })
  })

  test.each([
    [
      'lake/n=x/t=2026-01-23/b.parquet',
      'the folder /silver/lake/n=x/t=2026-01-23 gives n the value "x" (string), and n is long in the folders that were there when the run began: rename that folder, or start with a new checkpoint'
    ],
    [
      'lake/n=1/t=2026-01-23 12%3A00%3A00/b.parquet',
      'gives t the value "2026-01-23 12:00:00" (timestamp), and t is date'
    ],
    ['lake/n=1.5/t=2026-01-23/b.parquet', 'gives n the value "1.5" (double), and n is long'],
    ['lake/n=1/b.parquet', 'partition folders of different columns, lake/n=1/t=2026-01-23 (n, t) and lake/n=1 (n)'],
    ['lake/t=2026-01-23/n=1/b.parquet', 'partition folders of different columns'],
    [
      'other/n=1/t=2026-01-23/b.parquet',
      'has files in lake/n=1/t=2026-01-23 and in other/n=1/t=2026-01-23, whose partition folders do not begin in the same place'
    ],
    ['other/b.parquet', 'and in other (no partition folder)'],
    ['lake/n=/t=1/b.parquet', 'has no value after the equals sign of "n="']
  ])('or are refused: %s', (path, says) => {
    expect(() => found.valuesOf(path)).toThrow(
      expect.objectContaining({ code: 'schema', message: expect.stringContaining(says) as string }) as Error
    )
  })

  test('or lie beside the others and are left out', () => {
    expect(['lake/c.parquet', 'lake/n=1/t=2026-01-23/c.parquet'].map(found.isBeside)).toEqual([true, false])
  })

  test('have no columns when there were none at the beginning', () => {
    const none = findPartitions(['a.parquet', 'sub/b.parquet'], '/silver')
    expect([none.columns, none.valuesOf('deeper/c.parquet')]).toEqual([[], {}])
    expect(() => none.valuesOf('n=1/c.parquet')).toThrow(
      '/silver/n=1/c.parquet lies in the partition folder n=1, and there was none when the run began'
    )
  })
})

test('O12 folders whose percent codes are UTF-8 are told, since Spark reads a character for each', () => {
  const names = ['C%C3%B4te', 'Korea%2C Republic of', '%FF', 'Côte', 'C%C3%B4te']
  expect(
    findPartitions(
      names.map((name, i) => `c=${name}/x=${i}/a.parquet`),
      '/silver'
    ).misread
  ).toEqual([{ folder: 'c=C%C3%B4te', value: 'CÃ´te', meant: 'Côte' }])
})
