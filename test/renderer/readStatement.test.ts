import { expect, test } from 'vitest'
import { offsetOf, placeOf, readStatement } from '#renderer/duckdb/readStatement.ts'
import { sqlTokens } from '#renderer/duckdb/sqlTokens.ts'

test.each(['SELECT 1', 'with a as (select 1) from a', 'FROM windows', 'VALUES (1)', 'describe files', 'SUMMARIZE progress', 'EXPLAIN ANALYZE SELECT 1', 'SHOW TABLES', '(SELECT 1) UNION (SELECT 2);', '-- why\n/* and /* how */ */ SELECT 1 -- so', "SELECT ';', '-- ', $$;$$, $a$ ; $a$, \"drop;\" FROM t", "SELECT e'it\\'s;'"])('runs %s', (text) => {
  expect(readStatement(text)).toMatchObject({ kind: 'read' })
})

test.each([
  ['INSERT INTO files VALUES (1)', /^INSERT is refused: the console only reads, and a statement begins with SELECT, WITH/],
  ["COPY files TO 'x.csv'", /^COPY is refused/],
  ["ATTACH 'x.db'", /^ATTACH is refused/],
  ['install json', /^INSTALL is refused/],
  ['LOAD json', /^LOAD is refused/],
  ["SET memory_limit = '1GB'", /^SET is refused/],
  ['PRAGMA version', /^PRAGMA is refused/],
  ['/* SELECT */ drop table files', /^DROP is refused/],
  ['WITH a AS (SELECT 1) INSERT INTO files FROM a', /^INSERT is refused, also after WITH/],
  ['EXPLAIN ANALYZE DELETE FROM files', /^DELETE is refused, also after EXPLAIN/],
  ['SELECT 1; DROP TABLE files', /^The console runs one statement at a time, and a second one begins here\.$/],
  ["SELECT 'a'';' ; SELECT 2", /one statement at a time/],
  ['SELCT 1', /^No statement begins with SELCT: a statement begins with SELECT/],
  ['', /^There is nothing to run/],
  ['-- only why', /^There is nothing to run/],
  ['; SELECT 1', /^There is nothing before this semicolon/]
])('refuses %s in a sentence', (text, sentence) => {
  expect(readStatement(text)).toMatchObject({ kind: 'refused', fault: expect.stringMatching(sentence) as string })
})

test('says where a second statement begins', () => {
  expect(readStatement('SELECT 1;\n  SELECT 2')).toMatchObject({ place: { line: 2, column: 3 } })
})

test('knows the names in a statement, quoted ones too, and none in texts and comments', () => {
  const found = readStatement(`SELECT w.rows FROM "Windows" w, Gold.anomaly_alerts -- late_rows\nWHERE 'files' = ''`)
  expect(found.kind === 'read' && [...found.names].sort()).toEqual(['anomaly_alerts', 'from', 'gold', 'rows', 'select', 'w', 'where', 'windows'])
})

test('runs what was written without its semicolon, lines and columns kept', () => {
  expect(readStatement('\n SELECT 1 ; -- done')).toMatchObject({ sql: '\n SELECT 1 ' })
})

test('what is not finished goes on to the end', () => {
  expect(["'abc", '"abc', '/* abc', '$$abc', "e'abc\\'"].map((text) => sqlTokens(text).map(({ end }) => end))).toEqual([[4], [4], [6], [5], [7]])
})

test('places and offsets are each other’s way back', () => {
  const text = 'SELECT 1,\r\n  nope\nFROM t'
  expect([placeOf(text, text.indexOf('nope')), offsetOf(text, { line: 2, column: 3 }), offsetOf(text, { line: 9, column: 9 })]).toEqual([{ line: 2, column: 3 }, text.indexOf('nope'), text.length])
})
