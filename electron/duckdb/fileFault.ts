import { Fault } from '#shared/engine/fault.ts'
import { tooManyOpen } from '../storage/openFiles.ts'
import { unescapeGlob } from './fileNames.ts'

/**
 * What DuckDB says of a data file that is missing, damaged or of another type, as a Fault that names the file; other errors come back as they are.
 * `nameOf` tells how messages call a local file; it gets undefined where DuckDB does not say which one it means.
 */
export function fileFault(error: unknown, nameOf: (localPath: string | undefined) => string): unknown {
  if (!(error instanceof Error) || error instanceof Fault) return error
  const { message } = error
  const name = () => nameOf(fileOf(message))
  const cause = { cause: error }
  if (/No files found that match|No such file or directory/.test(message)) {
    return new Fault('notFound', `${name()} is not there any more: the file was removed after its table listed it; restore it`, cause)
  }
  if (/Too many open files/.test(message)) return tooManyOpen(`cannot read ${name()}`, error)
  if (/Permission denied/.test(message)) return new Fault('storage', `no permission to read ${name()}: change its permissions, or run as a user who has them`, cause)
  if (/failed to cast column/.test(message)) {
    const [, column, from, to] = /failed to cast column "(.*?)" from type (.+?) to (.+?): /.exec(message) ?? []
    return new Fault('schema', `${name()}: a value of column ${column ?? '?'} (${from ?? '?'}) does not fit the table's type ${to ?? '?'}: rewrite that file`, cause)
  }
  if (/Could not convert Timestamp\((S|MS|NS)\)/.test(message)) {
    return new Fault('schema', `${name()} has a time that 64 bits of microseconds do not hold (they end with the year 294247; Spark stops there with "long overflow"): correct that time, or leave the file out`, cause)
  }
  if (damaged.test(message)) return new Fault('corrupt', `${name()} is not a whole Parquet file: it is damaged or was cut off; restore it from a copy`, cause)
  return error
}

const damaged =
  /too small to be a Parquet file|No magic bytes found|Footer length error|don't know what type|TProtocolException|Could not read enough bytes|Prefetch registered for bytes outside|Error while reading file|Failed to read file|decompress|Out of buffer|corrupt|Invalid string encoding|Failure in decode|not a Parquet file|Parquet reader|^Invalid Error:|Invalid unicode/i

/** The file that a message names, as it was given to `read_parquet`. */
function fileOf(message: string): string | undefined {
  const [, pattern] = /match the pattern "([^"]+)"/.exec(message) ?? []
  if (pattern !== undefined) return unescapeGlob(pattern)
  const [, name] = /(?:[Ff]ile:?) ["']?([^"'\n]+?)["']?(?:$|[ ,:"'\n])/.exec(message) ?? []
  return name
}
