// What a command needs is loaded by it: DuckDB and the server take longer to load than most commands take.
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { Fault, isFault } from '#shared/engine/fault.ts'
import { visibleText } from '#shared/engine/visibleText.ts'
import { parseInterval } from '#shared/pipeline/interval.ts'
import { parseS3 } from '#shared/pipeline/parsePipeline.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import { dataFolderOf, neededDataFolder } from './app/dataFolder.ts'
import { addPipelineFlags, addS3Flags, flagsAsFile, s3FlagsAsFile, type PipelineFlags } from './commands/pipelineFlags.ts'
import { onSignals } from './commands/onSignals.ts'
import { replayDisplay } from './commands/replayDisplay.ts'
import { runAndReport } from './commands/runAndReport.ts'
import { resolvePipeline } from './commands/settings.ts'
import { watchDisplay } from './commands/watchDisplay.ts'
import { version } from './host/version.ts'
import { storageSettings } from './storage/storageSettings.ts'
import { tooManyOpen } from './storage/openFiles.ts'
import { errorCode } from './storage/storageFault.ts'
import type { Storages, StoragesOptions } from './storage/storages.ts'
import { leaveGoneDirectory, workingDirectory } from './storage/workingDirectory.ts'

/** Exit codes of `contrail`. */
const exitCodes = { failed: 1, usage: 2, interrupted: 130 } as const

/** Nobody reads our output any more: what only shows ends, quietly. */
const abandoned = new AbortController()

const program = new Command('contrail')
  .description('Replays a recorded silver table of ADS-B observations into the two gold tables, row for row as Spark does.')
  .version(version)
  .option('--debug', 'show where in the program an error comes from')
  .enablePositionalOptions()
  .exitOverride()
  .configureOutput({ outputError: () => undefined, writeErr: () => undefined }) // Told by `fail`, in one line.

addPipelineFlags(program.command('replay').description('process all there is, then stop')).action(async (flags: PipelineFlags) => {
  const pipeline = pipelineOf(flags)
  await runAndReport({ pipeline: { ...pipeline, trigger: { kind: 'availableNow' } }, storage: storageOf(pipeline.s3) }, replayDisplay(process.stdout), flags.progress, abandoned.signal)
})

addPipelineFlags(program.command('watch').description('process what is there and what comes, until Ctrl+C'))
  .option('--interval <duration>', 'one batch at every multiple of this; without it batch after batch')
  .action(async (flags: PipelineFlags & { interval?: string }) => {
    const pipeline = pipelineOf(flags)
    const intervalMs = flags.interval === undefined ? (pipeline.trigger.kind === 'processingTime' ? pipeline.trigger.intervalMs : null) : intervalOf(flags.interval)
    await runAndReport({ pipeline: { ...pipeline, trigger: { kind: 'processingTime', intervalMs } }, storage: storageOf(pipeline.s3) }, watchDisplay(process.stdout), flags.progress, abandoned.signal)
  })

addS3Flags(program.command('show').description('row counts of gold, the latest phase counts and the highest anomaly rates'))
  .requiredOption('--gold <dir>', 'the folder that holds both gold tables')
  .option('--json', 'as JSON')
  .action(async (flags: PipelineFlags & { gold: string; json?: boolean }) => {
    const { show } = await import('./commands/show.ts')
    await withStorages(s3Of(flags), (storages) => untilInterrupted(() => show({ gold: flags.gold, json: flags.json ?? false, openStorage: storages.open }, process.stdout), leave))
  })

addS3Flags(program.command('export').description('any Delta table as one Parquet, CSV or Arrow file'))
  .requiredOption('--table <dir>', 'a Delta table')
  .requiredOption('--to <file>', 'ends with .parquet, .csv or .arrow')
  .option('--version <n>', 'a version of the table (default: the newest)', parseVersion)
  .option('--columns <names>', 'comma-separated', (text) => text.split(','))
  .option('--where <sql>', 'an SQL condition')
  .option('--order-by <sql>', 'an SQL order')
  .option('--force', 'replace a file that is there')
  .action(async (flags: PipelineFlags & { table: string; to: string; version?: number; columns?: string[]; where?: string; orderBy?: string; force?: boolean }) => {
    const [{ openDatabase }, { exportTable }] = await Promise.all([import('./duckdb/database.ts'), import('./sink/exportTable.ts')])
    const done = await withStorages(s3Of(flags), async (storages) => {
      const table = storages.open(flags.table)
      const database = await openDatabase()
      const stop = () => {
        storages.stop()
        return database.close() // What is closed refuses whatever still comes.
      }
      return untilInterrupted(() => exportTable(database, { ...flags, table, force: flags.force ?? false }), stop, `${flags.to} was not written`).finally(() => database.close())
    })
    process.stdout.write(`${done.rows} rows of version ${done.version} written to ${visibleText(done.file)}\n`)
  })

addPipelineFlags(program.command('check').description('can silver be read? five steps, a tick each')).action(async (flags: PipelineFlags) => {
  const elsewhere = { gold: { uri: '/gold' }, checkpoints: { uri: '/checkpoints' } } // Not looked at.
  const pipeline = pipelineOf({ ...flags, gold: flags.gold ?? elsewhere.gold.uri, checkpoints: flags.checkpoints ?? elsewhere.checkpoints.uri })
  const { check } = await import('./commands/check.ts')
  await withStorages(pipeline.s3, (storages) => untilInterrupted(() => check(pipeline, storages.open, process.stdout, storages.where), leave))
})

addPipelineFlags(program.command('what-if').description('what other limits would have given: counts the batches that a pipeline has done once more'))
  .option('--to <file>', 'write anomaly_alerts as a replay with these limits would have; ends with .parquet, .csv or .arrow')
  .option('--force', 'replace a file that is there')
  .option('--minimum-observations <n>', 'an alert needs that many', parseCount, 1)
  .option('--json', 'print JSON')
  .action(async (flags: PipelineFlags & { to?: string; force?: boolean; minimumObservations: number; json?: boolean }) => {
    const { whatIf } = await import('./commands/whatIf.ts')
    const stop = new AbortController()
    const request = { pipeline: pipelineOf(flags), to: flags.to, force: flags.force ?? false, minimumObservations: flags.minimumObservations, json: flags.json ?? false }
    await withStorages(request.pipeline.s3, (storages) => untilInterrupted(() => whatIf({ ...request, storages }, process.stdout, stop.signal), () => stop.abort()))
  })

addS3Flags(program.command('sample').description('make a plausible silver table to try things with'))
  .argument('<dir>', 'a folder that is empty or not there yet')
  .option('--minutes <n>', 'of event time', parseCount, 30)
  .option('--rows-per-minute <n>', 'rows of each minute', parseCount, 30_000)
  .option('--seed <n>', 'the same seed gives the same rows', parseVersion, 1)
  .action(async (folder: string, flags: PipelineFlags & { minutes: number; rowsPerMinute: number; seed: number }) => {
    const { makeSample } = await import('./sample/makeSample.ts')
    await withStorages(s3Of(flags), async (storages) => {
      const storage = storages.open(folder)
      let stopped = false
      const makeIt = () =>
        makeSample(storage, flags, () => {
          if (stopped) throw new Fault('interrupted', 'interrupted')
        })
      const made = await untilInterrupted(makeIt, () => void (stopped = true), `${storage.root} holds no table yet: remove it before the next try`)
      process.stdout.write(`${made.rows} rows in ${made.files} files written to ${visibleText(storage.root)}\n`)
    })
  })

program
  .command('serve')
  .description('the workbench in a browser of this machine, until Ctrl+C')
  .option('--port <n>', '0: one that is free', parsePort, 0)
  .option('--no-open', 'do not open the browser: the address is the first line of the output')
  .option('--allow-host <host...>', 'HOST or HOST:PORT that the page may be opened by too, as through a port forward to another port')
  .option('--data <dir>', 'where runs and settings are kept (default: CONTRAIL_DATA, else the place of this system)')
  .action(async (flags: { port: number; open: boolean; data?: string; allowHost?: string[] }) => {
    const [{ builtPage, serveWorkbench }, { openHost }] = await Promise.all([import('./commands/serveWorkbench.ts'), import('./host/host.ts')])
    const dataFolder = neededDataFolder(flags.data, process.env)
    const { port, open, allowHost = [] } = flags
    const onRefusedHost = (why: string) => void process.stderr.write(`contrail: ${why}\n`)
    await serveWorkbench({ port, open, allowHost, onRefusedHost, dataFolder, pageFolder: builtPage, storage: storageSettings({}, here(), dataFolder) }, openHost, process.stdout)
  })

// A reader of our output that goes away (head, less) is no error; a full disk is.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return abandoned.abort()
  process.stderr.write(`contrail: standard output cannot be written (${error.code ?? error.message}): check where it goes to\n`)
  process.exit(exitCodes.failed)
})
process.stderr.on('error', () => undefined) // There is nobody left to tell.

try {
  leaveGoneDirectory()
  await program.parseAsync()
} catch (error) {
  fail(fileLimit(error))
}

/** Where settings are looked for. */
function here(): { environment: NodeJS.ProcessEnv; workingDirectory: string | undefined } {
  return { environment: process.env, workingDirectory: workingDirectory() }
}

function storageOf(s3: Pipeline['s3']): StoragesOptions {
  return storageSettings(s3, here(), dataFolderOf(undefined, process.env))
}

/** What the flags of a command say that has no pipeline file. */
function s3Of(flags: PipelineFlags): Pipeline['s3'] {
  return parseS3(s3FlagsAsFile(flags).s3 ?? {}, 'the command line')
}

async function withStorages<Answer>(s3: Pipeline['s3'], work: (storages: Storages) => Promise<Answer>): Promise<Answer> {
  const { openStorages } = await import('./storage/storages.ts')
  const storages = openStorages(storageOf(s3))
  try {
    return await work(storages)
  } finally {
    await storages.close()
  }
}

function pipelineOf(flags: PipelineFlags): Pipeline {
  return resolvePipeline({ pipeline: flags.pipeline, flags: flagsAsFile(flags), query: flags.query, ...here() })
}

/** Runs work that Ctrl+C or SIGTERM stops by `stop`, after which it rejects; `left` says what that leaves behind. A second one ends the process. */
async function untilInterrupted<Answer>(work: () => Promise<Answer>, stop: () => unknown, left = 'nothing was written'): Promise<Answer> {
  const signals = onSignals(stop)
  try {
    return await work()
  } catch (error) {
    throw signals.asked() && isFault(error) && error.code === 'interrupted' ? new Fault('interrupted', `interrupted: ${left}`, { cause: error }) : error
  } finally {
    signals.off()
  }
}

/** For what only reads: there is nothing to leave in order. */
function leave(): void {
  process.stderr.write('contrail: interrupted\n')
  process.exit(exitCodes.interrupted)
}

function intervalOf(text: string): number {
  const ms = Number(parseInterval(text, '--interval') / 1000n)
  if (ms <= 0) throw new Fault('usage', `--interval is "${text}": it must be longer than zero`)
  return ms
}

function parseVersion(text: string): number {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text))) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

function parsePort(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('It must be a port number, 0 to 65535.')
  return Number(text)
}

function parseCount(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) === 0 || !Number.isSafeInteger(Number(text))) throw new InvalidArgumentError('It must be a whole number above zero.')
  return Number(text)
}

/** What the system says while a part of the program is loaded. */
function fileLimit(error: unknown): unknown {
  const code = errorCode(error)
  return code === 'EMFILE' || code === 'ENFILE' ? tooManyOpen('a part of Contrail cannot be loaded', error) : error
}

/** One line on standard error that names the thing and the next step; the stack only with --debug. */
function fail(error: unknown): void {
  if (error instanceof CommanderError && error.exitCode === 0) return
  if (abandoned.signal.aborted && isFault(error) && error.code === 'interrupted') return
  const debug = program.opts<{ debug?: boolean }>().debug === true
  if (error instanceof CommanderError) {
    const message = error.code === 'commander.help' ? 'no command is given' : error.message.replace(/^error: /, '')
    process.stderr.write(`contrail: ${visibleText(message)}; contrail --help tells how it is used\n`)
    process.exitCode = exitCodes.usage
  } else if (isFault(error)) {
    process.stderr.write(`contrail: ${error.message}\n`)
    process.exitCode = error.code === 'usage' || error.code === 'exists' ? exitCodes.usage : error.code === 'interrupted' ? exitCodes.interrupted : exitCodes.failed
  } else {
    const message = error instanceof Error ? error.message : String(error)
    process.stderr.write(`contrail: a mistake in Contrail itself: ${visibleText(message)}${debug ? '' : '; run it again with --debug before the command to see where, and report it'}\n`)
    process.exitCode = exitCodes.failed
  }
  if (debug && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`)
}

