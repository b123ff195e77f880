import { InvalidArgumentError } from 'commander'
import { columnForms, type ColumnOrigin } from '#shared/pipeline/columnMapping.ts'

/** For help and error messages. */
export const columnFlagText =
  "a column that silver has in another form, as 'event_timestamp=time as epoch seconds', " +
  "'event_timestamp=seen as local time in Europe/Berlin', 'altitude_meters=alt_baro * 0.3048'; once for each column"

const forms = columnForms.join('|')
const pattern = new RegExp(
  `^([^=]+?) *= *(.+?)(?: *\\* *([^*]+?))?(?: as (${forms})(?: in (\\S+))?(?: on ground by (.+))?)?$`
)

/**
 * NAME=COLUMN, then ` * FACTOR`, then ` as FORM`, then ` in ZONE` or ` on ground by COLUMN`. Blanks around = and * are
 * not part of a name: a column whose name has them there, or holds such words, is mapped with --columns in JSON. What
 * goes together, and which zones there are, the pipeline's parser says.
 */
export function parseColumnFlag(text: string): readonly [name: string, origin: ColumnOrigin] {
  const refuse = (why: string) =>
    new InvalidArgumentError(
      `--column is ${text}${why}: write it as 'event_timestamp=time as epoch seconds' or 'altitude_meters=alt_baro * 0.3048'`
    )
  const [, name, from, factor, as, zone, onGround] = pattern.exec(text) ?? []
  if (name === undefined || from === undefined) throw refuse('')
  const [, unknown] = / as (.*)$/.exec(`${from}${factor === undefined ? '' : ` * ${factor}`}`) ?? []
  if (unknown !== undefined) throw refuse(`, and a column can be read as ${columnForms.join(', ')}, not as ${unknown}`)
  const number = factor === undefined ? undefined : Number(factor.replace(/^\u2212/, '-'))
  if (number !== undefined && !Number.isFinite(number)) throw refuse(`, and the factor ${factor ?? ''} is not a number`)
  return [name, { from, factor: number, as: columnForms.find((form) => form === as), zone, onGround }]
}

/** Of all `--column` flags. A name that two of them give is refused. */
export function parseColumnFlags(texts: readonly string[]): Readonly<Record<string, ColumnOrigin>> {
  const columns = new Map<string, ColumnOrigin>()
  for (const text of texts) {
    const [name, origin] = parseColumnFlag(text)
    if (columns.has(name)) throw new InvalidArgumentError(`--column gives ${name} twice: give it once`)
    columns.set(
      name,
      Object.fromEntries(Object.entries(origin).filter(([, value]) => value !== undefined)) as unknown as ColumnOrigin
    )
  }
  return Object.fromEntries(columns)
}
