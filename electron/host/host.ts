import { existsSync } from 'node:fs'
import { stat, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '#shared/engine/fault.ts'
import type { ExportProgress, Host } from '#shared/contract/host.ts'
import type { RunCommand, RunEvent, RunState, Speed, StepUnit } from '#shared/contract/run.ts'
import type { CheckReport } from '#shared/contract/source.ts'
import { parseColumns } from '#shared/pipeline/parsePipeline.ts'
import type { HostOptions, OpenedHost } from '../app/openedHost.ts'
import { openDatabase } from '../duckdb/database.ts'
import { makeSample } from '../sample/makeSample.ts'
import { exportRows } from '../sink/exportRows.ts'
import { openStorage as openFolder } from '../storage/openStorage.ts'
import { homeFolder } from '../storage/homeFolder.ts'
import { storageSettings } from '../storage/storageSettings.ts'
import { noVault } from '../storage/s3/keyVault.ts'
import { noPlaces, type S3Places } from '../storage/s3/s3Place.ts'
import { isS3Uri } from '../storage/s3/s3Uri.ts'
import { openStorages, type StoragesOptions } from '../storage/storages.ts'
import { refuseLimits } from '../whatIf/limitRanges.ts'
import { takeRecordings } from '../whatIf/recordings.ts'
import { checkSource } from './checkSource.ts'
import { systemClock } from './clock.ts'
import { diskUse } from './diskUse.ts'
import { openHostLog } from './hostLog.ts'
import { openLayoutFile } from './layoutFile.ts'
import { licences } from './licences.ts'
import { listFolder } from './listFolder.ts'
import { openLiveRun, type LiveRun } from './liveRun.ts'
import { describeError, loggedHost } from './loggedHost.ts'
import { parseSessionRun } from './parseSession.ts'
import { openRecentSources } from './recentSources.ts'
import { reportOf } from './report.ts'
import { revealFile } from './revealFile.ts'
import { openRunFiles, pipelineOfRun, summaryOf } from './runFiles.ts'
import { openS3Connections } from './s3Connections.ts'
import { listSessions, readSession, saveSession } from './sessionFiles.ts'
import { sessionRunOf } from './sessionRun.ts'
import { version } from './version.ts'

/** Forty minutes, 3,000 rows a minute: enough for every state of a window, and made in less than three seconds. */
const sampleShape = { minutes: 40, rowsPerMinute: 3000, seed: 1 }

const whyLimit = 2000

/** What the two dialogs of Help show of the log. */
const logLines = 1000
const reportLines = 200

/** What every way in serves. One run is open at a time; its worker is the only one. */
export async function openHost({ dataFolder, platform, vault = noVault, environment = process.env, storage = storageSettings({}, { environment }, dataFolder) }: HostOptions): Promise<OpenedHost> {
  const connections = await openS3Connections({ dataFolder, given: storage.places ?? noPlaces, vault, environment, onPlaces: takePlaces })
  const storageNow = (): StoragesOptions => ({ ...storage, places: connections.places() })
  const storages = openStorages(storageNow())
  const openStorage = storages.open
  const clock = systemClock
  const files = openRunFiles(dataFolder)
  const recent = openRecentSources(dataFolder, clock)
  const database = await openDatabase()
  const exported = new Set<string>()
  const runListeners = new Set<(event: RunEvent) => void>()
  const exportListeners = new Set<(progress: ExportProgress) => void>()
  const log = openHostLog(dataFolder, clock)
  const layout = openLayoutFile(dataFolder, (aside) => log.write(`the layout could not be read, and is kept as ${aside}`))
  let live: LiveRun | undefined
  let sample: Promise<string> | undefined
  /** Opening and closing one after the other, whoever asks. */
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    const next = turn.then(work, work)
    turn = next.catch(() => undefined)
    return next
  }

  /** Whatever is open or runs takes them with its next request. */
  function takePlaces(places: S3Places): void {
    storages.setPlaces(places)
    live?.setPlaces(places)
  }

  function opened(runId: string): LiveRun {
    if (live?.id !== runId) throw new Fault('usage', 'that run is not open: open it first')
    return live
  }

  /** Every listener hears it; what kept one from it is thrown when all have. */
  function emit(event: RunEvent): void {
    logEvent(event)
    let kept: unknown
    for (const listener of runListeners) {
      try {
        listener(event)
      } catch (error) {
        kept ??= error
      }
    }
    if (kept !== undefined) throw kept
  }

  let toldState: RunState | undefined
  let toldStop: string | null = null
  /** Of what happens to the open run: how it stands, and what broke down. */
  function logEvent(event: RunEvent): void {
    if (event.kind === 'run' && event.run.state !== toldState) {
      toldState = event.run.state
      log.write(`run ${event.runId} is ${toldState}${event.run.fault ? `: ${event.run.fault.message}` : ''}`)
    } else if (event.kind === 'problem' && event.problem.severity === 'error') log.write(`run ${event.runId}: ${event.problem.message}`)
    else if (event.kind === 'whatIf' && event.progress.stopped !== toldStop) {
      toldStop = event.progress.stopped
      if (toldStop !== null) log.write(`run ${event.runId}: what-if stopped: ${toldStop}`)
    }
  }

  const duckdb = async (): Promise<string> => String((await database.query('SELECT version() AS version')).rows()[0]?.version)
  const brokenDown = (error: Error) => log.writeNow(`the host broke down: ${describeError(error)}`)
  process.on('uncaughtExceptionMonitor', brokenDown)
  log.write(`started: Contrail ${version}, ${platform}, ${process.platform} ${process.arch}, Node ${process.versions.node}, DuckDB ${await duckdb()}`)

  /** Which servers are asked for places on S3: a line each. */
  function logServers(places: readonly string[]): void {
    for (const place of new Set(places)) {
      const at = storages.where(place)
      if (at) log.write(`${place} is read at ${at.server}, with ${at.credentials}`)
    }
  }

  const host: Host = {
    about: async () => ({ version, platform, dataFolder, documentsFolder: documentsFolder() }),
    listFolder: async (path) => listFolder(path),
    recentSources: () => recent.list(),
    async checkSource(path, mapping) {
      logServers([path])
      const chosen = mapping === undefined ? await recent.mappingOf(path) : parseColumns(mapping, 'the mapping of columns')
      const report = await checkSource(path, chosen, { database, openStorage, where: storages.where })
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
    s3Connections: connections.list,
    async connectS3(connection) {
      const connected = await connections.connect(connection)
      if (connected.kind === 'connected') {
        const where = storages.where(connected.path)
        log.write(`connected to ${connected.path} on ${where?.server}, with ${where?.credentials}`)
      }
      return connected
    },
    async forgetS3(bucket) {
      await connections.forget(bucket)
      log.write(`connection to the bucket ${bucket} forgotten`)
    },
    listRuns: async () => (await files.list()).map((run) => (run.id === live?.id ? live.summary() : summaryOf(run, run.state === 'running' ? 'interrupted' : run.state, run.fault))),
    async createRun(run) {
      const saved = await files.create(run, await recent.mappingOf(run.silver), clock.nowMs())
      log.write(`run ${saved.id} created: ${saved.mode} of ${saved.pipeline.silver.uri}`)
      return summaryOf(saved, saved.state, undefined)
    },
    openRun: (runId) =>
      inTurn(async () => {
        if (live?.id !== runId) {
          const saved = await files.read(runId)
          await live?.close()
          live = undefined
          live = await openLiveRun({ saved, journalFolder: files.journalFolder(runId), whatIfFolder: files.whatIfFolder(runId), recordedFolder: files.recordedFolder(saved), database, storage: storageNow, openStorage, clock, save: files.save, emit })
          toldState = live.summary().state
          toldStop = null
          log.write(`run ${runId} opened, ${toldState}`)
          const { silver, gold, checkpoints } = saved.pipeline
          logServers([silver.uri, gold.uri, checkpoints.uri])
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
        log.write(`run ${saved.id} created: the batches of ${of.id} again`)
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
        log.write(`run ${runId} deleted`)
      }),
    async exportRows(request) {
      const saved = await files.read(request.runId)
      const run = live?.id === saved.id ? live.summary() : summaryOf(saved, saved.state, saved.fault)
      const done = await exportRows(request, { database, run, openStorage, onProgress: (rows, of) => exportListeners.forEach((listener) => listener({ file: request.to, rows, of })) })
      exported.add(done.file)
      return done
    },
    revealFile: async (path) => revealFile(path, { exported }),
    loadLayout: layout.load,
    saveLayout: layout.save,
    onRunEvent(listener) {
      runListeners.add(listener)
      return () => void runListeners.delete(listener)
    },
    onExportProgress(listener) {
      exportListeners.add(listener)
      return () => void exportListeners.delete(listener)
    },
    listSessions: async (path) => listSessions(path ?? documentsFolder()),
    async saveSession(session) {
      const file = await saveSession(session, sessionRunOf(await files.read(session.runId)), clock.nowMs())
      log.write(`session of run ${session.runId} saved`)
      return file
    },
    readSession: async (path) => readSession(path),
    async runOfSession(given) {
      const run = parseSessionRun(given, 'what was given')
      if ((await files.list()).some(({ id }) => id === run.id)) return { runId: run.id, isNew: false }
      const isOnS3 = isS3Uri(run.silver)
      const isThere = isOnS3 ? await openStorage(run.silver).hasFolder('') : await stat(run.silver).then((found) => found.isDirectory(), () => false)
      if (!isThere) throw new Fault('notFound', `the run of this session is not here, and neither is its silver (${run.silver}): ${isOnS3 ? 'connect to the bucket where it is now' : 'connect the drive that holds it, or open the folder where it is now'}`)
      const saved = await files.createOfSession(run, clock.nowMs())
      log.write(`run ${saved.id} created: ${saved.mode} of ${run.silver}, from a session of run ${run.id}`)
      return { runId: saved.id, isNew: true }
    },
    async diskUse(runId) {
      const { gold, checkpoints } = (await files.read(runId)).pipeline
      return diskUse(files.folder(runId), [gold.uri, checkpoints.uri])
    },
    logs: () => log.tail(logLines),
    async report(runId) {
      const saved = runId === undefined ? undefined : await files.read(runId)
      const isLive = live !== undefined && live.id === runId
      const runs = [...(await files.list()), ...(saved ? [saved] : [])]
      return reportOf({
        shell: platform,
        duckdb: await duckdb(),
        nowMs: clock.nowMs(),
        run: saved && { saved, state: isLive ? live!.summary().state : saved.state, problems: isLive ? live!.problems() : [] },
        log: (await log.tail(reportLines)).lines,
        places: [...runs.flatMap(({ pipeline }) => [pipeline.silver.uri, pipeline.gold.uri, pipeline.checkpoints.uri]), ...(await recent.list()).map(({ path }) => path)]
      })
    },
    licences
  }

  return {
    host: loggedHost(host, log),
    async close() {
      await inTurn(async () => live?.close())
      storages.stop()
      await database.close()
      await storages.close()
      process.off('uncaughtExceptionMonitor', brokenDown)
      log.write('ended')
      await log.settled()
    }
  }
}

/** What a crash left of a sample is made again. */
async function makeSampleOnce(folder: string): Promise<string> {
  const storage = openFolder(folder)
  if (await storage.stat('_delta_log/00000000000000000000.json')) return folder
  await rm(folder, { recursive: true, force: true })
  await makeSample(storage, sampleShape)
  return folder
}

function documentsFolder(): string {
  const home = homeFolder() ?? '/'
  const documents = join(home, 'Documents')
  return existsSync(documents) ? documents : home
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
