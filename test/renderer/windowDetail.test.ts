import { describe, expect, test } from 'vitest'
import type { Ahead, BatchRecord } from '#shared/contract/run.ts'
import { explain, spanWords, textOf } from '#renderer/panels/WindowDetail/closingWords.ts'
import { highestRates, sqlOf } from '#renderer/panels/WindowDetail/detailFacts.ts'
import { ceiling } from '#renderer/panels/WindowDetail/fileMarks.ts'
import { shortFile } from '#renderer/panels/WindowDetail/shortFile.ts'
import { closingOf } from '#renderer/panels/WindowDetail/windowClosing.ts'
import { countWords, subjectWords } from '#renderer/panels/ShowRows/rowWords.ts'

const time = (text: string): number => Date.parse(`2026-01-23T${text}Z`)
const minutes = (count: number): number => count * 60_000

const window = { startMs: time('13:23:00'), endMs: time('13:28:00'), closedBatch: null as number | null, rows: 148_297, droppedRows: 0 }

type Store = Parameters<typeof closingOf>[0]

/** A run whose alerts have done batch 85, with the newest event at 13:31:29. */
function storeWith(ahead: Ahead | undefined, { newest = time('13:31:29.400'), state = 'paused', mode = 'replay' } = {}): Store {
  const last = { batchId: 85, watermarkMs: newest - minutes(6), maxEventMs: newest, files: [{ path: '0165.parquet' }] } as unknown as BatchRecord
  return {
    run: { state, mode, queries: { anomaly_alerts: { sizeUs: 300e6, slideUs: 60e6, watermarkDelayMs: minutes(6) } } },
    ahead: ahead ? { anomaly_alerts: ahead } : {},
    lastBatch: { anomaly_alerts: last },
    windows: {}
  } as unknown as Store
}

const file = (path: string, maxEventMs: number | null) => ({ path, minEventMs: maxEventMs === null ? null : maxEventMs - 59_000, maxEventMs })

function sentence(store: Store, entry = window, closedBy?: Parameters<typeof closingOf>[3]): string {
  return textOf(explain(entry, closingOf(store, 'anomaly_alerts', entry, closedBy), { files: [] }, 'UTC').pieces)
}

const ahead: Ahead = {
  batches: [
    { batchId: 85, files: [file('0166.parquet', time('13:31:29'))] },
    { batchId: 86, files: [file('0174.parquet', time('13:33:59.999'))] },
    { batchId: 87, files: [] },
    { batchId: 88, files: [file('0176.parquet', time('13:30:00'))] },
    { batchId: 89, files: [file('0177.parquet', time('13:34:00'))] }
  ],
  then: 'cleanUp'
}

describe('the sentence of a window', () => {
  test('that is open says the event that is needed, how far the newest is from it, the file, and the two triggers', () => {
    expect(sentence(storeWith(ahead))).toBe(
      'It closes once an event at or after 13:34:00Z has been read: window end plus the 6 min delay. The newest event is 13:31:29Z, 2 min 31 s short. File 0177 should carry that event in trigger 89. Its rows are written by the next one, trigger 90, because a watermark counts from the following trigger.'
    )
  })

  test('whose end the watermark has passed says who read the event, and who writes the rows', () => {
    const read: Ahead = { batches: [{ batchId: 85, files: [file('0176.parquet', time('13:32:00')), file('0177.parquet', time('13:34:00'))] }], then: 'cleanUp' }
    expect(sentence(storeWith(read, { newest: time('13:34:00') }))).toBe('It needed an event at or after 13:34:00Z, and trigger 85 has read it in file 0177: the watermark has passed its end. Its rows are written by the next one, trigger 86, because a watermark counts from the following trigger.')
  })

  test('that nothing closes says so, and so does one of which nothing is known', () => {
    const never = 'No file that is left carries it: this window stays open, and its rows are not written, until more comes.'
    const unknown = 'Its rows are written by the trigger after the one that reads it.'
    expect(sentence(storeWith({ batches: ahead.batches.slice(0, 4), then: 'cleanUp' }))).toContain(never)
    expect(sentence(storeWith(undefined, { state: 'done' }))).toContain(never)
    expect(sentence(storeWith({ batches: ahead.batches.slice(0, 4), then: 'files' }))).toContain(`None of the next files carries it, and those after them are not looked at yet. ${unknown}`)
    expect(sentence(storeWith({ batches: [{ batchId: 86, files: [file('0166.parquet', null)] }], then: 'cleanUp' }))).toContain(`The log does not tell which file carries it. ${unknown}`)
    expect(sentence(storeWith({ batches: [], then: 'files' }))).toContain('The log does not tell which file carries it.')
    expect(sentence(storeWith(undefined, { mode: 'watch', state: 'running' }))).toContain(`No file that is there yet carries it: the run watches for more. ${unknown}`)
  })

  test('that is closed says which file and triggers closed it, and what came late', () => {
    const closed = { ...window, closedBatch: 90 }
    const by = { readBy: 89, writtenBy: 90, file: '0177.parquet', eventMs: time('13:34:02') }
    const text = 'Trigger 90 wrote its rows. Trigger 89 had read the event 13:34:02Z in file 0177, and it needed one at or after 13:34:00Z: window end plus the 6 min delay.'
    expect(sentence(storeWith(ahead), closed, by)).toBe(`${text} No row has come too late.`)
    const late = { ...closed, droppedRows: 13 }
    const facts = { files: [{ path: 'a', batchId: 91, onTime: 0, lateCounted: 0, dropped: 1 }, { path: 'b', batchId: 92, onTime: 0, lateCounted: 2, dropped: 12 }] }
    expect(textOf(explain(late, closingOf(storeWith(ahead), 'anomaly_alerts', late, by), facts, 'UTC').pieces)).toBe(`${text} 13 rows came too late and were dropped, from b (12), a (1).`)
  })

  test('that no row reached in time says that there is nothing of it', () => {
    expect(sentence(storeWith(ahead), { ...window, closedBatch: 90, rows: 0, droppedRows: 1 })).toBe('No row came in time. 1 row came too late and was dropped. Gold has no row of it.')
  })
})

test('files are named by what tells them apart', () => {
  expect(['part-00012-4f2c0d3e-1111-4222-8333-444455556666-c000.snappy.parquet', 'hour=12/0177.parquet', 'ab12cd34-1111-4222-8333-444455556666.parquet', 'a-name-that-is-much-longer-than-it-may-be.parquet'].map(shortFile)).toEqual(['00012-4f2c', '0177', 'ab12', '…h-longer-than-it-may-be'])
})

test('spans are in whole seconds, upwards, and short ones in tenths', () => {
  expect([minutes(6), 150_001, 59_999, 3_600_000, 400, 1].map(spanWords)).toEqual(['6 min', '2 min 31 s', '1 min', '1 h', '0.4 s', '0.1 s'])
})

test('countries by rate, phases by rows', () => {
  const cells = { keys: ['a', 'b', null], rows: Float64Array.of(10, 20, 30), anomalies: Float64Array.of(1, 4, 0), avgAltitude: new Float64Array(3), avgVelocity: new Float64Array(3) }
  expect(highestRates({ cells }, 'anomaly_alerts', 5).map(({ key }) => key)).toEqual(['b', 'a'])
  expect(highestRates({ cells }, 'flight_phase_counts', 2).map(({ key }) => key)).toEqual([null, 'b'])
})

test('a window as a query: gold when it is written, else what is known of it', () => {
  expect(sqlOf('anomaly_alerts', { ...window, closedBatch: 3 })).toBe("SELECT *\nFROM gold.anomaly_alerts\nWHERE window_start = TIMESTAMP '2026-01-23 13:23:00.000'\nORDER BY anomaly_rate DESC")
  expect(sqlOf('flight_phase_counts', window)).toContain("FROM windows\nWHERE query = 'flight_phase_counts'")
})

test('what is shown of silver is counted in words', () => {
  expect(countWords({ counted: 148_297, crossing: 648, dropped: 12, given: 148_309, of: 148_309 })).toBe('148,297 rows counted, 648 of them over the limits, 12 dropped.')
  expect(countWords({ counted: 148_297, crossing: 648, dropped: 12, given: 100_000, of: 148_309 })).toContain('These are the first 100,000 of 148,309')
  expect(subjectWords({ query: 'anomaly_alerts', startMs: time('13:23:00'), key: null, limits: null }, minutes(5), 'UTC')).toBe('13:23–13:28, anomaly alerts, rows without a country')
  expect(subjectWords({ query: 'anomaly_alerts', startMs: null, key: 'Malta', limits: null }, minutes(5), 'UTC')).toBe('all windows, anomaly alerts, Malta')
})

test('scales end at round numbers', () => {
  expect([0, 1, 3, 29, 2981, 6001].map(ceiling)).toEqual([1, 1, 4, 40, 4000, 8000])
})
