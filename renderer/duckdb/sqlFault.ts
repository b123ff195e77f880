import { missingExtension } from '#shared/query/missingExtension.ts'
import { placeOf, type Place } from './readStatement.ts'

/** What is wrong with a statement, in a sentence, and where, as far as it is known. */
export interface SqlFault {
  readonly message: string
  readonly place?: Place
}

/** What DuckDB says of a statement, without its name for the kind of error, its picture of the line, and what it would have one install. */
export function sqlFault(sql: string, said: string): SqlFault {
  const { message, place } = plain(said)
  const missing = missingExtension(message, sql, 'the console')
  if (missing) {
    const named = missing.at === undefined ? placeIn(sql, message) : placeOf(sql, missing.at)
    return { message: sentence(missing.message), ...(named && { place: named }) }
  }
  const found = place ?? placeIn(sql, message)
  const words = message.split(/\n\s*\n?LINE \d+:/)[0]!
  return { message: sentence(translated(words)), ...(found && { place: found }) }
}

/** Errors of the parser come as JSON. */
function plain(said: string): { readonly message: string; readonly place?: Place } {
  try {
    const parsed = JSON.parse(said) as { readonly exception_message?: unknown } | null
    if (typeof parsed?.exception_message === 'string') return { message: parsed.exception_message }
  } catch {
    // Then it is plain text.
  }
  return { message: said.replace(/^[A-Z][\w ]* Error: /, '') }
}

/** "LINE 2: SELECT nope" and a caret below; of a long line only a part is there. */
function placeIn(sql: string, message: string): Place | undefined {
  const found = /(?:^|\n)(LINE (\d+): )(.*)\n( *)\^/.exec(message)
  if (!found) return undefined
  const [, head, number, shown, blanks] = found
  const line = Number(number)
  const whole = sql.split(/\r\n|\r|\n/)[line - 1] ?? ''
  const part = shown!.replace(/^\.\.\./, '').replace(/\.\.\.$/, '')
  const from = whole.indexOf(part)
  const cut = shown!.startsWith('...') ? 3 : 0
  return { line, column: Math.max(1, blanks!.length - head!.length - cut + Math.max(0, from) + 1) }
}

function translated(words: string): string {
  const [first, ...more] = words.trim().split('\n')
  const file = /Cannot access file "([^"]*)"/.exec(words)
  if (file) return outside(file[1]!)
  const missing = /^Table with name (.+) does not exist!/.exec(words)
  if (missing) return /[/\\:]|\.(csv|parquet|json|db)$/i.test(missing[1]!) ? outside(missing[1]!) : `There is no table ${missing[1]!}: the tables are listed at the left`
  if (/^syntax error at end of input/.test(words)) return 'The statement ends too early'
  const near = /^syntax error at or near "([^]*)"$/.exec(words.trim())
  if (near) return `This is not understood: ${near[1]!.slice(0, 60)}`
  if (/transaction is launched in read-only mode/.test(words)) return 'The console only reads, and this statement writes'
  if (/parameters, but none were supplied|Values were not provided for the following prepared statement parameters/.test(words)) return 'The statement has a parameter (? or $): write the value itself'
  if (/^(Out of Memory|failed to allocate|could not allocate)/i.test(words) || /memory limit|failed to pin block/i.test(words)) return 'The statement needs more memory than the console may use: read fewer rows, or group them'
  const help = more.map((line) => line.trim()).find((line) => /^(Did you mean|Candidate bindings)/.test(line))
  return `${first!.replace(/[!.]+$/, '')}${help ? `. ${help.replace(/^Candidate bindings: /, 'Near to it: ')}` : ''}`
}

const outside = (name: string): string => `The console reads the tables of the run, and no files or addresses such as ${name}`

function sentence(words: string): string {
  const one = words.replaceAll(/\s+/g, ' ').trim()
  return `${one.slice(0, 1).toUpperCase()}${one.slice(1)}${/[.?!]$/.test(one) ? '' : '.'}`
}
