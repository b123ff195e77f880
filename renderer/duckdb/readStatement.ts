import { sqlTokens, type SqlToken } from './sqlTokens.ts'

/** What a person wrote is one statement that reads, or why it is not run, in a sentence. */
export type ReadStatement =
  | {
      readonly kind: 'read'
      /** Without what ends it: a semicolon. Lines and columns are as they were written. */
      readonly sql: string
      /** Every name in it, in lower case: those of the tables that it reads, and more. */
      readonly names: ReadonlySet<string>
    }
  | { readonly kind: 'refused'; readonly fault: string; readonly place?: Place }

/** From 1 on. */
export interface Place {
  readonly line: number
  readonly column: number
}

const beginnings: ReadonlySet<string> = new Set(['SELECT', 'WITH', 'FROM', 'VALUES', 'DESCRIBE', 'SUMMARIZE', 'EXPLAIN', 'SHOW'])

const allowed = 'a statement begins with SELECT, WITH, FROM, VALUES, DESCRIBE, SUMMARIZE, EXPLAIN or SHOW'

/** What would change something, here or elsewhere. */
const writers: ReadonlySet<string> = new Set(
  'ALTER ANALYZE ATTACH BEGIN CALL CHECKPOINT COMMENT COMMIT COPY CREATE DEALLOCATE DELETE DETACH DROP EXECUTE EXPORT FORCE GRANT IMPORT INSERT INSTALL LOAD MERGE PRAGMA PREPARE RENAME RESET ROLLBACK SET TRUNCATE UPDATE UPSERT USE VACUUM'.split(' ')
)

/** Those that may come after WITH and its tables. */
const writersAfterWith: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY', 'CREATE'])

/** Judges by the words; what gets past it meets a database that is locked and a transaction that only reads. */
export function readStatement(text: string): ReadStatement {
  const tokens = sqlTokens(text).filter(({ kind }) => kind !== 'comment')
  const semicolon = tokens.findIndex((token) => isSign(text, token, ';'))
  const own = semicolon < 0 ? tokens : tokens.slice(0, semicolon)
  const after = semicolon < 0 ? undefined : tokens.slice(semicolon).find((token) => !isSign(text, token, ';'))
  const first = own.find((token) => !isSign(text, token, '('))
  if (!first) return after ? refuse(text, after, 'There is nothing before this semicolon') : { kind: 'refused', fault: `There is nothing to run: ${allowed}.` }
  if (after) return refuse(text, after, 'The console runs one statement at a time, and a second one begins here')
  const word = wordOf(text, first)
  if (!beginnings.has(word)) return refuse(text, first, writers.has(word) ? `${word} is refused: the console only reads, and ${allowed}` : `No statement begins with ${text.slice(first.start, first.end)}: ${allowed}`)
  const writer = word === 'EXPLAIN' ? explained(text, own.slice(own.indexOf(first) + 1)) : word === 'WITH' ? own.find((token, i) => writersAfterWith.has(wordOf(text, token)) && i > 0 && isSign(text, own[i - 1]!, ')')) : undefined
  if (writer) return refuse(text, writer, `${wordOf(text, writer)} is refused, also after ${word}: the console only reads, and ${allowed}`)
  return { kind: 'read', sql: semicolon < 0 ? text : text.slice(0, tokens[semicolon]!.start), names: new Set(own.flatMap((token) => nameOf(text, token) ?? [])) }
}

/** What EXPLAIN is about, if that writes. */
function explained(text: string, tokens: readonly SqlToken[]): SqlToken | undefined {
  const found = tokens.find((token) => token.kind === 'word' && (beginnings.has(wordOf(text, token)) || (writers.has(wordOf(text, token)) && wordOf(text, token) !== 'ANALYZE')))
  return found && !beginnings.has(wordOf(text, found)) ? found : undefined
}

const refuse = (text: string, { start }: SqlToken, fault: string): ReadStatement => ({ kind: 'refused', fault: `${fault}.`, place: placeOf(text, start) })

export function placeOf(text: string, at: number): Place {
  const before = text.slice(0, at).split(/\r\n|\r|\n/)
  return { line: before.length, column: before.at(-1)!.length + 1 }
}

/** The other way round; the end of the text where the place lies beyond. */
export function offsetOf(text: string, { line, column }: Place): number {
  const end = /\r\n|\r|\n/g
  let start = 0
  for (let at = 1; at < line; at++) {
    const found = end.exec(text)
    if (!found) return text.length
    start = end.lastIndex
  }
  return Math.min(text.length, start + column - 1)
}

const isSign = (text: string, { kind, start }: SqlToken, sign: string): boolean => kind === 'sign' && text.startsWith(sign, start)

const wordOf = (text: string, { kind, start, end }: SqlToken): string => (kind === 'word' ? text.slice(start, end).toUpperCase() : '')

function nameOf(text: string, { kind, start, end }: SqlToken): string | undefined {
  if (kind === 'word') return text.slice(start, end).toLowerCase()
  return kind === 'quoted' ? text.slice(start + 1, end - 1).replaceAll('""', '"').toLowerCase() : undefined
}
