import { existsSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Fault } from '#shared/engine/fault.ts'
import type { ExportProgress, Host } from '#shared/contract/host.ts'
import type { RunCommand, RunEvent, Speed, StepUnit } from '#shared/contract/run.ts'
import type { CheckReport } from '#shared/contract/source.ts'
import type { OpenedHost } from '../app/openedHost.ts'
import { openDatabase } from '../duckdb/database.ts'
import { makeSample } from '../sample/makeSample.ts'
import { exportRows } from '../sink/exportRows.ts'
import { replaceDurably } from '../storage/durableFile.ts'
import { openStorage } from '../storage/openStorage.ts'
import { ignoreMissing, storageFault } from '../storage/storageFault.ts'
import { refuseLimits } from '../whatIf/runWhatIf.ts'
import { takeRecordings } from '../whatIf/recordings.ts'
import { checkSource } from './checkSource.ts'
import { systemClock } from './clock.ts'
import { listFolder } from './listFolder.ts'
import { openLiveRun, type LiveRun } from './liveRun.ts'
import { openRecentSources } from './recentSources.ts'
import { revealFile } from './revealFile.ts'
import { openRunFiles, pipelineOfRun, summaryOf } from './runFiles.ts'
import { version } from './version.ts'

export interface HostOptions {
  /** Where runs, the sample and the settings of the workbench are kept; made when it is needed. */
  readonly dataFolder: string
  readonly platform: 'browser' | 'electron'
}

/** Forty minutes, 3,000 rows a minute: enough for every state of a window, and made in less than three seconds. */
const sampleShape = { minutes: 40, rowsPerMinute: 3000, seed: 1 }

const whyLimit = 2000

const layoutLimitBytes = 1_000_000

/** What every way in serves. One run is open at a time; its worker is the only one. */
export async function openHost({ dataFolder, platform }: HostOptions): Promise<OpenedHost> {
  const clock = systemClock
  const files = openRunFiles(dataFolder)
  const recent = openRecentSources(dataFolder, clock)
  const database = await openDatabase()
  const exported = new Set<string>()
  const runListeners = new Set<(event: RunEvent) => void>()
  const exportListeners = new Set<(progress: ExportProgress) => void>()
  let live: LiveRun | undefined
  let sample: Promise<string> | undefined
  /** Opening and closing one after the other, whoever asks. */
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    const next = turn.then(work, work)
    turn = next.catch(() => undefined)
    return next
  }

  function opened(runId: string): LiveRun {
    if (live?.id !== runId) throw new Fault('usage', 'that run is not open: open it first')
    return live
  }

  const host: Host = {
    about: async () => ({ version, platform, dataFolder, documentsFolder: documentsFolder() }),
    listFolder: async (path) => listFolder(path),
    recentSources: () => recent.list(),
    async checkSource(path, mapping) {
      const report = await checkSource(path, mapping ?? (await recent.mappingOf(path)), database)
      if (report.format !== null) {
        await recent.remember(path, describe(report))
        await recent.keepMapping(path, report.mapping)
      }
      return report
    },
    sampleSource() {
      sample ??= makeSampleOnce(join(dataFolder, 'sample', 'flights'))
      sample.catch(() => (sample = undefined))
      return sample
    },
    listRuns: async () => (await files.list()).map((run) => (run.id === live?.id ? live.summary() : summaryOf(run, run.state === 'running' ? 'interrupted' : run.state, run.fault))),
    async createRun(run) {
      const saved = await files.create(run, await recent.mappingOf(run.silver), clock.nowMs())
      return summaryOf(saved, saved.state, undefined)
    },
    openRun: (runId) =>
      inTurn(async () => {
        if (live?.id !== runId) {
          const saved = await files.read(runId)
          await live?.close()
          live = undefined
          live = await openLiveRun({ saved, journalFolder: files.journalFolder(runId), whatIfFolder: files.whatIfFolder(runId), recordedFolder: files.recordedFolder(saved), database, clock, save: files.save, emit: (event) => runListeners.forEach((listener) => listener(event)) })
        }
        return live.snapshot()
      }),
    async controlRun(runId, command) {
      await opened(runId).control(parseCommand(command))
    },
    applyLimits: async (runId, limits, why) => opened(runId).applyLimits(limits, String(why).slice(0, whyLimit)),
    replayRun: (runId, limits) =>
      inTurn(async () => {
        refuseLimits(limits)
        const of = await files.read(opened(runId).id)
        const recordings = await takeRecordings(pipelineOfRun(of), { database, openStorage, clock, signal: new AbortController().signal })
        const saved = await files.createReplay(of, recordings, limits, clock.nowMs())
        return summaryOf(saved, saved.state, undefined)
      }),
    whatIf: async (runId, question) => opened(runId).whatIf.ask(question),
    whatIfRows: async (runId, question) => opened(runId).whatIf.rows(question),
    distribution: async (runId, question) => opened(runId).whatIf.distribution(question),
    silverRows: async (runId, question) => opened(runId).silver.rows(question),
    windowFacts: async (runId, question) => opened(runId).silver.facts(question),
    deleteRun: (runId) =>
      inTurn(async () => {
        if (live?.id === runId) {
          if (live.summary().state === 'running') throw new Fault('usage', `the run ${live.summary().name} is going on: pause it, then delete it`)
          await live.close()
          live = undefined
        }
        await files.remove(runId)
      }),
    async exportRows(request) {
      const saved = await files.read(request.runId)
      const run = live?.id === saved.id ? live.summary() : summaryOf(saved, saved.state, saved.fault)
      const done = await exportRows(request, { database, run, openStorage, onProgress: (rows, of) => exportListeners.forEach((listener) => listener({ file: request.to, rows, of })) })
      exported.add(done.file)
      return done
    },
    revealFile: async (path) => revealFile(path, { exported }),
    async loadLayout() {
      const text = await readFile(join(dataFolder, 'layout.json'), 'utf8').catch(ignoreMissing)
      try {
        return text === undefined ? null : (JSON.parse(text) as unknown)
      } catch {
        return null // A layout is a convenience: a damaged one is as good as none.
      }
    },
    async saveLayout(layout) {
      const text = JSON.stringify(layout ?? null)
      if (text.length > layoutLimitBytes) throw new Fault('usage', `the layout has ${text.length} characters, more than ${layoutLimitBytes}`)
      const file = join(dataFolder, 'layout.json')
      try {
        await mkdir(dataFolder, { recursive: true })
        await replaceDurably(file, Buffer.from(text))
      } catch (error) {
        throw storageFault(error, 'write', file)
      }
    },
    onRunEvent(listener) {
      runListeners.add(listener)
      return () => void runListeners.delete(listener)
    },
    onExportProgress(listener) {
      exportListeners.add(listener)
      return () => void exportListeners.delete(listener)
    }
  }

  return {
    host,
    async close() {
      await inTurn(async () => live?.close())
      await database.close()
    }
  }
}

/** What a crash left of a sample is made again. */
async function makeSampleOnce(folder: string): Promise<string> {
  const storage = openStorage(folder)
  if (await storage.stat('_delta_log/00000000000000000000.json')) return folder
  await rm(folder, { recursive: true, force: true })
  await makeSample(storage, sampleShape)
  return folder
}

function documentsFolder(): string {
  const documents = join(homedir(), 'Documents')
  return existsSync(documents) ? documents : homedir()
}

function describe({ format, version: newest, files }: CheckReport): string {
  const count = `${files} ${files === 1 ? 'file' : 'files'}`
  return format === 'delta' ? `Delta v${newest ?? 0}, ${count}` : `Parquet, ${count}`
}

const units: readonly StepUnit[] = ['file', 'trigger', 'windowClose', 'alert']
const isSpeed = (speed: unknown): speed is Speed => speed === 'max' || (typeof speed === 'number' && speed >= 0.1 && speed <= 1000)

/** What comes over a channel is not trusted. */
function parseCommand(command: RunCommand): RunCommand {
  switch (command.kind) {
    case 'play':
    case 'pause':
    case 'stop':
      return { kind: command.kind }
    case 'step':
      if (units.includes(command.unit)) return { kind: 'step', unit: command.unit }
      throw new Fault('usage', `a step goes by ${units.join(', ')}, not by ${JSON.stringify(command.unit)}`)
    case 'speed':
      if (isSpeed(command.speed)) return { kind: 'speed', speed: command.speed }
      throw new Fault('usage', `a speed is between 0.1 and 1000 times event time, or max, not ${JSON.stringify(command.speed)}`)
    default:
      throw new Fault('usage', 'a run can be played, paused, stepped, stopped, and its speed changed')
  }
}
