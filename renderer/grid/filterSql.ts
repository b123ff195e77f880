import { isClock, parseClock, parseTime, timeAtStart } from '#shared/time/parseTime.ts'
import { literal, quoted, type GridColumn } from './gridColumn.ts'

export type Filter = { readonly sql: string } | { readonly fault: string }

const comparison = /^([\p{L}_][\p{L}\p{N}_]*)\s*(>=|<=|!=|<>|>|<|=)\s*(?:"([^"]*)"|(\S+))/u

/**
 * What a person types to filter rows, as a condition of DuckDB: words that some text of the row holds, and comparisons such as `rate > 0`,
 * `country = "San Marino"`, one after the other; all must hold. A column is called by its name or by the end of it. Empty: every row.
 */
export function filterSql(text: string, columns: readonly GridColumn[]): Filter {
  const conditions: string[] = []
  let rest = text.trim()
  while (rest !== '') {
    const and = /^(and|,|&)(?=\s|$)\s*/i.exec(rest)
    if (and && conditions.length > 0) {
      rest = rest.slice(and[0].length)
      continue
    }
    const match = comparison.exec(rest)
    if (match) {
      const [, name, operator, inQuotes, bare] = match
      const found = columnOf(name!, columns)
      if (!found) return { fault: `there is no column ${name}: the columns are ${columns.map((column) => column.name).join(', ')}` }
      // A time may have blanks in it, quotes or not.
      const time = found.kind === 'instant' && inQuotes === undefined ? timeAtStart(rest.slice(match[0].length - bare!.length)) : ''
      const value = inQuotes ?? (time.length > bare!.length ? time : bare!)
      const condition = compare(found, operator!, found.kind === 'instant' ? value.replace(/,$/, '') : value)
      if ('fault' in condition) return { fault: `${found.name} is compared with a ${found.kind === 'instant' ? 'time such as 13:29 or 2026-01-23T13:29:00' : 'number such as 0.5'}, not with ${value}${condition.fault}` }
      conditions.push(condition.sql)
      rest = rest.slice(match[0].length + (inQuotes === undefined ? value.length - bare!.length : 0)).trimStart()
      continue
    }
    const word = /^(?:"([^"]*)"|(\S+))/.exec(rest)!
    conditions.push(holds(word[1] ?? word[2]!, columns))
    rest = rest.slice(word[0].length).trimStart()
  }
  return { sql: conditions.length === 0 ? 'true' : conditions.join(' AND ') }
}

function columnOf(name: string, columns: readonly GridColumn[]): GridColumn | undefined {
  const wanted = name.toLowerCase()
  return columns.find((column) => column.name === wanted) ?? columns.find((column) => column.name.endsWith(`_${wanted}`)) ?? columns.find((column) => column.name.startsWith(`${wanted}_`))
}

/** `fault`: what is added to the sentence that says what the column is compared with. */
function compare({ name, kind }: GridColumn, operator: string, value: string): Filter {
  const column = quoted(name)
  if (kind === 'text') return { sql: compareText(column, operator, value) }
  if (kind === 'instant') return compareInstant(column, operator, value)
  const number = Number(value.replaceAll(',', '').replace('\u2212', '-').replace(/%$/, ''))
  if (value === '' || !Number.isFinite(number)) return { fault: '' }
  // Decimals that come as text, too.
  return { sql: `TRY_CAST(${column} AS DOUBLE) ${operator} ${value.endsWith('%') ? number / 100 : number}` }
}

function compareText(column: string, operator: string, value: string): string {
  if (operator !== '=' && operator !== '!=' && operator !== '<>') return `${column} ${operator} ${literal(value)}`
  return `${operator === '=' ? '' : 'NOT '}(coalesce(lower(${column}), '') = ${literal(value.toLowerCase())})`
}

/** With a time of day, or with an instant: in UTC where the text names no zone, whatever the zone of the machine or of the screen. */
function compareInstant(column: string, operator: string, value: string): Filter {
  const time = isClock(value) ? parseClock(value) : parseTime(value)
  if ('fault' in time) return { fault: time.fault === '' ? '' : `: ${time.fault}` }
  if (!('offsetUs' in time)) return { sql: `${column} ${operator} make_timestamp(${time.us})` }
  const ofDay = `(((epoch_us(${column}) % ${dayUs} + ${time.offsetUs}) % ${dayUs} + ${dayUs}) % ${dayUs})`
  return { sql: `isfinite(${column}) AND ${ofDay} ${operator} ${time.us}` }
}

const dayUs = 86_400_000_000n

/** In any text of the row, in any case of letters. */
function holds(word: string, columns: readonly GridColumn[]): string {
  const texts = columns.filter(({ kind }) => kind === 'text')
  return texts.length === 0 ? 'false' : `(${texts.map(({ name }) => `contains(lower(coalesce(${quoted(name)}, '')), ${literal(word.toLowerCase())})`).join(' OR ')})`
}
