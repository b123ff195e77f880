import { beforeAll, describe, expect, test } from 'vitest'
import { sqlFault, type SqlFault } from '#renderer/duckdb/sqlFault.ts'
import { openWasm, type Wasm } from '#test/support/wasm.ts'

describe('what DuckDB says, as the console says it', () => {
  let wasm: Wasm
  beforeAll(async () => {
    wasm = await openWasm()
    wasm.query('CREATE TABLE t (a INTEGER, key VARCHAR)')
    wasm.query("INSERT INTO t VALUES (1, 'x')")
  })

  function faultOf(sql: string): SqlFault {
    try {
      wasm.query('BEGIN TRANSACTION READ ONLY')
      wasm.parts(sql)
    } catch (error) {
      return sqlFault(sql, error instanceof Error ? error.message : String(error))
    } finally {
      wasm.query('ROLLBACK')
    }
    throw new Error(`${sql} is right`)
  }

  test.each<readonly [string, string, SqlFault['place']]>([
    ['SELECT * FRM t', 'This is not understood: t.', { line: 1, column: 14 }],
    ['SELECT a\nFROM t\nWHERE', 'The statement ends too early.', undefined],
    ["SELECT 'x", "Unterminated quoted string at or near \"'x\".", { line: 1, column: 8 }],
    ['SELECT a,\n  b FROM t', 'Referenced column "b" not found in FROM clause. Near to it: "a".', { line: 2, column: 3 }],
    [`SELECT ${'a + '.repeat(40)}nope FROM t`, 'Referenced column "nope" not found in FROM clause. Near to it: "a".', { line: 1, column: 168 }],
    ['FROM nix', 'There is no table nix: the tables are listed at the left.', { line: 1, column: 6 }],
    ["FROM 'flights.csv'", 'The console reads the tables of the run, and no files or addresses such as flights.csv.', undefined],
    ["FROM read_csv('/etc/passwd')", 'The console reads the tables of the run, and no files or addresses such as /etc/passwd.', { line: 1, column: 6 }],
    ["FROM 'https://example.invalid/x.parquet'", 'The console reads the tables of the run, and no files or addresses such as https://example.invalid/x.parquet.', { line: 1, column: 6 }],
    ["FROM read_parquet('x.parquet')", 'There is no function read_parquet here: it is part of an extension (parquet), and the console loads none. No other files or addresses are read here.', { line: 1, column: 6 }],
    ['SELECT flor(a) FROM t', 'Scalar Function with name flor does not exist. Did you mean "floor"?', { line: 1, column: 8 }],
    ['SELECT key::INTEGER FROM t', "Could not convert string 'x' to INT32 when casting from source column key.", { line: 1, column: 11 }],
    ['SELECT a FROM t WHERE a = ?', 'The statement has a parameter (? or $): write the value itself.', undefined],
    ["INSERT INTO t VALUES (2, 'y')", 'The console only reads, and this statement writes.', undefined],
    ['SELECT - key FROM t', 'No function matches the given name and argument types \'-(VARCHAR)\'. You might need to add explicit type casts.', { line: 1, column: 8 }]
  ])('%s', (sql, message, place) => {
    expect(faultOf(sql)).toEqual({ message, ...(place && { place }) })
  })
})
