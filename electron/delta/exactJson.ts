/**
 * JSON.parse that keeps whole numbers beyond 2^53 exact, as bigints (`txn.version` of foreign writers). All other numbers are numbers.
 * Throws SyntaxError as JSON.parse does.
 */
export function parseExactJson(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text)
  const marked = text.replace(stringOrNumber, (token) => (isLongInteger(token) ? `"${mark}${token}"` : token))
  return JSON.parse(marked, (_, value: unknown) => (typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value))
}

/** Splits JSON objects that follow each other, over however many lines each. What is between or after them becomes part of a value, for JSON.parse to refuse. */
export function splitJsonValues(text: string): string[] {
  const values: string[] = []
  let depth = 0
  let start = 0
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\[^])*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth += 1
    else if (token === '}' || token === ']') depth -= 1
    else continue
    if (depth !== 0) continue
    values.push(text.slice(start, index + 1))
    start = index + 1
  }
  const rest = text.slice(start).trim()
  return rest === '' ? values : [...values, rest]
}

const stringOrNumber = /"(?:[^"\\]|\\[^])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** Begins no string of a Delta log: the private-use character stands in front of whole numbers only. */
const mark = '\uE000'

function isLongInteger(token: string): boolean {
  return /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token))
}
