import pLimit from 'p-limit'
import { Fault } from '#shared/engine/fault.ts'

/**
 * Runs work that has a file open for a short look, a few at a time for the whole thread: a process may have no more than 256 open on some systems, and
 * libuv reads with four threads anyway. Such work must not wait for other work of its kind.
 */
export const whileFewAreOpen: <Answer>(work: () => Promise<Answer>) => Promise<Answer> = pLimit(8)

/** How many files, sockets and pipes this process may have open at once; undefined: as many as it likes, or the system does not say. */
export function openFilesAllowed(): number | undefined {
  known ??= { files: readAllowed() }
  return known.files
}

/** How many connections a server gets at once, and how many files are written from them: fewer where few files may be open. */
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

/** What to say where the system refuses to open another file. `doing`: what could not be done, as "cannot read a.parquet". */
export function tooManyOpen(doing: string, cause: unknown): Fault {
  const most = openFilesAllowed()
  const [allowed, needed] = most === undefined ? ['', neededFiles] : [` (this process may open ${most})`, Math.max(neededFiles, 2 * most)]
  return new Fault('storage', `${doing}, because too many files are open${allowed}: allow at least ${needed}, as ulimit -n ${2 * needed} does, then start again`, { cause })
}

let known: { readonly files: number | undefined } | undefined

function readAllowed(): number | undefined {
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean }
  // Names of network addresses are looked up otherwise, which takes time.
  report.excludeNetwork = true
  const { userLimits } = report.getReport() as { readonly userLimits?: { readonly open_files?: { readonly soft?: unknown } } }
  const soft = userLimits?.open_files?.soft
  return typeof soft === 'number' ? soft : undefined
}
