import type { CheckReport, CheckStep, CheckStepName } from '#shared/contract/source.ts'
import type { ColumnMapping } from '#shared/pipeline/columnMapping.ts'
import type { S3Where } from '#shared/contract/s3.ts'
import { isFault } from '#shared/engine/fault.ts'
import { visibleText } from '#shared/engine/visibleText.ts'
import { parsePipeline } from '#shared/pipeline/parsePipeline.ts'
import type { Database } from '../duckdb/database.ts'
import { isBadFile } from '../source/badFile.ts'
import { parseDeltaOffset } from '../source/deltaOffset.ts'
import { noKeys } from '../storage/s3/s3Place.ts'
import type { Storage } from '../storage/storage.ts'
import { systemClock, type Clock } from './clock.ts'
import { decideColumns } from './decideColumns.ts'
import { noteMapped } from './mappedValues.ts'
import { decodeOne, listSilver, reachSilver, readSilver, type Reading } from './sourceSteps.ts'

export interface CheckParts {
  readonly database: Database
  readonly openStorage: (uri: string) => Storage
  /** Where a place on S3 is, in words; undefined: it is none. */
  readonly where?: (uri: string) => S3Where | undefined
  readonly clock?: Clock
}

/**
 * The source check of the workbench: five steps, each with what it found, or why it failed and what to do; steps after a failed one wait. What is wrong
 * with the source is in the report and never thrown. Nothing is written.
 */
export async function checkSource(path: string, mapping: ColumnMapping, { database, openStorage, where = () => undefined, clock = systemClock }: CheckParts): Promise<CheckReport> {
  const checkedMs = clock.nowMs()
  const found = await examine(path, mapping, { database, openStorage, where })
  const steps = stepNames(found.format).map((name): CheckStep => found.steps.find((step) => step.name === name) ?? { name, state: 'waiting', text: '' })
  return {
    path: found.root,
    format: found.format,
    s3: found.s3,
    steps,
    columns: found.columns,
    preset: found.preset,
    files: found.read?.files.length ?? 0,
    bytes: found.read?.bytes ?? 0,
    version: found.version,
    ready: steps.every((step) => step.state === 'passed' || step.state === 'warning'),
    mapping: found.mapping,
    checkedMs,
    tookMs: clock.nowMs() - checkedMs
  }
}

function stepNames(format: CheckReport['format']): CheckStepName[] {
  return ['Reachable', 'Listable', format === 'parquet' ? 'Parquet files read' : 'Delta log read', 'Columns match', 'One file decoded']
}

/** All that a check came to know, as far as it got. */
interface Findings {
  root: string
  format: CheckReport['format']
  s3: S3Where | null
  readonly steps: CheckStep[]
  columns: CheckReport['columns']
  preset: CheckReport['preset']
  read: Reading | undefined
  version: number | null
  mapping: ColumnMapping
}

async function examine(path: string, mapping: ColumnMapping, { database, openStorage, where }: Required<Pick<CheckParts, 'database' | 'openStorage' | 'where'>>): Promise<Findings> {
  const found: Findings = { root: path, format: null, s3: null, steps: [], columns: [], preset: null, read: undefined, version: null, mapping }
  const pass = (name: CheckStepName, text: string, state: CheckStep['state'] = 'passed') => found.steps.push({ name, state, text: visibleText(text) })
  /** undefined: the step failed, and says why. */
  const attempt = async <Answer>(name: CheckStepName, work: () => Promise<Answer>, explain = (error: unknown) => Promise.resolve(faultText(error, found.root))): Promise<Answer | undefined> => {
    try {
      return await work()
    } catch (error) {
      if (isFault(error) && error.code === 'interrupted') throw error
      found.steps.push({ name, state: 'failed', text: sentence(await explain(error)) })
      return undefined
    }
  }

  const storage = await attempt('Reachable', async () => {
    const opened = openStorage(path)
    found.root = opened.root
    found.s3 = where(path) ?? null
    return reachSilver(opened)
  })
  if (!storage) return found
  pass('Reachable', found.s3 ? reachedText(found.s3) : 'The folder is there.')

  const listed = await attempt('Listable', () => listSilver(storage))
  if (!listed) return found
  found.format = listed.isDelta ? 'delta' : 'parquet'
  pass('Listable', listed.isDelta ? 'A folder with a Delta log.' : 'A folder without a Delta log: its Parquet files are read as they are.')

  const reading = listed.isDelta ? 'Delta log read' : 'Parquet files read'
  const read = await attempt(reading, () => readPastBad(path, database, openStorage), (error) => readingText(error, storage, listed.isDelta))
  if (!read) return found
  found.read = read
  found.version = listed.isDelta ? parseDeltaOffset(read.range.start).reservoirVersion : null
  const problems = read.source.problems().map(({ message }) => message)
  const isWhole = read.bad === undefined && problems.length === 0
  pass(reading, readText(read, found.version), isWhole ? 'passed' : 'warning')

  const matched = await attempt('Columns match', () => decideColumns(pipelineFor(path, 'stop'), read, mapping, database))
  if (!matched) return found
  found.mapping = matched.mapping
  found.columns = matched.columns
  found.preset = matched.preset
  const { ready } = matched
  // What only the columns in use bring to light.
  const more = (ready?.source.problems() ?? []).flatMap(({ message }) => (problems.includes(message) ? [] : [sentence(message)]))
  const text = visibleText([matched.step.text, ...more].join(' '))
  found.steps.push({ ...matched.step, text, ...(more.length > 0 && { state: 'warning' as const }) })
  if (!ready) return found

  const decoded = await attempt('One file decoded', async () => ({
    file: await decodeOne(database, ready.source, read, ready.used, read.bad !== undefined),
    notes: await noteMapped(database, read, matched.mapping, read.bad !== undefined)
  }))
  if (!decoded) return found
  const { file, notes } = decoded
  if (!file) {
    pass('One file decoded', 'There is no data file yet. A run would write empty gold tables.', 'warning')
    return found
  }
  const slow = ready.source.rewritten()
  const slowText = slow ? [sentence(slow.message)] : []
  const decodedText = [`${file.path}: ${count(file.rows, 'row')}.`, ...notes.map((note) => note.text), ...slowText].join(' ')
  pass('One file decoded', decodedText, slow || notes.some(({ isWarning }) => isWarning) ? 'warning' : 'passed')
  return found
}

function reachedText({ server, bucket, credentials }: S3Where): string {
  return credentials === noKeys ? `${server} has the bucket ${bucket}, and is asked without keys.` : `${server} has the bucket ${bucket}, and knows ${credentials}.`
}

function pipelineFor(path: string, onBadFile: 'stop' | 'quarantine') {
  return parsePipeline({ silver: { uri: path, onBadFile }, gold: { uri: 'none' }, checkpoints: { uri: 'none' } }, 'the source check')
}

/** A plain folder with some files that cannot be read is read without them: a run may set them aside, and a watch waits for those that are being written. */
async function readPastBad(path: string, database: Database, openStorage: CheckParts['openStorage']): Promise<Reading & { readonly bad?: string }> {
  try {
    return await readSilver(pipelineFor(path, 'stop'), database, openStorage)
  } catch (error) {
    if (!isBadFile(error)) throw error
    const read = await readSilver(pipelineFor(path, 'quarantine'), database, openStorage)
    if (read.source.columns.length === 0) throw error
    return { ...read, bad: faultText(error, read.source.name) }
  }
}

function readText({ files, bytes, bad, source }: Reading & { readonly bad?: string }, version: number | null): string {
  const size = `${count(files.length, version === null ? 'file' : 'live file')}, ${sizeText(bytes)}`
  const hidden = files.reduce((sum, file) => sum + file.hiddenRows, 0)
  const text = version === null ? `${size}.` : `Version ${version}, ${size}, ${hidden === 0 ? 'no deletion vectors' : `${count(hidden, 'row')} hidden by deletion vectors`}.`
  return [text, ...(bad === undefined ? [] : [bad]), ...source.problems().map(({ message }) => message)].map(sentence).join(' ')
}

/** Why silver could not be read, for somebody who chose a folder and wrote no settings. */
async function readingText(error: unknown, storage: Storage, isDelta: boolean): Promise<string> {
  if (!isFault(error) || error.code !== 'notFound' || !error.message.startsWith('[DELTA_SCHEMA_NOT_SET]')) return faultText(error, storage.root)
  const [what, next] = isDelta
    ? ['holds a _delta_log without any commit', 'wait until its writer has made the first one, or choose another folder']
    : (await storage.listDeep('')).length === 0
      ? ['is empty', 'choose the folder of a Delta table, or one with Parquet files']
      : ['holds no Parquet file and no Delta log', 'choose the folder of a Delta table, or one with Parquet files']
  return `[DELTA_SCHEMA_NOT_SET] ${storage.root} ${what}: ${next}`
}

/** What went wrong, without the names of settings that the workbench does not show. What DuckDB says of things that Contrail does not know stays inside. */
function faultText(error: unknown, root: string): string {
  if (!isFault(error)) return `${root} could not be checked, for a reason that Contrail does not know: check again, or choose another folder`
  return error.message
    .replace(/,? or set silver\.onBadFile to "quarantine" to go on without it/, ', or make a run that sets such files aside')
    .replace(/: check silver\.uri$/, ': check the path')
    .replace(/, then (start|try) again(; what is committed stays)?$/, ', then check again')
}

/** With a capital, where it begins with a word and not with a name or an address, and a full stop. */
const sentence = (text: string): string => `${/^[a-z]+ /.test(text) ? text.charAt(0).toUpperCase() : text.charAt(0)}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`

function count(number: number, what: string): string {
  return `${number.toLocaleString('en-US')} ${what}${number === 1 ? '' : 's'}`
}

function sizeText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  const value = bytes / 1000 ** power
  return `${value.toLocaleString('en-US', { maximumFractionDigits: value < 10 && power > 0 ? 1 : 0 })} ${units[power]}`
}
