import { Fault } from '#shared/engine/fault.ts'
import type { ColumnMapping } from '#shared/pipeline/columnMapping.ts'
import { originText } from '#shared/pipeline/originText.ts'
import { quoteName } from '#shared/query/sqlText.ts'
import type { Database } from '../duckdb/database.ts'
import { madeColumns } from '../source/mapColumns.ts'
import type { MadeColumn } from '../source/makeColumn.ts'
import { queryOneFile, type Reading } from './sourceSteps.ts'

/** A sentence on what a mapping makes of the values in one file. */
export interface MappedNote {
  readonly text: string
  /** Something may be wrong with the mapping. */
  readonly isWarning: boolean
}

/** Of one mapped column in one file. */
interface Values {
  /** That are not null before the mapping. */
  readonly given: number
  /** Of those: null after it. */
  readonly lost: number
  readonly example: string | null
  readonly first: string | null
  readonly last: string | null
}

const longestExample = 40

/**
 * What a mapping makes of the values of one file: a note where a value becomes null, and one with the span of a time.
 * Fault `schema` where nothing at all comes of a time: no row would count. Columns that are mapped as they are have no
 * notes.
 */
export async function noteMapped(
  database: Database,
  read: Pick<Reading, 'source' | 'range' | 'files'>,
  mapping: ColumnMapping,
  pastBad = false
): Promise<readonly MappedNote[]> {
  const made = [...madeColumns(read.source, mapping).values()].filter(
    ({ name }) => mapping[name]?.as !== undefined || mapping[name]?.factor !== undefined
  )
  if (made.length === 0) return []
  const columns = [...new Set(made.flatMap(({ reads }) => reads))]
  const answer = await queryOneFile(
    database,
    read.source,
    read,
    { columns, select: made.map(valuesSql).join(', ') },
    pastBad
  )
  const [row] = answer?.result.rows() ?? []
  if (!answer || !row) return []
  return made.flatMap((column, i) =>
    notesOf(column, originText({ ...mapping[column.name], from: column.reads[0] }), valuesOf(row, i), answer.path)
  )
}

const isTime = ({ type }: MadeColumn): boolean => typeof type !== 'string' && type.kind === 'timestamp'

function valuesSql(column: MadeColumn, i: number): string {
  const from = quoteName(column.reads[0])
  const lost = `${from} IS NOT NULL AND (${column.sql}) IS NULL`
  const ends = isTime(column)
    ? [`min(${column.sql})::VARCHAR AS first${i}`, `max(${column.sql})::VARCHAR AS last${i}`]
    : []
  return [
    `count(${from})::DOUBLE AS given${i}`,
    `(count(*) FILTER (WHERE ${lost}))::DOUBLE AS lost${i}`,
    `any_value(left(${from}::VARCHAR, ${longestExample})) FILTER (WHERE ${lost}) AS example${i}`,
    ...ends
  ].join(', ')
}

function valuesOf(row: Readonly<Record<string, unknown>>, i: number): Values {
  const text = (key: string): string | null =>
    typeof row[`${key}${i}`] === 'string' ? (row[`${key}${i}`] as string) : null
  return {
    given: Number(row[`given${i}`]),
    lost: Number(row[`lost${i}`]),
    example: text('example'),
    first: text('first'),
    last: text('last')
  }
}

function notesOf(column: MadeColumn, origin: string, values: Values, path: string): MappedNote[] {
  return isTime(column) ? timeNotes(column.name, origin, values, path) : otherNotes(column.name, origin, values)
}

function timeNotes(
  name: string,
  origin: string,
  { given, lost, example, first, last }: Values,
  path: string
): MappedNote[] {
  if (given > 0 && lost === given) {
    throw new Fault(
      'schema',
      `no value in ${path} is a time as silver.columns.${name} reads it, ${origin}: ${exampleText(example)} is none, for instance; map it in another form, or from another column`
    )
  }
  return [
    ...(first === null ? [] : [{ text: `${name} runs from ${first} to ${last}.`, isWarning: false }]),
    ...(lost === 0
      ? []
      : [
          {
            text: `${counted(lost, given)} of ${origin} ${lost === 1 ? 'is no time' : 'are no times'}, as ${exampleText(example)}: such rows count for no window.`,
            isWarning: true
          }
        ])
  ]
}

function otherNotes(name: string, origin: string, { given, lost, example }: Values): MappedNote[] {
  return lost === 0
    ? []
    : [
        {
          text: `${name} is empty for ${counted(lost, given)} of ${origin}, as ${exampleText(example)}.`,
          isWarning: lost === given
        }
      ]
}

const counted = (lost: number, given: number): string =>
  `${lost.toLocaleString('en-US')} of ${given.toLocaleString('en-US')} values`

const exampleText = (example: string | null): string => JSON.stringify(example ?? '')
