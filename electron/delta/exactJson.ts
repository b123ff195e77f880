/**
 * JSON.parse that keeps whole numbers beyond 2^53 exact, as bigints (`txn.version` of foreign writers). All other numbers are numbers.
 * Throws SyntaxError as JSON.parse does, and RangeError for values that are nested too deep to look through.
 */
export function parseExactJson(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text)
  return JSON.parse(markLongIntegers(text), (_, value: unknown) => (typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value))
}

/** Splits JSON objects that follow each other, over however many lines each. What is between or after them becomes part of a value, for JSON.parse to refuse. */
export function splitJsonValues(text: string): string[] {
  const values: string[] = []
  let depth = 0
  let start = 0
  eachPart(text, (from, to) => {
    for (let at = from; at < to; at++) {
      const code = text.charCodeAt(at)
      if (code === open.object || code === open.list) depth += 1
      else if (code === close.object || code === close.list) {
        depth -= 1
        if (depth !== 0) continue
        values.push(text.slice(start, at + 1))
        start = at + 1
      }
    }
  })
  const rest = text.slice(start).trim()
  return rest === '' ? values : [...values, rest]
}

/**
 * Whether a long text has so many lists, objects or lines for its length that it would become many times larger in memory: no log is like that, and a
 * megabyte of opening brackets is.
 */
export function isBloating(text: string): boolean {
  if (text.length <= longText) return false
  const most = text.length / 8
  // With those in strings first, which is quicker and mostly enough.
  if (['{', '[', '\n'].reduce((sum, part) => sum + occurrences(text, part), 0) <= most) return false
  let count = 0
  eachPart(text, (from, to) => {
    for (let at = from; at < to; at++) {
      const code = text.charCodeAt(at)
      if (code === open.object || code === open.list || code === lineEnd) count += 1
    }
  })
  return count > most
}

const open = { object: 0x7b, list: 0x5b } as const
const close = { object: 0x7d, list: 0x5d } as const
const lineEnd = 0x0a
const backslash = 0x5c

/** Begins no string of a Delta log: the private-use character stands in front of whole numbers only. */
const mark = '\uE000'

const longText = 1_000_000

function occurrences(text: string, part: string): number {
  let count = 0
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) count += 1
  return count
}

function markLongIntegers(text: string): string {
  if (text.length <= longText) return text.replace(/"(?:[^"\\]|\\[^])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, markLong)
  const marked: string[] = []
  let end = 0
  eachPart(text, (from, to) => {
    marked.push(text.slice(end, from), text.slice(from, to).replace(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, markLong))
    end = to
  })
  return marked.join('') + text.slice(end)
}

const markLong = (token: string): string => (isLongInteger(token) ? `"${mark}${token}"` : token)

/**
 * The parts of a text of JSON that are in no string: `[from, to)`. By hand, since a regular expression keeps every character of a string on its stack,
 * which a string of some megabytes overflows; shorter ones it does quicker.
 */
function eachPart(text: string, onPart: (from: number, to: number) => void): void {
  for (let from = 0; from < text.length; ) {
    const quote = text.indexOf('"', from)
    onPart(from, quote < 0 ? text.length : quote)
    from = quote < 0 ? text.length : endOfString(text, quote)
  }
}

/** Behind the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes += 1
    if (escapes % 2 === 0) return end + 1
  }
  return text.length
}

function isLongInteger(token: string): boolean {
  return /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token))
}
