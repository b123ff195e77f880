import { keywords, sqlTokens } from '#renderer/duckdb/sqlTokens.ts'

/** Words that begin a part of a query, and a line. */
const clauses: ReadonlySet<string> = new Set(['SELECT', 'FROM', 'WHERE', 'GROUP', 'HAVING', 'QUALIFY', 'WINDOW', 'ORDER', 'LIMIT', 'OFFSET', 'UNION', 'INTERSECT', 'EXCEPT', 'VALUES', 'WITH'])
const joins: ReadonlySet<string> = new Set(['NATURAL', 'ASOF', 'POSITIONAL', 'CROSS', 'INNER', 'LEFT', 'RIGHT', 'FULL', 'SEMI', 'ANTI', 'OUTER', 'JOIN'])

interface Frame {
  readonly isQuery: boolean
  readonly indent: number
  clause: string
  isBetween: boolean
}

/**
 * The same statement with each part on a line of its own and DuckDB's words in capitals. Only blanks and the case of these words change: what was written
 * together stays together.
 */
export function formatSql(text: string): string {
  const tokens = sqlTokens(text)
  const frames: Frame[] = [{ isQuery: true, indent: 0, clause: '', isBetween: false }]
  let out = ''
  let mustBreak = false
  const wordAt = (i: number): string => (tokens[i]?.kind === 'word' ? text.slice(tokens[i].start, tokens[i].end).toUpperCase() : '')
  const signAt = (i: number): string => (tokens[i]?.kind === 'sign' ? text.slice(tokens[i].start, tokens[i].end) : '')

  for (const [i, token] of tokens.entries()) {
    const frame = frames.at(-1)!
    const word = isNamePart(i) ? '' : wordAt(i)
    const gap = i > 0 && tokens[i - 1]!.end < token.start
    const indent = breakBefore(i, frame, word)
    if (i > 0) out += indent !== undefined || mustBreak ? `\n${' '.repeat(indent ?? frame.indent + (frame.clause === 'SELECT' ? 7 : 2))}` : gap ? ' ' : ''
    mustBreak = token.kind === 'comment' && text.startsWith('--', token.start)
    out += word !== '' && keywords.has(word) ? word : text.slice(token.start, token.end).trimEnd()
    if (frame.isQuery && (clauses.has(word) || joins.has(word))) frame.clause = word
    if (word === 'BETWEEN') frame.isBetween = true
    else if (word === 'AND') frame.isBetween = false
    if (signAt(i) === '(') {
      const isQuery = ['SELECT', 'WITH', 'FROM', 'VALUES'].includes(wordAt(i + 1))
      frames.push({ isQuery, indent: frame.indent + (isQuery ? 2 : 0), clause: '', isBetween: false })
    } else if (signAt(i) === ')' && frames.length > 1) frames.pop()
  }
  return out

  /** Of a column that is called as a word of DuckDB's is. */
  function isNamePart(i: number): boolean {
    return signAt(i - 1) === '.' || signAt(i + 1) === '.'
  }

  /** Blanks that the line of a token begins with; undefined: it stays on the line that is there. */
  function breakBefore(i: number, frame: Frame, word: string): number | undefined {
    const token = tokens[i]!
    const before = text.slice(tokens[i - 1]?.end ?? 0, token.start)
    if (token.kind === 'comment' && /\n/.test(before)) return frame.indent
    if (signAt(i) === ')' && frame.isQuery && frames.length > 1) return frames.at(-2)!.indent
    if (!frame.isQuery) return undefined
    if (clauses.has(word) && !(word === 'FROM' && wordAt(i - 1) === 'DISTINCT')) return wordAt(i - 1) === 'EXPLAIN' || wordAt(i - 1) === 'ANALYZE' ? undefined : frame.indent
    if (joins.has(word) && !joins.has(wordAt(i - 1)) && signAt(i + 1) !== '(') return frame.indent
    if ((word === 'AND' || word === 'OR') && !frame.isBetween) return frame.indent + 2
    if (signAt(i - 1) === ',' && (frame.clause === 'SELECT' || frame.clause === 'WITH')) return frame.indent + (frame.clause === 'SELECT' ? 7 : 2)
    return undefined
  }
}
