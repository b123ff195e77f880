import type { SilverColumn } from '#shared/pipeline/bindQuery.ts'
import { defaultZone } from '#shared/pipeline/columnMapping.ts'
import type { ColumnReading } from './columnReading.ts'
import { isNumber, isText, most, type ColumnValues } from './columnValues.ts'
import { epochUnits, isPlausible, type EpochUnit } from './epochUnits.ts'

/** How a column that is no timestamp may hold times: by its values, or by its name alone where no value was seen. Dates are none: they have no time of day. */
export function timeReadings({ type }: SilverColumn, values: ColumnValues, isLike: boolean): ColumnReading[] {
  if (typeof type !== 'string' && type.kind === 'timestamp_ntz') return [localReading(values)]
  if (!isNumber(type) && !isText(type)) return []
  if (isText(type) && (values.shares.time ?? 0) >= most) return [textReading(values)]
  const unit = epochUnits.find(({ as }) => (values.shares[as] ?? 0) >= most)
  if (unit) return [epochReading(unit, values)]
  if (!isNumber(type) || !isLike || values.max !== null) return []
  return epochUnits.slice(0, 2).map((each) => ({
    factor: null,
    as: each.as,
    reason: `Right if the values are ${each.said} since 1970.`,
    looksRight: false
  }))
}

function localReading({ min, max }: ColumnValues): ColumnReading {
  const reason = `Gives ${spanText(min, max)}, if the times are UTC: they name no time zone.`
  return {
    factor: null,
    as: 'local time',
    zone: defaultZone,
    reason,
    looksRight: max !== null && isPlausible(max),
    bonus: 0.5
  }
}

function textReading({ min, max, shares }: ColumnValues): ColumnReading {
  const zoned = shares.zoned ?? 0
  const [zone, when] =
    zoned >= 1
      ? [undefined, '']
      : [
          defaultZone,
          zoned === 0 ? ', if the times are UTC: they name no time zone' : ', if times that name no zone are UTC'
        ]
  return {
    factor: null,
    as: 'ISO text',
    ...(zone !== undefined && { zone }),
    reason: `Gives ${spanText(min, max)}${when}.`,
    looksRight: true,
    bonus: 0.5
  }
}

function epochReading({ as, said, perSecond }: EpochUnit, { min, max }: ColumnValues): ColumnReading {
  const ms = (value: number | null) => (value === null ? null : (value / perSecond) * 1000)
  return {
    factor: null,
    as,
    reason: `Gives ${spanText(ms(min), ms(max))}: ${said} since 1970.`,
    looksRight: true,
    bonus: 0.5
  }
}

/** "2021-10-07 12:00:00 to 15:00:00 UTC". */
function spanText(fromMs: number | null, toMs: number | null): string {
  if (fromMs === null || toMs === null) return 'times'
  const [from, to] = [instantText(fromMs), instantText(toMs)]
  const [day, time] = to.split(' ')
  return `${from} to ${from.startsWith(`${day} `) && time !== undefined ? time : to} UTC`
}

/** The bounds of JavaScript's dates, beyond which a clock is broken anyhow. */
const boundMs = 8.64e15

const instantText = (ms: number): string =>
  Math.abs(ms) > boundMs ? 'a time beyond all calendars' : new Date(ms).toISOString().slice(0, -5).replace('T', ' ')
