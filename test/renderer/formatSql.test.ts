import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sqlTokens } from '#renderer/duckdb/sqlTokens.ts'
import { bundledQueries } from '#renderer/panels/Sql/bundledQueries.ts'
import { formatSql } from '#renderer/panels/Sql/formatSql.ts'

const texts = (sql: string) => sqlTokens(sql).map(({ start, end }) => sql.slice(start, end).trimEnd().toLowerCase())

test('each part gets its line, and DuckDB’s words capitals', () => {
  expect(formatSql("-- why\nselect a.from, count(*) filter (where b>1) as n,max(c) from t left join u on t.a=u.a and t.b is distinct from u.b where x between 1 and 2 and y in (select y from v order by y limit 3) or z group by all order by n desc -- end")).toBe(
    `-- why
SELECT a.from,
       count(*) FILTER (WHERE b>1) AS n,
       max(c)
FROM t
LEFT JOIN u ON t.a=u.a
  AND t.b IS DISTINCT FROM u.b
WHERE x BETWEEN 1 AND 2
  AND y IN (
  SELECT y
  FROM v
  ORDER BY y
  LIMIT 3
)
  OR z
GROUP BY ALL
ORDER BY n DESC -- end`
  )
})

test('texts, names in quotes and comments stay as they are', () => {
  const sql = `SELECT 'from   where', "order  by" /* and  so */ FROM t`
  expect(texts(formatSql(sql))).toEqual(texts(sql))
  expect(formatSql(sql)).toContain("'from   where'")
})

test.each(bundledQueries.map(({ name, text }) => [name, text]))('%s means the same, and is formatted once', (_, text) => {
  expect(texts(formatSql(text))).toEqual(texts(text))
  expect(formatSql(formatSql(text))).toBe(formatSql(text))
})

test('whatever is written, only blanks and capitals change', () => {
  const piece = fc.constantFrom('select', 'FROM', '(', ')', ',', 'and', 'between', 'a', '"b c"', "'d'", '1.5', '-- e\n', '/* f */', '::', '.', ' ', '\n', 'left', 'join', "'g", ';')
  fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
    const sql = pieces.join('')
    expect(texts(formatSql(sql))).toEqual(texts(sql))
  }))
})
