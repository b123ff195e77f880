import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '#shared/engine/fault.ts'
import { builtinQueries } from '#shared/pipeline/builtinQueries.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import type { SourceParts } from '../source/openSource.ts'
import { replaceDurably } from '../storage/durableFile.ts'
import { storageFault } from '../storage/storageFault.ts'
import { positionsBut, refuseMoved } from '../host/readBatch.ts'
import type { RecordedBatch } from './recordedBatches.ts'
import { openRecordedQuery } from './recordedQuery.ts'

/** Batches by query. */
export type Recordings = ReadonlyMap<string, readonly RecordedBatch[]>

/** What the queries of a run have recorded. Every file of it must still be there: Faults name the one that is not. */
export async function takeRecordings(pipeline: Pipeline, parts: SourceParts): Promise<Recordings> {
  const recordings = new Map<string, readonly RecordedBatch[]>()
  for (const { name } of builtinQueries(pipeline)) {
    const { stream, batches } = await openRecordedQuery(pipeline, name, parts)
    const recorded = await batches(0)
    for (const { range, setAside } of recorded) {
      if (range.start === range.end) continue
      const files = await stream.files(range)
      refuseMoved(files, setAside)
      await stream.checkFiles(range, positionsBut(files, setAside))
    }
    recordings.set(name, recorded)
  }
  if ([...recordings.values()].every((batches) => batches.length === 0)) throw new Fault('usage', 'the run has done no batch yet: play it first, then replay its batches with other limits')
  return recordings
}

const formatVersion = 1

/** Writes them as files of a folder, one a query. */
export async function keepRecordings(folder: string, recordings: Recordings): Promise<void> {
  for (const [query, batches] of recordings) {
    const file = join(folder, `${query}.json`)
    try {
      await mkdir(folder, { recursive: true })
      await replaceDurably(file, Buffer.from(JSON.stringify({ formatVersion, batches })))
    } catch (error) {
      throw storageFault(error, 'write', file)
    }
  }
}

/** What `keepRecordings` has written for the queries of a pipeline. Faults name the file that is gone or damaged. */
export async function readRecordings(folder: string, pipeline: Pipeline): Promise<Recordings> {
  const recordings = new Map<string, readonly RecordedBatch[]>()
  for (const { name } of builtinQueries(pipeline)) recordings.set(name, await readRecording(join(folder, `${name}.json`)))
  return recordings
}

async function readRecording(file: string): Promise<readonly RecordedBatch[]> {
  let kept: { readonly formatVersion?: number; readonly batches?: readonly RecordedBatch[] }
  try {
    kept = JSON.parse(await readFile(file, 'utf8')) as typeof kept
  } catch (error) {
    throw new Fault('corrupt', `${file}, the batches that this run does again, cannot be read: save the run that they are of once more as a new run`, { cause: error })
  }
  if (kept.formatVersion !== formatVersion || !kept.batches) throw new Fault('unsupported', `${file} was written by a newer Contrail (format ${String(kept.formatVersion)}): open its run with that one`)
  return kept.batches
}
