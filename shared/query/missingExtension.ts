import { zoneOffsets } from './zoneOffsets.ts'

/** What a statement asks for and DuckDB has in an extension alone. */
export interface MissingExtension {
  /** Sentences without the last full stop: what is missing, and what does the same without it. */
  readonly message: string
  /** Where the statement names it; undefined: it does not. */
  readonly at: number | undefined
}

/**
 * Reads a message of DuckDB that asks for an extension; undefined: it is another one. Nothing is ever installed or loaded, since that would take a network
 * and run the code of others. `who` loads none: "the console".
 */
export function missingExtension(said: string, sql: string, who: string): MissingExtension | undefined {
  const missing = namedIn(said)
  if (!missing) return zonedTime(said, sql, who)
  const { kind, name, extension } = missing
  const none = `${who} loads none`
  if (name === undefined)
    return extension === 'icu'
      ? zoneFunction(sql, none)
      : { message: `This needs an extension (${extension}), and ${none}${advice(advices[extension])}`, at: undefined }
  const message = `There is no ${kind} ${name} here: it is part of an extension (${extension}), and ${none}${advice(adviceOf(missing))}`
  return { message, at: wordAt(sql, name) }
}

interface Named {
  readonly kind: string
  readonly name: string | undefined
  readonly extension: string
}

function namedIn(said: string): Named | undefined {
  const [, kind, name, extension] =
    /(\w+) with name "?([^"\s]+)"? is not in the catalog, but it exists in the (\w+) extension/.exec(said) ?? []
  if (extension !== undefined) return { kind: /^\W+$/.test(name!) ? 'operator' : kind!.toLowerCase(), name, extension }
  const [, needed] = /(?:automatically \w+ the required extension '|requires the extension )(\w+)/.exec(said) ?? []
  return needed === undefined ? undefined : { kind: '', name: undefined, extension: needed }
}

/** AT TIME ZONE, or a function of a time with a zone: DuckDB says of both only that they need icu. */
function zoneFunction(sql: string, none: string): MissingExtension {
  const bare = withoutTexts(sql)
  const zone = /\bat\s+time\s+zone\b|\btimezone\s*\(/i.exec(bare)
  if (zone) {
    const after = sql.slice(zone.index + zone[0].length)
    const [, named] = /^\s*'([^']*)'/.exec(after) ?? []
    return {
      message: `There is no AT TIME ZONE here: it is part of an extension (icu), and ${none}. ${zoneAdvice(named)}`,
      at: zone.index
    }
  }
  const [name] =
    /\b(?:date_trunc|datetrunc|date_part|datepart|extract|time_bucket|age|date_diff|datediff|date_sub|datesub|last_day|dayname|monthname|year|month|day|hour|minute|second|week)(?=\s*\()/i.exec(
      bare
    ) ?? []
  return { message: withZone(name ?? 'This', none), at: name === undefined ? undefined : wordAt(sql, name) }
}

/** Of times with a zone also other errors come, which say nothing of an extension, or ask for it in passing. */
function zonedTime(said: string, sql: string, who: string): MissingExtension | undefined {
  const none = `${who} loads none`
  const [, text] = /timestamp field value "([^"]*)" has a timestamp that is not UTC/.exec(said) ?? []
  if (text !== undefined) {
    const at = sql.indexOf(text)
    return {
      message: `The time "${text}" names a time zone: that is part of an extension (icu), and ${none}. Write its offset instead, as in TIMESTAMPTZ '2026-01-23 12:05:00-05:00'`,
      at: at < 0 ? undefined : at
    }
  }
  const [, name] =
    /No function matches the given name and argument types '([^'(]+)\([^')]*TIMESTAMP WITH TIME ZONE/.exec(said) ?? []
  return name === undefined ? undefined : { message: withZone(name, none), at: wordAt(sql, name) }
}

const withZone = (name: string, none: string): string =>
  `${name} of a time with a zone (TIMESTAMPTZ, as now() gives) is part of an extension (icu), and ${none}. Make it a time in UTC first, as in now()::TIMESTAMP`

/** All times of the tables are UTC: a zone is a number of minutes away. */
function zoneAdvice(zone: string | undefined): string {
  const utc = 'All times here are in UTC'
  if (zone !== undefined && /^(utc|gmt|z|etc\/utc)$/i.test(zone)) return `${utc}: leave it out`
  const offsets = zone === undefined ? undefined : zoneOffsets(zone)
  if (!offsets)
    return `${utc}: add the offset, as in window_start + INTERVAL 2 HOUR, or - INTERVAL 5 HOUR west of Greenwich; contrail export --where knows time zones`
  const { january, july } = offsets
  const shift = (minutes: number) =>
    `window_start ${minutes < 0 ? '-' : '+'} INTERVAL ${minutes % 60 === 0 ? `${Math.abs(minutes / 60)} HOUR` : `${Math.abs(minutes)} MINUTE`}`
  const how = january === july ? shift(january) : `${shift(january)} in January, and ${shift(july)} in July`
  return `${utc}: for ${zone} write ${how}; contrail export --where knows time zones`
}

const files = 'No other files or addresses are read here'
const advices: Readonly<Record<string, string>> = {
  json: `Take a text apart with regexp_extract(text, '"name":"([^"]*)"', 1), and put values together with a struct, as in {'name': key}`,
  spatial: 'Distances can be computed from latitude and longitude with radians, sin, cos and asin',
  fts: "Search a text with ILIKE '%word%', regexp_matches or jaro_winkler_similarity",
  vss: 'Distances of vectors are built in: array_distance, array_cosine_similarity',
  inet: "Take an address apart with string_split(text, '.')",
  excel: files,
  ...Object.fromEntries(
    'parquet httpfs sqlite_scanner postgres_scanner mysql_scanner iceberg delta avro ducklake aws azure'
      .split(' ')
      .map((name) => [name, files])
  )
}

const icuAdvices: Readonly<Record<string, string>> = {
  current_date: 'Write now()::TIMESTAMP::DATE, in UTC',
  today: 'Write now()::TIMESTAMP::DATE, in UTC',
  get_current_time: 'Write now()::TIMESTAMP::TIME, in UTC',
  current_localtime: 'Write now()::TIMESTAMP::TIME, in UTC',
  current_localtimestamp: 'Write now()::TIMESTAMP, in UTC',
  make_timestamptz: 'Write make_timestamp(year, month, day, hour, minute, second), in UTC',
  timezone: 'All times here are in UTC'
}

function adviceOf({ kind, name = '', extension }: Named): string | undefined {
  if (kind === 'collation') return 'Sort by COLLATE NOCASE or COLLATE NOACCENT, which are built in'
  return extension === 'icu' ? icuAdvices[name.toLowerCase()] : advices[extension]
}

const advice = (text: string | undefined): string => (text === undefined ? '' : `. ${text}`)

/** Where a name stands outside of texts and comments. Some are written in another way than DuckDB calls them. */
function wordAt(sql: string, name: string): number | undefined {
  const bare = withoutTexts(sql)
  const spelled: Readonly<Record<string, string>> = {
    get_current_time: 'current_time',
    current_localtimestamp: 'localtimestamp',
    current_localtime: 'localtime',
    json_extract: '->',
    json_extract_string: '->>'
  }
  for (const word of [name, spelled[name.toLowerCase()]]) {
    if (word === undefined) continue
    const edge = /^\w+$/.test(word) ? '\\b' : ''
    const found = new RegExp(`${edge}${word.replaceAll(/\W/g, '\\$&')}${edge}`, 'i').exec(bare)
    if (found) return found.index
  }
  return undefined
}

/** The statement, with blanks in the place of its texts and comments. */
const withoutTexts = (sql: string): string =>
  sql.replaceAll(/'[^']*'|--[^\r\n]*|\/\*[^]*?\*\//g, (text) => ' '.repeat(text.length))
