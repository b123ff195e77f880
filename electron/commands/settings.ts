import { dirname, isAbsolute } from 'node:path'
import { Fault, isFault } from '#shared/engine/fault.ts'
import { parsePipeline, type PipelineFile } from '#shared/pipeline/parsePipeline.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import { readSmallFileNow } from '../storage/smallFile.ts'
import { mergeVariables, variablesOf } from '../storage/storageSettings.ts'
import { wholePath } from '../storage/workingDirectory.ts'

/** Where settings come from. */
export interface SettingSources {
  /** Path of a pipeline file. */
  readonly pipeline: string | undefined
  /** What the flags say, in the shape of a pipeline file. */
  readonly flags: PartialFile
  /** Run this query alone. */
  readonly query: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  /** undefined: it is not there any more. */
  readonly workingDirectory: string | undefined
}

/** A pipeline file with any of its keys left out. */
export type PartialFile = { readonly [Part in keyof PipelineFile]?: Partial<PipelineFile[Part]> }

/** Of a pipeline file, and of `.env`. */
const mostBytes = 1_000_000

const places = ['silver', 'gold', 'checkpoints'] as const

/**
 * The pipeline of a command: a flag beats the file, the file beats CONTRAIL_* variables, and those beat `.env` in the working directory. Uris in the
 * file are relative to the file, others to the working directory.
 */
export function resolvePipeline(sources: SettingSources): Pipeline {
  const pipeline = sources.pipeline === undefined ? undefined : wholePath(sources.pipeline, sources.workingDirectory)
  const file = pipeline === undefined ? {} : readPipelineFile(pipeline)
  const variables = mergeVariables(variablesOf(sources))
  const flags = sources.flags as Record<string, Record<string, unknown> | undefined>
  const merged = mergeDeep(withQueries(file, flags), { ...flags, ...Object.fromEntries(places.map((place) => [place, undefined])) })
  for (const place of places) {
    const inFile = file[place]
    if (inFile !== undefined && !isObject(inFile)) continue // parsePipeline says what it must be.
    const uri = located(flags[place]?.uri, sources.workingDirectory) ?? located(inFile?.uri, pipeline && dirname(pipeline)) ?? located(variables[`CONTRAIL_${place.toUpperCase()}_URI`], sources.workingDirectory)
    if (uri === undefined && inFile === undefined) throw new Fault('usage', `it is not said where ${place} is: give --${place} DIR, ${place}.uri in a file for --pipeline, or CONTRAIL_${place.toUpperCase()}_URI`)
    merged[place] = { ...inFile, ...flags[place], uri }
  }
  chooseStart(merged.silver, flags.silver)
  // Who chooses a profile wants its keys.
  if (isObject(merged.s3) && flags.s3?.profile !== undefined && flags.s3.anonymous === undefined) delete merged.s3.anonymous
  chooseQuery(merged, sources.query)
  return parsePipeline(merged, sources.pipeline ?? 'the command line')
}

/** A flag of one query, where no file names any, must not leave the other one out. */
function withQueries(file: Record<string, unknown>, flags: Record<string, unknown>): Record<string, unknown> {
  return flags.queries !== undefined && file.queries === undefined ? { ...file, queries: { flight_phase_counts: {}, anomaly_alerts: {} } } : file
}

/** A start that a flag gives takes the place of the other kind of start in the file. */
function chooseStart(silver: unknown, flags: Record<string, unknown> | undefined): void {
  if (!isObject(silver) || !flags) return
  for (const [given, other] of [['startingVersion', 'startingTimestamp'], ['startingTimestamp', 'startingVersion']] as const) {
    if (flags[given] !== undefined && flags[other] === undefined) delete silver[other]
  }
}

/** Flags for a query that the file leaves out bring it in; `--query` takes the other one away. */
function chooseQuery(merged: Record<string, unknown>, query: string | undefined): void {
  if (query === undefined) return
  const names = ['flight_phase_counts', 'anomaly_alerts']
  if (!names.includes(query)) throw new Fault('usage', `--query is ${query}: it can be ${names.join(' or ')}`)
  const queries = (merged.queries ?? {}) as Record<string, unknown>
  merged.queries = { [query]: queries[query] ?? {} }
}

function readPipelineFile(file: string): Record<string, unknown> {
  let text: string
  try {
    text = readSmallFileNow(file, mostBytes)
  } catch (error) {
    if (isFault(error)) throw error
    throw new Fault('notFound', `the pipeline file ${file} cannot be read: check the path`, { cause: error })
  }
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch (error) {
    throw new Fault('usage', `the pipeline file ${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  throw new Fault('usage', `the pipeline file ${file} holds no JSON object`)
}

/** What is not text stays as it is, for parsePipeline to refuse. */
function located(uri: unknown, folder: string | undefined): unknown {
  if (typeof uri !== 'string') return uri
  // Two letters at least before the colon: C: is a drive.
  return /^[a-z][a-z0-9+.-]+:/i.test(uri) || isAbsolute(uri) || uri === '' ? uri : wholePath(uri, folder)
}

function mergeDeep(below: Record<string, unknown>, above: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...below }
  for (const [key, value] of Object.entries(above)) {
    if (value === undefined) continue
    const under = merged[key]
    merged[key] = isObject(value) && isObject(under) ? mergeDeep(under, value) : value
  }
  return merged
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
