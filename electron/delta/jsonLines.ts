/**
 * The JSON values of a text one after the other: one a line as the protocol asks, or spread over several lines, as some writers do.
 * `incomplete`: the text ends inside a value, as a commit does that is still being written.
 */
export function parseJsonValues(text: string): { readonly values: unknown[]; readonly incomplete: boolean } {
  const values: unknown[] = []
  const lines = text.split('\n')
  let open = ''
  for (const line of lines) {
    if (open === '' && line.trim() === '') continue
    open = open === '' ? line : `${open}\n${line}`
    const value = tryParse(open)
    if (value === undefined) continue
    values.push(value.parsed)
    open = ''
  }
  return { values, incomplete: open.trim() !== '' }
}

/** Integers that a double cannot hold are kept as bigints, so that a version or a size is never rounded. */
function tryParse(text: string): { parsed: unknown } | undefined {
  try {
    return { parsed: JSON.parse(hasLongInteger(text) ? quoteLongIntegers(text) : text, reviveLongInteger) }
  } catch {
    return undefined
  }
}

const mark = '\u0000long '
const hasLongInteger = (text: string): boolean => /\d{16,}/.test(text)

/** Integers of 16 digits and more outside of strings become marked strings. A JSON string cannot hold a raw NUL, so the mark is unmistakable. */
function quoteLongIntegers(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g, (token) => (token.startsWith('"') ? token : `"\\u0000long ${token}"`))
}

function reviveLongInteger(_name: string, value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith(mark)) return value
  const long = BigInt(value.slice(mark.length))
  const number = Number(long)
  return Number.isSafeInteger(number) ? number : long
}
