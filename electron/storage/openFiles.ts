import pLimit from 'p-limit'
import { Fault } from '#shared/engine/fault.ts'

/**
 * Runs work that has a file open for a short look, a few at a time for the whole thread: a process may have no more than
 * 256 open on some systems, and libuv reads with four threads anyway. Such work must not wait for other work of its kind.
 */
export const whileFewAreOpen: <Answer>(work: () => Promise<Answer>) => Promise<Answer> = pLimit(8)

/** How many files, sockets and pipes this process may have open; undefined: no limit, or the system does not say. */
export function openFilesAllowed(): number | undefined {
  known ??= { files: readAllowed() }
  return known.files
}

/** How many connections a server gets at once, and how many files are written from them. */
export function connectionsAtOnce(): number {
  const most = openFilesAllowed()
  return most !== undefined && most < 512 ? 12 : 64
}

/** Fetches an object into a file, as many at a time in this thread as there are connections. */
export function whileFewAreFetched<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  fetches ??= pLimit(connectionsAtOnce())
  return fetches(work)
}

let fetches: ReturnType<typeof pLimit> | undefined

/** With fewer, threads and DuckDB, which have files of their own, may not be able to begin. */
const neededFiles = 128

/** What to say where the system refuses to open another file. `doing`: what failed, as "cannot read a.parquet". */
export function tooManyOpen(doing: string, cause: unknown): Fault {
  const most = openFilesAllowed()
  const allowed = most === undefined ? '' : ` (this process may open ${most})`
  const needed = Math.max(neededFiles, 2 * (most ?? 0))
  const next = `allow at least ${needed}, as ulimit -n ${2 * needed} does, then start again`
  return new Fault('storage', `${doing}, because too many files are open${allowed}: ${next}`, { cause })
}

let known: { readonly files: number | undefined } | undefined

function readAllowed(): number | undefined {
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean }
  // Names of network addresses are looked up otherwise, which takes time.
  report.excludeNetwork = true
  const { userLimits } = report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } }
  const soft = userLimits?.open_files?.soft
  return typeof soft === 'number' ? soft : undefined
}
