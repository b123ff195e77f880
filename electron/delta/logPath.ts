/** Names in `_delta_log` (PROTOCOL.md, "Delta Log Entries"). */

const padded = (version: number): string => String(version).padStart(20, '0')

/** Names of this version and later ones sort at or after it. */
export const versionPrefix = padded

export const logFolder = '_delta_log'

/** No text of a log is read that has more: a commit of half a million files fits, and what it becomes in memory still does. */
export const mostLogBytes = 256 * 1024 * 1024

/** Even with the schema of 10,000 columns in it. */
export const mostHintBytes = 16 * 1024 * 1024
export const commitPath = (version: number): string => `${logFolder}/${padded(version)}.json`
export const checkpointPath = (version: number): string => `${logFolder}/${padded(version)}.checkpoint.parquet`

/** What a name in the log folder stands for. Anything else (checksums, compactions, temporary files) is `other` and passed over. */
export type LogFile =
  | { readonly kind: 'commit'; readonly version: number }
  | { readonly kind: 'classic'; readonly version: number }
  | { readonly kind: 'part'; readonly version: number; readonly part: number; readonly of: number }
  | { readonly kind: 'uuid'; readonly version: number; readonly format: 'json' | 'parquet' }
  | { readonly kind: 'other' }

export function parseLogName(name: string): LogFile {
  const [, digits, rest = ''] = /^(\d{20})\.(.+)$/.exec(name) ?? []
  if (digits === undefined) return { kind: 'other' }
  const version = Number(digits)
  if (rest === 'json') return { kind: 'commit', version }
  if (rest === 'checkpoint.parquet') return { kind: 'classic', version }
  const [, part, of] = /^checkpoint\.(\d{10})\.(\d{10})\.parquet$/.exec(rest) ?? []
  if (part !== undefined && of !== undefined) return { kind: 'part', version, part: Number(part), of: Number(of) }
  const [, format] = /^checkpoint\.[0-9a-z-]+\.(json|parquet)$/i.exec(rest) ?? []
  if (format === 'json' || format === 'parquet') return { kind: 'uuid', version, format }
  return { kind: 'other' }
}
