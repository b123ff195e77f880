import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { RecentSource } from '#shared/contract/source.ts'
import type { ColumnMapping } from '#shared/pipeline/columnMapping.ts'
import { parseColumnMapping } from '#shared/pipeline/parseColumnMapping.ts'
import { isFault } from '#shared/engine/fault.ts'
import { replaceDurably } from '../storage/durableFile.ts'
import { moveAside } from '../storage/moveAside.ts'
import { parseObject } from '../storage/parseObject.ts'
import { isS3Uri, wholePlace } from '../storage/s3/s3Uri.ts'
import { readSmallFile } from '../storage/smallFile.ts'
import { errorCode, storageFault } from '../storage/storageFault.ts'
import { systemClock, type Clock } from './clock.ts'

/** Sources that were opened, the latest first, and the mappings that are kept with them. */
export interface RecentSources {
  /** `there`: the folder is there now. Those that are not stay in the list: a drive may come back. A place on S3 is not asked for. */
  list(): Promise<readonly RecentSource[]>
  /** Puts a source first. `text` is what its check saw. */
  remember(path: string, text: string): Promise<void>
  /** Empty where none is kept. */
  mappingOf(path: string): Promise<ColumnMapping>
  /** An empty one is forgotten. */
  keepMapping(path: string, mapping: ColumnMapping): Promise<void>
}

interface SourcesFile {
  readonly sources: readonly { readonly path: string; readonly openedMs: number; readonly text: string }[]
  /** The latest first. */
  readonly mappings: readonly { readonly path: string; readonly mapping: ColumnMapping }[]
}

const formatVersion = 1
const keptSources = 30
/** Several times what the kept ones can have. */
const mostBytes = 16_000_000
const keptMappings = 200
const nothing: SourcesFile = { sources: [], mappings: [] }

/** The list lies in `sources.json` of the data folder. One of another version, or a damaged one, is moved aside by the next change and not lost. */
export function openRecentSources(dataFolder: string, clock: Clock = systemClock): RecentSources {
  const file = join(dataFolder, 'sources.json')
  let last: Promise<unknown> = Promise.resolve()

  /** One change after another, each on what the file holds then: another window may have changed it. */
  function change(next: (content: SourcesFile) => SourcesFile): Promise<void> {
    const done = last.then(async () => {
      try {
        await mkdir(dataFolder, { recursive: true })
        const content = await readSources(file)
        if (content === undefined) await moveAside(file)
        await replaceDurably(file, Buffer.from(`${JSON.stringify({ version: formatVersion, ...next(content ?? nothing) }, null, 2)}\n`))
      } catch (error) {
        throw storageFault(error, 'write', file)
      }
    })
    last = done.catch(() => undefined)
    return done
  }

  const read = async (): Promise<SourcesFile> => {
    await last
    return (await readSources(file)) ?? nothing
  }

  return {
    async list() {
      const { sources } = await read()
      return Promise.all(sources.map(async (source) => ({ ...source, there: await isThere(source.path) })))
    },
    remember(path, text) {
      const entry = { path: wholePlace(path), openedMs: clock.nowMs(), text }
      return change(({ sources, mappings }) => ({ sources: [entry, ...sources.filter((source) => source.path !== entry.path)].slice(0, keptSources), mappings }))
    },
    async mappingOf(path) {
      return (await read()).mappings.find((kept) => kept.path === wholePlace(path))?.mapping ?? {}
    },
    keepMapping(path, mapping) {
      const entry = { path: wholePlace(path), mapping }
      const isEmpty = Object.keys(mapping).length === 0
      return change(({ sources, mappings }) => ({ sources, mappings: [...(isEmpty ? [] : [entry]), ...mappings.filter((kept) => kept.path !== entry.path)].slice(0, keptMappings) }))
    }
  }
}

/** undefined: there is a file, and it is not one of ours. Entries of another shape are left out. */
async function readSources(file: string): Promise<SourcesFile | undefined> {
  let text: string
  try {
    text = await readSmallFile(file, mostBytes)
  } catch (error) {
    if (isFault(error)) return undefined
    if (errorCode(error) === 'ENOENT') return nothing
    throw storageFault(error, 'read', file)
  }
  const { version, sources, mappings } = parseObject(text)
  if (version !== formatVersion || !Array.isArray(sources) || !Array.isArray(mappings)) return undefined
  return { sources: sources.filter(isSource), mappings: mappings.filter(isKeptMapping) }
}

/** A list must not wait for a network: a place on S3 is there until it is opened. */
async function isThere(path: string): Promise<boolean> {
  if (isS3Uri(path)) return true
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false
  )
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)

function isSource(value: unknown): value is SourcesFile['sources'][number] {
  return isObject(value) && typeof value.path === 'string' && typeof value.openedMs === 'number' && typeof value.text === 'string'
}

function isKeptMapping(value: unknown): value is SourcesFile['mappings'][number] {
  return isObject(value) && typeof value.path === 'string' && parseColumnMapping(value.mapping) !== undefined
}
