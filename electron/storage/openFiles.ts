import pLimit from 'p-limit'
import { Fault } from '#shared/engine/fault.ts'

/**
 * Runs work that has a file open for a short look, a few at a time for the whole thread: a process may have no more than 256 open on some systems, and
 * libuv reads with four threads anyway. Such work must not wait for other work of its kind.
 */
export const whileFewAreOpen: <Answer>(work: () => Promise<Answer>) => Promise<Answer> = pLimit(8)

/** How many files, sockets and pipes this process may have open at once; undefined: as many as it likes, or the system does not say. */
export function openFilesAllowed(): number | undefined {
  allowed ??= { files: readAllowed() }
  return allowed.files
}

/** With fewer, other limits than ours are met: threads and DuckDB have files of their own. */
const neededFiles = 128

/** What to say where the system refuses to open another file. `doing`: what could not be done, as "cannot read a.parquet". */
export function tooManyOpen(doing: string, cause: unknown): Fault {
  const most = openFilesAllowed()
  return new Fault('storage', `${doing}, because too many files are open${most === undefined ? '' : ` (this process may open ${most})`}: allow at least ${neededFiles}, as ulimit -n 256 does, then start again`, { cause })
}

let allowed: { readonly files: number | undefined } | undefined

function readAllowed(): number | undefined {
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean }
  // Names of network addresses are looked up otherwise, which takes time.
  report.excludeNetwork = true
  const { userLimits } = report.getReport() as { readonly userLimits?: { readonly open_files?: { readonly soft?: unknown } } }
  const soft = userLimits?.open_files?.soft
  return typeof soft === 'number' ? soft : undefined
}
