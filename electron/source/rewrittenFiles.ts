/**
 * Files that are read more slowly than others, since DuckDB cannot decode them and Contrail rewrites their columns for
 * it first.
 */
export interface RewrittenFiles {
  /** `why` follows the name of the file. A file may come more than once. */
  add(name: string, why: string): void
  /** What a person should know; undefined: there was no such file so far. */
  note(): RewrittenNote | undefined
}

export interface RewrittenNote {
  readonly files: number
  readonly message: string
}

export function rewrittenFiles(): RewrittenFiles {
  const names = new Set<string>()
  let first: string | undefined
  return {
    add(name, why) {
      names.add(name)
      first ??= `in ${name}, ${why}`
    },
    note() {
      if (first === undefined) return undefined
      const what =
        names.size === 1
          ? `${first}, which DuckDB does not decode: Contrail rewrites the columns in use`
          : `DuckDB does not decode ${names.size} of the files read so far (${first}): Contrail rewrites their columns in use`
      return {
        files: names.size,
        message: `${what} before it reads them, which takes longer; files that are compressed with Snappy or Zstandard and encoded plainly are read at full speed`
      }
    }
  }
}
