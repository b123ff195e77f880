import { tableFromIPC } from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { arrowFile, streamAsFile } from '#shared/arrow/arrowFile.ts'
import { arrowStream } from '#shared/arrow/arrowStream.ts'
import type { ColumnType } from '#shared/arrow/columnType.ts'
import { readStream, type StreamTable } from '#shared/arrow/readStream.ts'
import { quoteLiteral, quoteName } from '#shared/query/sqlText.ts'
import { oddTexts } from '#test/support/oddTexts.ts'
import { openWasm } from '#test/support/wasm.ts'

const string: ColumnType = { kind: 'string' }
const names = oddTexts.filter((text) => text !== '' && !text.includes('\0'))
const valuesOf = (table: StreamTable, column: number): unknown[] =>
  Array.from(table.columns[column]!.values as ArrayLike<unknown>)

describe('A text in Arrow bytes comes out as it went in', () => {
  test('as a value', () => {
    const stream = arrowStream([{ name: 't', type: string, values: oddTexts }], oddTexts.length)
    expect(valuesOf(readStream(stream), 0)).toEqual(oddTexts)
  })

  test('as the name of a column', () => {
    const stream = arrowStream(
      oddTexts.map((name) => ({ name, type: string, values: ['x'] })),
      1
    )
    expect(readStream(stream).columns.map(({ name }) => name)).toEqual(oddTexts)
  })

  test('inside of lists and structs, and as the name of a field', () => {
    const type: ColumnType = {
      kind: 'array',
      element: { kind: 'struct', fields: [{ name: '\ufefffield', type: string }] }
    }
    const stream = arrowStream(
      [{ name: 'nested', type, values: oddTexts.map((text) => [{ '\ufefffield': text }, null]) }],
      oddTexts.length
    )
    const read = valuesOf(readStream(stream), 0).map((json) => JSON.parse(String(json)) as unknown)
    expect(read).toEqual(oddTexts.map((text) => [{ '\ufefffield': text }, null]))
  })

  test('in a file that a stream became, with its metadata', async () => {
    const stream = arrowStream([{ name: '\ufefft', type: string, values: oddTexts }], oddTexts.length)
    const file = streamAsFile(stream, { filter: '\ufefft = 1' })
    const table = readStream(file)
    expect([table.columns[0]!.name, valuesOf(table, 0), tableFromIPC(file).schema.metadata.get('filter')]).toEqual([
      '\ufefft',
      oddTexts,
      '\ufefft = 1'
    ])
  })

  test('in a file that is written batch by batch', async () => {
    const file = arrowFile([{ name: '\ufefft', type: string }])
    file.add([oddTexts])
    file.end()
    const parts: Uint8Array[] = []
    for await (const part of file.bytes) parts.push(part)
    const table = readStream(Buffer.concat(parts))
    expect([table.columns[0]!.name, valuesOf(table, 0)]).toEqual(['\ufefft', oddTexts])
  })
})

describe("A text in the page's DuckDB comes out as it went in", () => {
  test('as a value and as the name of a column', async () => {
    const wasm = await openWasm()
    wasm.insert('odd', arrowStream([{ name: '\ufefft', type: string, values: oddTexts }], oddTexts.length), true)
    const table = wasm.query(
      `SELECT ${quoteName('\ufefft')}, strlen(${quoteName('\ufefft')})::INTEGER AS bytes FROM odd`
    )
    expect(table.columns.map(({ name }) => name)).toEqual(['\ufefft', 'bytes'])
    expect([valuesOf(table, 0), valuesOf(table, 1)]).toEqual([
      oddTexts,
      oddTexts.map((text) => Buffer.byteLength(text))
    ])
    const named = wasm.query(`SELECT ${names.map((name, i) => `${i} AS ${quoteName(name)}`).join(', ')}`)
    expect(named.columns.map(({ name }) => name)).toEqual(names)
  })

  test('inside of lists, structs and maps, and as ENUM', async () => {
    const wasm = await openWasm()
    const texts = `(VALUES ${oddTexts.map((text, i) => `(${i}, ${quoteLiteral(text)})`).join(', ')}) texts(i, t)`
    const table = wasm.query(`SELECT [t, t], {x: [t]}, MAP {'k': t}, [['a'], [t]] FROM ${texts} ORDER BY i`)
    const parsed = (column: number) => valuesOf(table, column).map((json) => JSON.parse(String(json)) as unknown)
    expect(parsed(0)).toEqual(oddTexts.map((text) => [text, text]))
    expect(parsed(1)).toEqual(oddTexts.map((text) => ({ x: [text] })))
    expect(parsed(2)).toEqual(oddTexts.map((text) => ({ k: text })))
    expect(parsed(3)).toEqual(oddTexts.map((text) => [['a'], [text]]))
    const members = names.map(quoteLiteral).join(', ')
    expect(valuesOf(wasm.query(`SELECT unnest([${members}])::ENUM (${members})`), 0)).toEqual(names)
    expect(JSON.parse(String(valuesOf(wasm.query(`SELECT [${members}]::ENUM (${members})[]`), 0)[0]))).toEqual(names)
  })
})
