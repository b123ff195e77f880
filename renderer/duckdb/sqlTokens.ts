/** A piece of SQL: `text.slice(start, end)`. Blanks lie between them. An unfinished text or comment goes on to the end. */
export interface SqlToken {
  readonly kind: 'word' | 'quoted' | 'text' | 'number' | 'comment' | 'sign'
  readonly start: number
  readonly end: number
}

const patterns: readonly (readonly [SqlToken['kind'], RegExp])[] = [
  ['comment', /--[^\r\n]*/y],
  ['text', /[eE]'(?:[^'\\]|''|\\[^])*(?:'|$)/y],
  ['text', /(?:[xXbB])?'(?:[^']|'')*(?:'|$)/y],
  ['quoted', /"(?:[^"]|"")*(?:"|$)/y],
  ['text', /(\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$)[^]*?(?:\1|$)/uy],
  ['number', /(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y],
  ['word', /[\p{L}_][\p{L}\p{N}_$]*/uy],
  ['sign', /::|<=|>=|<>|!=|\|\||->>?|=>|[^\s]/uy]
]

/** SQL as DuckDB cuts it, well enough to colour it and to tell what a statement does; whether it is right is for DuckDB to say. */
export function sqlTokens(text: string): SqlToken[] {
  const tokens: SqlToken[] = []
  for (let at = 0; at < text.length; ) {
    if (/\s/.test(text[at]!)) {
      at += 1
      continue
    }
    const token = text.startsWith('/*', at) ? { kind: 'comment' as const, start: at, end: commentEnd(text, at) } : tokenAt(text, at)
    tokens.push(token)
    at = token.end
  }
  return tokens
}

function tokenAt(text: string, start: number): SqlToken {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = start
    const found = pattern.exec(text)
    if (found) return { kind, start, end: start + found[0].length }
  }
  return { kind: 'sign', start, end: start + 1 }
}

/** Such comments lie within each other. */
function commentEnd(text: string, start: number): number {
  const edge = /\/\*|\*\//g
  edge.lastIndex = start
  let depth = 0
  for (let found = edge.exec(text); found; found = edge.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return edge.lastIndex
  }
  return text.length
}

/** Words that are DuckDB's own, for colouring. */
export const keywords: ReadonlySet<string> = new Set(
  (
    'ALL AND ANTI ANY AS ASC ASOF BETWEEN BY CASE CAST COLLATE CROSS CUBE CURRENT DESC DESCRIBE DISTINCT ELSE END ESCAPE EXCEPT EXCLUDE EXISTS EXPLAIN ANALYZE FALSE FILTER FIRST FOLLOWING FROM FULL GROUP GROUPING HAVING ' +
    'ILIKE IN INNER INTERSECT INTERVAL IS JOIN LAST LATERAL LEFT LIKE LIMIT MATERIALIZED NATURAL NOT NULL NULLS OFFSET ON OR ORDER OUTER OVER PARTITION PIVOT POSITIONAL PRECEDING QUALIFY RANGE RECURSIVE REPLACE RIGHT ' +
    'ROLLUP ROW SAMPLE SELECT SEMI SETS SHOW SUMMARIZE TABLES THEN TRUE TRY_CAST UNBOUNDED UNION UNNEST UNPIVOT USING VALUES WHEN WHERE WINDOW WITH'
  ).split(' ')
)
