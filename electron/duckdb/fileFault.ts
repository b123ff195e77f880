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
  const invalid = invalidTextOf(message)
  if (invalid) return textFault(name(), undefined, invalid.shown, error)
  const [unknown] = undecodable.exec(message) ?? []
  if (unknown !== undefined) {
    return new Fault('undecodable', `${name()} holds what Contrail cannot decode (${unknown}): write the file again with plain or dictionary encoding and compressed with Snappy or Zstandard`, cause)
  }
  if (damaged.test(message)) return damagedFault(name(), error)
  return error
}

/** Of a file that does not hold what it claims to. */
export const damagedFault = (name: string, cause: unknown): Fault =>
  new Fault('corrupt', `${name} is not a whole Parquet file: it is damaged or was cut off; restore it from a copy`, { cause })

/**
 * That a text of a file is not UTF-8. `shown`: the text as DuckDB shows it, where it does, with \xE7 for what is no
 * character. undefined: the message is about something else.
 */
export function invalidTextOf(message: string): { readonly shown: string | undefined } | undefined {
  const shown = /Invalid string encoding found in Parquet file .*?: value "(.*)" is not valid UTF8!/s.exec(message)?.[1]
  const isText = shown !== undefined || message.includes('Failure in decode: could not convert blob to UTF8')
  return isText ? { shown } : undefined
}

const mostExampleBytes = 40

/**
 * Two texts that differ only in such bytes must never be taken for one. `column`: where it is known; `shown`: as
 * DuckDB shows it.
 */
export function textFault(name: string, column: string | undefined, shown: string | undefined, cause: unknown): Fault {
  const where = `${column === undefined ? '' : `column ${column} of `}${name}`
  const example = shown === undefined ? '' : `, for example the bytes ${hexOf(shown)} ("${shown.slice(0, mostExampleBytes)}")`
  return new Fault(
    'undecodable',
    `${where} holds text that is not UTF-8${example}: gold holds only UTF-8, and such bytes cannot be guessed; write the file again with that text in UTF-8, as with Spark's decode(column, 'ISO-8859-1')`,
    { cause }
  )
}

function hexOf(shown: string): string {
  const parts = shown.split(/\\x([0-9A-F]{2})/)
  const bytes = Buffer.concat(parts.map((part, i) => Buffer.from(part, i % 2 === 1 ? 'hex' : 'utf8')))
  const hex = bytes.subarray(0, mostExampleBytes).toString('hex').toUpperCase().replace(/(..)(?=.)/g, '$1 ')
  return bytes.length > mostExampleBytes ? `${hex} ...` : hex
}

const undecodable =
  /(?:Unsupported compression codec|BYTE_STREAM_SPLIT encoding is only supported|[Uu]nsupported (?:page )?encoding|is encrypted, but)[^.\n]*/

const damaged =
  /too small to be a Parquet file|No magic bytes found|Footer length error|don't know what type|TProtocolException|Could not read enough bytes|Prefetch registered for bytes outside|Error while reading file|Failed to read file|decompress|Out of buffer|corrupt|Invalid string encoding|Failure in decode|not a Parquet file|Parquet reader|^Invalid Error:|Invalid unicode/i

/** The file that a message names, as it was given to `read_parquet`. */
export function fileOf(message: string): string | undefined {
  const [, pattern] = /match the pattern "([^"]+)"/.exec(message) ?? []
  if (pattern !== undefined) return unescapeGlob(pattern)
  const [, name] = /(?:[Ff]ile:?) ["']?([^"'\n]+?)["']?(?:$|[ ,:"'\n])/.exec(message) ?? []
  return name
}
