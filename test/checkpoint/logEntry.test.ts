import { expect, test } from 'vitest'
import { millis } from '#shared/engine/time.ts'
import { formatCommitEntry, formatOffsetEntry, parseCommitEntry, parseOffsetEntry } from '#electron/checkpoint/logEntry.ts'

const end = '{"sourceVersion":1,"reservoirId":"t","reservoirVersion":5,"index":-1,"isStartingVersion":false}'

test('R1 an offsets entry is three lines in Spark’s text format, without an end of line at the end', () => {
  const entry = { batchWatermarkMs: millis(1_737_633_600_000), batchTimestampMs: 1_737_633_700_000, conf: { 'contrail.beginning': 'x' }, end }
  const text = `v1\n{"batchWatermarkMs":1737633600000,"batchTimestampMs":1737633700000,"conf":{"contrail.beginning":"x"}}\n${end}`
  expect({ text: formatOffsetEntry(entry), entry: parseOffsetEntry(text, 'offsets/0') }).toEqual({ text, entry })
})

test('R1 a commits entry is two lines in Spark’s text format', () => {
  const text = 'v1\n{"nextBatchWatermarkMs":1737633600000}'
  expect({ text: formatCommitEntry({ nextBatchWatermarkMs: millis(1_737_633_600_000) }), entry: parseCommitEntry(text, 'commits/0') }).toEqual({ text, entry: { nextBatchWatermarkMs: 1_737_633_600_000 } })
})

test('R1 entries that Spark wrote can be read: other keys, and an end of line at the end', () => {
  const spark = `v1\n{"batchWatermarkMs":0,"batchTimestampMs":1,"conf":{"spark.sql.shuffle.partitions":"200"}}\n${end}\n`
  expect(parseOffsetEntry(spark, 'offsets/0')).toEqual({ batchWatermarkMs: 0, batchTimestampMs: 1, conf: { 'spark.sql.shuffle.partitions': '200' }, end })
  expect(parseOffsetEntry(`v1\n{"batchWatermarkMs":7}\n${end}`, 'offsets/0')).toEqual({ batchWatermarkMs: 7, batchTimestampMs: 0, conf: {}, end })
})

const metadata = '{"batchWatermarkMs":0,"batchTimestampMs":1,"conf":{}}'
test.each([
  ['is empty', ''],
  ['has no version', `${metadata}\n${end}`],
  ['ends behind its version', 'v1'],
  ['has no source', `v1\n${metadata}`],
  ['has a source without an offset', `v1\n${metadata}\n-`],
  ['has two sources', `v1\n${metadata}\n${end}\n${end}`],
  ['is cut in its metadata', `v1\n${metadata.slice(0, 20)}`],
  ['has no watermark', `v1\n{"batchTimestampMs":1}\n${end}`],
  ['has zeros where text was', '\0'.repeat(64)]
])('R1 an offsets entry that %s is refused in one sentence that names it', (_, text) => {
  expect(() => parseOffsetEntry(text, '/c/offsets/3')).toThrow(/^\/c\/offsets\/3 is damaged: [^.]*$/)
})

test.each([
  ['is empty', ''],
  ['has no metadata', 'v1'],
  ['is cut', 'v1\n{"nextBatch'],
  ['has no watermark', 'v1\n{}'],
  ['has text for a watermark', 'v1\n{"nextBatchWatermarkMs":"0"}']
])('R1 a commits entry that %s is refused in one sentence that names it', (_, text) => {
  expect(() => parseCommitEntry(text, '/c/commits/3')).toThrow(/^\/c\/commits\/3 is damaged: [^.]*$/)
})

test('decisions 1.4 entries of a newer format are refused in one sentence', () => {
  const newer = /^\/c\/x was written in format v2, which this version of Contrail does not know \(it knows v1\): use a newer Contrail, or start with a new checkpoint$/
  expect(() => parseOffsetEntry(`v2\n${metadata}\n${end}`, '/c/x')).toThrow(newer)
  expect(() => parseCommitEntry('v2\n{"nextBatchWatermarkMs":0}', '/c/x')).toThrow(newer)
})
