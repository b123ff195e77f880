import { describe, expect, test } from 'vitest'
import { timeScale } from '#renderer/chart/timeScale.ts'
import { countryMarks, countryRows } from '#renderer/panels/CountryRates/countryRows.ts'
import { rateRamp } from '#renderer/panels/CountryRates/rateRamp.ts'
import { openColumns } from '#renderer/panels/TimePanels/columns.ts'
import { countryCsv, phaseCsv, riverCsv } from '#renderer/panels/TimePanels/panelFacts.ts'
import { csvOf } from '#renderer/panels/TimePanels/csv.ts'
import { panelHeights } from '#renderer/panels/TimePanels/panelHeights.ts'
import { cellsOf, minute, palette, windowOf } from './windows.ts'

const scale = timeScale({ startMs: 0, endMs: 20 * minute }, 116 + 560 + 128)
const windows = [windowOf(0, 'closed', { cells: cellsOf(['Malta', 10, 4], ['Serbia', 100, 5], [null, 4, 2]) }, 5), windowOf(1, 'closed', { cells: cellsOf(['Malta', 20, 1]) }, 5), windowOf(2, 'open', { cells: cellsOf(['Serbia', 10, 9]) }, 5)]
const columns = openColumns()(windows, minute, scale.pxPerMs)

describe('countries', () => {
  test('are ranked by their peak in view, and have the rate of the last final window beside its rows', () => {
    expect(countryRows(columns, 8)).toEqual({ rows: [{ country: 'Serbia', rate: null, rows: 0 }, { country: null, rate: null, rows: 0 }, { country: 'Malta', rate: 0.05, rows: 20 }], last: windows[1], total: 3 })
  })

  test('are as many as there is room for, of all that are in view', () => {
    expect(countryRows(columns, 2)).toMatchObject({ rows: [{ country: 'Serbia' }, { country: null }], total: 3 })
  })

  test('have a cell a window, in its last minute, hatched so far', () => {
    const marks = countryMarks(['Serbia', null], columns, minute, scale, { ...palette, of: (role) => (role.startsWith('rate') ? '#00000' + role.at(-1) : role) })
    const cells = marks.flatMap((mark) => (mark.kind === 'rects' ? [[mark.fill, ...mark.at]] : []))
    expect(cells).toEqual([['#000001', 228, 0, 27, 17], ['#000005', 228, 18, 27, 17, 284, 0, 27, 17], ['panel on transparent', 284, 0, 27, 17]])
  })
})

test('the ramp is fixed: a rate has one colour whatever is in view, and above 50 % the last', () => {
  const ramp = rateRamp(['#000000', '#100000', '#200000', '#300000', '#400000', '#500000'])
  expect([0, 0.5, 0.9, NaN].map(ramp)).toEqual(['#000000', '#500000', '#500000', undefined])
  expect(ramp(0.24)).toBe('#300000')
})

describe('the data behind a chart', () => {
  test('guards text that a spreadsheet would run, and never numbers', () => {
    expect(csvOf(['a', 'b'], [['=HYPERLINK("x")', -5], ['+1', 1.5], ['-', null], ['@x', NaN], ['\tx', 0], ['\rx', 0], ['a,b', 0], ['', 0]])).toBe('a,b\r\n"\'=HYPERLINK(""x"")",-5\r\n\'+1,1.5\r\n\'-,\r\n\'@x,NaN\r\n\'\tx,0\r\n"\'\rx",0\r\n"a,b",0\r\n"",0\r\n')
  })

  test('is what is drawn: windows with state, phases and countries with their numbers, times in UTC', () => {
    expect(riverCsv({ flight_phase_counts: [], anomaly_alerts: [windowOf(1, 'late drops', { rows: 7, keysOver: 2, droppedRows: 3 }, 5)] })).toBe('query,window_start,window_end,state,rows,countries_over_limit,rows_dropped\r\nanomaly_alerts,1970-01-01T00:01:00.000Z,1970-01-01T00:06:00.000Z,late drops,7,2,3\r\n')
    expect(phaseCsv([windowOf(0, 'open', { cells: cellsOf(['CRUISE', 3, 0, 10_000], ['GROUND', 1]) })], ['CRUISE'])).toBe('window_start,window_end,state,flight_phase,flight_count,avg_altitude,avg_velocity\r\n1970-01-01T00:00:00.000Z,1970-01-01T00:01:00.000Z,open,CRUISE,3,10000,NaN\r\n')
    expect(countryCsv(windows.slice(1, 2), ['Malta'])).toBe('window_start,window_end,state,origin_country,anomaly_rate,anomalies,total_observations\r\n1970-01-01T00:01:00.000Z,1970-01-01T00:06:00.000Z,closed,Malta,0.05,1,20\r\n')
  })
})

test('panels share the height: river by its lanes, whole rows of countries, phases what these leave', () => {
  expect([panelHeights(555, 160), panelHeights(423, 140), panelHeights(2000, 160)].map(({ river, phases, countries }) => [river, phases, countries, river + phases + countries])).toEqual([[206, 173, 176, 555], [186, 115, 122, 423], [206, 1330, 464, 2000]])
})
