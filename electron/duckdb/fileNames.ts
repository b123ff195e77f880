import { quoteLiteral } from '#shared/query/sqlText.ts'

/**
 * DuckDB takes file names for glob patterns: a real file `q?` would also match `qz` and its rows would double. A name with a backslash is none to it, but on
 * Windows, where that stands between folders.
 */
export function escapeGlob(path: string): string {
  if (path.includes('\\') && process.platform !== 'win32') return path
  return path.replace(/[*?[]/g, '[$&]')
}

/** The name that `escapeGlob` was given. */
export function unescapeGlob(pattern: string): string {
  return pattern.replace(/\[([*?[])\]/g, '$1')
}

/** A list of files as SQL, for `read_parquet` and its kin: `['a.parquet', 'b.parquet']`, glob characters escaped. */
export function fileList(paths: readonly string[]): string {
  return `[${paths.map((path) => quoteLiteral(escapeGlob(path))).join(', ')}]`
}
