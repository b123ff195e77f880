import { InvalidArgumentError, Option, type Command } from 'commander'
import { columnFlagText, parseColumnFlags } from './columnFlag.ts'
import type { PartialFile } from './settings.ts'

/** What commander gives for the flags below. */
export interface PipelineFlags {
  readonly pipeline?: string
  readonly query?: string
  readonly progress?: string
  readonly [flag: string]: unknown
}

interface Flag {
  readonly flag: string
  readonly text: string
  /** Where its value goes in the file. */
  readonly path: readonly string[]
  /** `absent`: what a flag --no-x takes away is true without it, and the setting is the other way round. */
  readonly parse: 'text' | 'number' | 'boolean' | 'absent' | 'columns' | 'column' | 'version'
}

const s3Flags: readonly Flag[] = [
  { flag: '--endpoint <url>', text: 'of an S3 server that is not Amazon\'s', path: ['s3', 'endpoint'], parse: 'text' },
  { flag: '--region <name>', text: 'of the buckets', path: ['s3', 'region'], parse: 'text' },
  { flag: '--path-style [yes]', text: 'the bucket in the path, not in the name of the host (default: with --endpoint)', path: ['s3', 'pathStyle'], parse: 'boolean' },
  { flag: '--profile <name>', text: 'in the configuration of the AWS tools: its keys, region and endpoint', path: ['s3', 'profile'], parse: 'text' },
  { flag: '--no-sign-request', text: 'read public buckets, without keys', path: ['s3', 'anonymous'], parse: 'absent' }
]

/** A flag for every setting of the pipeline file: the last key in kebab case. */
const flags: readonly Flag[] = [
  { flag: '--silver <dir>', text: 'the silver table: a Delta table, or a folder of Parquet files', path: ['silver', 'uri'], parse: 'text' },
  { flag: '--gold <dir>', text: 'where both gold tables go', path: ['gold', 'uri'], parse: 'text' },
  { flag: '--checkpoints <dir>', text: 'where the queries keep how far they are', path: ['checkpoints', 'uri'], parse: 'text' },
  { flag: '--format <format>', text: 'of silver: auto, delta or parquet', path: ['silver', 'format'], parse: 'text' },
  { flag: '--max-files-per-trigger <n>', text: 'files of one micro-batch (default: 1000)', path: ['silver', 'maxFilesPerTrigger'], parse: 'number' },
  { flag: '--max-bytes-per-trigger <size>', text: 'bytes of one micro-batch, as 1000000, 10m or 1g', path: ['silver', 'maxBytesPerTrigger'], parse: 'text' },
  { flag: '--starting-version <n>', text: 'begin with the commits from this version on, or "latest"', path: ['silver', 'startingVersion'], parse: 'version' },
  { flag: '--starting-timestamp <time>', text: 'begin with the first commit at or after this time; UTC where it names no zone', path: ['silver', 'startingTimestamp'], parse: 'text' },
  { flag: '--skip-change-commits [yes]', text: 'pass over commits that change or delete rows', path: ['silver', 'skipChangeCommits'], parse: 'boolean' },
  { flag: '--ignore-deletes [yes]', text: 'pass over commits that only delete', path: ['silver', 'ignoreDeletes'], parse: 'boolean' },
  { flag: '--ignore-changes [yes]', text: 'read rewritten files again', path: ['silver', 'ignoreChanges'], parse: 'boolean' },
  { flag: '--fail-on-data-loss [yes]', text: 'stop when versions are missing from the log (default: true)', path: ['silver', 'failOnDataLoss'], parse: 'boolean' },
  { flag: '--columns <map...>', text: 'columns that silver has under another name: velocity_kmh=velocity*3.6', path: ['silver', 'columns'], parse: 'columns' },
  { flag: '--column <map>', text: columnFlagText, path: ['silver', 'columns'], parse: 'column' },
  { flag: '--on-bad-file <what>', text: 'stop, or quarantine a file that cannot be read', path: ['silver', 'onBadFile'], parse: 'text' },
  ...s3Flags,
  { flag: '--phase-window <duration>', text: 'window of flight_phase_counts (default: 1 minute)', path: ['queries', 'flight_phase_counts', 'window'], parse: 'text' },
  { flag: '--phase-watermark-delay <duration>', text: 'how long it waits for late rows (default: 2 minutes)', path: ['queries', 'flight_phase_counts', 'watermarkDelay'], parse: 'text' },
  { flag: '--alert-window <duration>', text: 'window of anomaly_alerts (default: 5 minutes)', path: ['queries', 'anomaly_alerts', 'window'], parse: 'text' },
  { flag: '--alert-slide <duration>', text: 'how far apart its windows start (default: 1 minute)', path: ['queries', 'anomaly_alerts', 'slide'], parse: 'text' },
  { flag: '--alert-watermark-delay <duration>', text: 'how long it waits for late rows (default: 6 minutes)', path: ['queries', 'anomaly_alerts', 'watermarkDelay'], parse: 'text' },
  { flag: '--altitude-min <metres>', text: 'altitudes below are anomalies (default: -100)', path: ['queries', 'anomaly_alerts', 'thresholds', 'altitudeMin'], parse: 'number' },
  { flag: '--altitude-max <metres>', text: 'altitudes above are anomalies (default: 12000)', path: ['queries', 'anomaly_alerts', 'thresholds', 'altitudeMax'], parse: 'number' },
  { flag: '--velocity-min <km/h>', text: 'velocities below are anomalies (default: 0)', path: ['queries', 'anomaly_alerts', 'thresholds', 'velocityMin'], parse: 'number' },
  { flag: '--velocity-max <km/h>', text: 'velocities above are anomalies (default: 1000)', path: ['queries', 'anomaly_alerts', 'thresholds', 'velocityMax'], parse: 'number' }
]

export function addPipelineFlags(command: Command): Command {
  command.option('--pipeline <file>', 'a pipeline file (JSON); flags beat what it says').option('--query <name>', 'run only flight_phase_counts or anomaly_alerts')
  for (const { flag, text, parse } of flags) command.addOption(withParser(new Option(flag, text), parse))
  return command.option('--progress <file>', "append one line of JSON per batch and query, in the shape of Spark's StreamingQueryProgress")
}

/** For commands that read or write a place and know no pipeline. */
export function addS3Flags(command: Command): Command {
  for (const { flag, text, parse } of s3Flags) command.addOption(withParser(new Option(flag, text), parse))
  return command
}

function withParser(option: Option, parse: Flag['parse']): Option {
  if (parse === 'number') return option.argParser(parseNumber)
  if (parse === 'column') return option.argParser(appended)
  if (parse === 'version') return option.argParser(parseStartingVersion)
  return parse === 'boolean' ? option.argParser(parseBoolean).preset(true) : option
}

const appended = (text: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), text]

/** The flags in the shape of a pipeline file. */
export function flagsAsFile(given: PipelineFlags): PartialFile {
  return asFile(flags, given)
}

/** Those of `addS3Flags` alone: other flags of such a command may have names of ours and another meaning. */
export function s3FlagsAsFile(given: PipelineFlags): Pick<PartialFile, 's3'> {
  return asFile(s3Flags, given)
}

function asFile(flags: readonly Flag[], given: PipelineFlags): PartialFile {
  const file: Record<string, unknown> = {}
  for (const { flag, path, parse } of flags) {
    const value = given[camelCase(flag)]
    if (value === undefined || (parse === 'absent' && value !== false)) continue
    let part = file
    for (const key of path.slice(0, -1)) part = (part[key] ??= {}) as Record<string, unknown>
    const key = path.at(-1)!
    // Both flags for columns may be given.
    if (parse === 'column') Object.assign((part[key] ??= {}) as object, parseColumnFlags(value as string[]))
    else part[key] = parse === 'columns' ? parseColumns(value as string[]) : parse === 'absent' ? true : value
  }
  return file
}

const camelCase = (flag: string): string => (flag.split(' ')[0] ?? '').replace(/^--(no-)?/, '').replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())

function parseNumber(text: string): number {
  if (!isNumber(text)) throw new InvalidArgumentError('It must be a number.')
  return toNumber(text)
}

/** The true minus sign is a minus. */
const toNumber = (text: string): number => Number(text.trim().replace(/^\u2212/, '-'))
const isNumber = (text: string): boolean => text.trim() !== '' && Number.isFinite(toNumber(text))

function parseStartingVersion(text: string): number | 'latest' {
  if (text === 'latest') return text
  if (!isNumber(text)) throw new InvalidArgumentError('It must be a whole number or latest.')
  return toNumber(text)
}

function parseBoolean(text: string): boolean {
  if (/^(true|yes|1)$/i.test(text)) return true
  if (/^(false|no|0)$/i.test(text)) return false
  throw new InvalidArgumentError('It must be true or false.')
}

/** name=from or name=from*factor, several of them, or one JSON object as in the pipeline file. */
function parseColumns(maps: readonly string[]): Record<string, unknown> {
  if (maps.length === 1 && maps[0]!.trim().startsWith('{')) {
    try {
      return JSON.parse(maps[0]!) as Record<string, unknown>
    } catch {
      throw new InvalidArgumentError(`--columns is ${maps[0]}, which is not JSON.`)
    }
  }
  return Object.fromEntries(
    maps.map((map) => {
      // Names are taken as they are: blanks are left out only where they stand on both sides of `=` or `*`.
      const [, name, from, factor] = /^([^=]+?)(?: = |=)([^*]+?)(?:(?: \* |\*)(.+))?$/.exec(map) ?? []
      if (name === undefined || from === undefined || (factor !== undefined && !isNumber(factor))) throw new InvalidArgumentError(`--columns is ${map}: write it as velocity_kmh=velocity*3.6, several with a space between them`)
      return [name, { from, ...(factor !== undefined && { factor: toNumber(factor) }) }]
    })
  )
}
