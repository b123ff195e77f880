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
      const [whole, name, operator, inQuotes, bare] = match
      const found = columnOf(name!, columns)
      if (!found) return { fault: `there is no column ${name}: the columns are ${columns.map((column) => column.name).join(', ')}` }
      const condition = compare(found, operator!, inQuotes ?? bare!)
      if (condition === undefined) return { fault: `${found.name} is compared with a ${found.kind === 'instant' ? 'time such as 13:29 or 2026-01-23T13:29:00' : 'number such as 0.5'}, not with ${inQuotes ?? bare}` }
      conditions.push(condition)
      rest = rest.slice(whole.length).trimStart()
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

function compare({ name, kind }: GridColumn, operator: string, value: string): string | undefined {
  const column = quoted(name)
  if (kind === 'text') return `${operator === '=' ? '' : operator === '!=' || operator === '<>' ? 'NOT ' : ''}${operator === '=' || operator === '!=' || operator === '<>' ? `(coalesce(lower(${column}), '') = ${literal(value.toLowerCase())})` : `${column} ${operator} ${literal(value)}`}`
  if (kind === 'number') {
    const number = Number(value.replaceAll(',', '').replace('\u2212', '-').replace(/%$/, ''))
    if (value === '' || !Number.isFinite(number)) return undefined
    // Decimals that come as text, too.
    return `TRY_CAST(${column} AS DOUBLE) ${operator} ${value.endsWith('%') ? number / 100 : number}`
  }
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?Z?$/.exec(value)
  if (clock) return `CAST(${column} AS TIME) ${operator} TIME '${clock[1]!.padStart(2, '0')}:${clock[2]}:${clock[3] ?? '00'}'`
  const ms = Date.parse(/[zZ]$|[+-]\d\d:\d\d$/.test(value) || !value.includes('T') ? value : `${value}Z`)
  return Number.isNaN(ms) ? undefined : `${column} ${operator} make_timestamp(${ms * 1000})`
}

/** In any text of the row, in any case of letters. */
function holds(word: string, columns: readonly GridColumn[]): string {
  const texts = columns.filter(({ kind }) => kind === 'text')
  return texts.length === 0 ? 'false' : `(${texts.map(({ name }) => `contains(lower(coalesce(${quoted(name)}, '')), ${literal(word.toLowerCase())})`).join(' OR ')})`
}
