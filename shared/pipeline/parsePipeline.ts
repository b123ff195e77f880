import * as z from 'zod'
import { Fault } from '#shared/engine/fault.ts'
import { micros } from '#shared/engine/time.ts'
import { windowSpec } from '#shared/engine/windowSpec.ts'
import { parseByteSize } from './byteSize.ts'
import type { ColumnMapping } from './columnMapping.ts'
import { formatInterval, parseInterval } from './interval.ts'
import { columnMappingSchema } from './parseColumnMapping.ts'
import type { AlertSettings, Pipeline, Thresholds } from './pipeline.ts'

const flag = z.boolean().default(false)
const uri = z.string().min(1, 'must not be empty')
const limit = z.number()
const version = 'must be a whole number or "latest"'
const phases = z.strictObject({ window: z.string().default('1 minute'), watermarkDelay: z.string().default('2 minutes') })
const alerts = z.strictObject({
  window: z.string().default('5 minutes'),
  slide: z.string().optional(),
  watermarkDelay: z.string().default('6 minutes'),
  thresholds: z
    .strictObject({ altitudeMin: limit.default(-100), altitudeMax: limit.default(12000), velocityMin: limit.default(0), velocityMax: limit.default(1000) })
    .prefault({})
})

const name = z.string().min(1, 'must not be empty').optional()
const s3Place = {
  endpoint: z.string().optional(),
  region: name,
  pathStyle: z.boolean().optional(),
  profile: name,
  anonymous: z.boolean().optional()
}
const s3 = z.strictObject({ ...s3Place, buckets: z.record(z.string(), z.strictObject(s3Place)).optional() })

/** The pipeline file. Everything has the notebook's value as default; only the three uris are required. */
export const pipelineSchema = z.strictObject({
  silver: z.strictObject({
    uri,
    format: z.enum(['auto', 'delta', 'parquet']).default('auto'),
    maxFilesPerTrigger: z.int().positive('must be at least 1').nullable().default(null),
    maxBytesPerTrigger: z.union([z.number(), z.string()], 'must be a number or text').nullable().default(null),
    startingVersion: z.union([z.int(version).nonnegative(version), z.literal('latest')], version).nullable().default(null),
    startingTimestamp: z.string().nullable().default(null),
    skipChangeCommits: flag,
    ignoreDeletes: flag,
    ignoreChanges: flag,
    failOnDataLoss: z.boolean().default(true),
    columns: columnMappingSchema.default({}),
    onBadFile: z.enum(['stop', 'quarantine']).default('stop')
  }),
  gold: z.strictObject({ uri }),
  checkpoints: z.strictObject({ uri }),
  s3: s3.default({}),
  trigger: z
    .discriminatedUnion('kind', [z.strictObject({ kind: z.literal('availableNow') }), z.strictObject({ kind: z.literal('processingTime'), interval: z.string().nullable().default(null) })])
    .default({ kind: 'availableNow' }),
  queries: z.strictObject({ flight_phase_counts: phases.optional(), anomaly_alerts: alerts.optional() }).default({ flight_phase_counts: phases.parse({}), anomaly_alerts: alerts.parse({}) })
})

/** A pipeline file as it is written. */
export type PipelineFile = z.input<typeof pipelineSchema>

/** Parses what a pipeline file (or flags in its shape) holds. `file` names it in Faults, which name the key, its value and what is allowed. */
export function parsePipeline(value: unknown, file: string): Pipeline {
  const parsed = pipelineSchema.safeParse(value)
  if (!parsed.success) throw new Fault('usage', `${file}: ${parsed.error.issues.map((issue) => explain(issue, value)).join('; ')}`)
  const { silver, gold, checkpoints, s3, trigger, queries } = parsed.data
  const named = (key: string) => `${file}: ${key}`
  if (silver.startingVersion !== null && silver.startingTimestamp !== null) {
    throw new Fault('usage', `${named('silver.startingVersion')} and silver.startingTimestamp are both set: set only one of them`)
  }
  if (!queries.flight_phase_counts && !queries.anomaly_alerts) throw new Fault('usage', `${named('queries')} is empty: name flight_phase_counts, anomaly_alerts or both, or leave queries out for both`)
  return {
    silver: { ...silver, maxBytesPerTrigger: silver.maxBytesPerTrigger === null ? null : parseByteSize(silver.maxBytesPerTrigger, named('silver.maxBytesPerTrigger')) },
    gold,
    checkpoints,
    s3,
    trigger: trigger.kind === 'availableNow' ? trigger : { kind: trigger.kind, intervalMs: trigger.interval === null ? null : intervalMs(trigger.interval, named('trigger.interval')) },
    queries: {
      ...(queries.flight_phase_counts && { flight_phase_counts: phaseSettings(queries.flight_phase_counts, named('queries.flight_phase_counts')) }),
      ...(queries.anomaly_alerts && { anomaly_alerts: alertSettings(queries.anomaly_alerts, named('queries.anomaly_alerts')) })
    }
  }
}

/** The part of a pipeline file that says how S3 is reached. */
export const parseS3 = (value: unknown, file: string): Pipeline['s3'] => parsePart(s3, 's3', value, file)

/** The part of a pipeline file that maps columns. */
export function parseColumns(value: unknown, file: string): ColumnMapping {
  return parsePart(columnMappingSchema, 'columns', value, file)
}

function parsePart<Part>(schema: z.ZodType<Part>, key: string, value: unknown, file: string): Part {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const within = (issue: z.core.$ZodIssue) => ({ ...issue, path: [key, ...issue.path] }) as z.core.$ZodIssue
  const issues = parsed.error.issues.map((issue) => explain(within(issue), { [key]: value }))
  throw new Fault('usage', `${file}: ${issues.join('; ')}`)
}

function phaseSettings({ window, watermarkDelay }: z.output<typeof phases>, name: string): { windowUs: bigint; watermarkDelayMs: number } {
  const windowUs = parseInterval(window, `${name}.window`)
  checkWindow(windowUs, windowUs, name)
  return { windowUs, watermarkDelayMs: delayMs(watermarkDelay, `${name}.watermarkDelay`) }
}

function alertSettings({ window, slide, watermarkDelay, thresholds }: z.output<typeof alerts>, name: string): AlertSettings {
  const windowUs = parseInterval(window, `${name}.window`)
  const slideUs = parseInterval(slide ?? '1 minute', `${name}.slide`)
  checkWindow(windowUs, slideUs, name)
  checkThresholds(thresholds, name)
  return { windowUs, slideUs, watermarkDelayMs: delayMs(watermarkDelay, `${name}.watermarkDelay`), thresholds }
}

function checkWindow(windowUs: bigint, slideUs: bigint, name: string): void {
  try {
    windowSpec(micros(windowUs), micros(slideUs))
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    throw new Fault('usage', `${name}: ${error.message.replaceAll(/(-?\d+) us\b/g, (_, us: string) => formatInterval(BigInt(us)))}`, { cause: error })
  }
}

/** Crossed limits would make every value an anomaly twice over. */
function checkThresholds(thresholds: Thresholds, name: string): void {
  for (const measure of ['altitude', 'velocity'] as const) {
    const [min, max] = [thresholds[`${measure}Min`], thresholds[`${measure}Max`]]
    if (min > max) throw new Fault('usage', `${name}.thresholds: ${measure}Min (${min}) is above ${measure}Max (${max}): the minimum must be at most the maximum`)
  }
}

/** Watermarks are whole milliseconds; a part of one is cut off, as Spark does. */
function delayMs(text: string, name: string): number {
  const us = parseInterval(text, name)
  if (us < 0n) throw new Fault('usage', `${name} is "${text}": a delay must not be negative`)
  return Number(us / 1000n)
}

function intervalMs(text: string, name: string): number {
  const ms = Number(parseInterval(text, name) / 1000n)
  if (ms <= 0) throw new Fault('usage', `${name} is "${text}": an interval must be at least a millisecond`)
  return ms
}

/** Kinds of values in words, as zod names them. */
const words: Readonly<Record<string, string>> = { object: 'an object', record: 'an object', string: 'text', number: 'a number', int: 'a whole number', boolean: 'true or false' }

/** One sentence of a schema's complaint: the key, what it is, what is allowed. */
function explain(issue: z.core.$ZodIssue, value: unknown): string {
  const path = issue.path.map(String)
  const name = path.join('.') || 'the pipeline'
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => [...path, key].join('.')).join(', ')
    return path[0] === 's3' && issue.keys.some((key) => /key|secret|token|password/i.test(key)) ? `${names} must not stand in a file: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile` : `${names} is not a setting`
  }
  const found = path.reduce<unknown>((part, key) => (typeof part === 'object' && part !== null ? (part as Record<string, unknown>)[key] : undefined), value)
  if (found === undefined) return `${name} is missing${issue.code === 'custom' ? `: ${issue.message}` : ''}`
  return `${name} is ${typeof found === 'number' ? found : JSON.stringify(found)}: ${allowed(issue)}`
}

function allowed(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return oneOf(issue.values)
  if (issue.code === 'invalid_type') return `must be ${words[issue.expected] ?? issue.expected}`
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options)) return oneOf(issue.options)
  return issue.message
}

const oneOf = (values: readonly unknown[]): string => `must be ${values.map((value) => JSON.stringify(value)).join(' or ')}`
