/** How far a time zone is from UTC, in minutes to the east. */
export interface ZoneOffsets {
  readonly january: number
  readonly july: number
}

/** Of a name as "America/New_York", or an offset as "+02:00", in a year; undefined: nobody knows such a zone. */
export function zoneOffsets(zone: string, year = 2026): ZoneOffsets | undefined {
  const [, sign, hours, minutes = '0'] = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?$/i.exec(zone) ?? []
  if (sign !== undefined) {
    const east = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1)
    return { january: east, july: east }
  }
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric'
    })
    return { january: offsetAt(format, Date.UTC(year, 0, 15)), july: offsetAt(format, Date.UTC(year, 6, 15)) }
  } catch {
    return undefined
  }
}

function offsetAt(format: Intl.DateTimeFormat, atMs: number): number {
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]))
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0
  return (Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute')) - atMs) / 60_000
}
