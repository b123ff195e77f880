import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { Fault, isFault } from '#shared/engine/fault.ts'
import { parseByteSize } from '#shared/pipeline/byteSize.ts'
import type { S3Settings } from '#shared/pipeline/pipeline.ts'
import { awsFilesOf, readAwsConfiguration } from './s3/awsConfiguration.ts'
import { placesOf, type Variables } from './s3/placesOf.ts'
import { proxiesOf } from './s3/proxies.ts'
import { readSmallFileNow } from './smallFile.ts'
import type { StoragesOptions } from './storages.ts'
import { wholePath } from './workingDirectory.ts'

/** More than any `.env` has. */
const mostBytes = 1_000_000

/** Where variables come from. */
export interface VariableSources {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Its `.env` is read; absent: none is. */
  readonly workingDirectory?: string | undefined
}

/** Variables of the environment, then those of `.env` in the working directory; empty ones are left out. Faults name a `.env` that cannot be read. */
export function variablesOf({ environment, workingDirectory }: VariableSources): Variables[] {
  return [{ from: 'the environment', values: withoutEmpty(environment) }, ...(workingDirectory === undefined ? [] : [{ from: '.env', values: readDotEnv(workingDirectory) }])]
}

/** Each variable as who comes first says it. */
export function mergeVariables(variables: readonly Variables[]): Readonly<Record<string, string | undefined>> {
  return Object.assign({}, ...variables.map(({ values }) => values).reverse()) as Record<string, string>
}

/** How S3 is reached, and where copies of its objects are kept: CONTRAIL_CACHE (a folder) and CONTRAIL_CACHE_BYTES ("4g"), else in the data folder, where there is one. */
export function storageSettings(s3: S3Settings, sources: VariableSources, dataFolder: string | undefined): StoragesOptions {
  const variables = variablesOf(sources)
  const merged = mergeVariables(variables)
  const { CONTRAIL_CACHE: folder, CONTRAIL_CACHE_BYTES: size } = merged
  const proxies = proxiesOf(merged)
  return {
    places: placesOf(s3, variables, readAwsConfiguration(awsFilesOf(merged))),
    ...(proxies && { proxies }),
    cacheFolder: folder === undefined ? dataFolder && join(dataFolder, 'cache') : wholePath(folder, sources.workingDirectory),
    ...(size !== undefined && { cacheBytes: parseByteSize(size, 'CONTRAIL_CACHE_BYTES') })
  }
}

function readDotEnv(folder: string): Record<string, string> {
  const file = join(folder, '.env')
  if (!existsSync(file)) return {}
  if (statSync(file).isFIFO()) throw new Fault('storage', `${file} is a pipe, which may never end: make it a readable file, or move it away`)
  try {
    return withoutEmpty(parseEnv(readSmallFileNow(file, mostBytes)))
  } catch (error) {
    if (isFault(error)) throw error
    throw new Fault('storage', `${file} cannot be read: make it a readable file, or move it away`, { cause: error })
  }
}

function withoutEmpty(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]])))
}
