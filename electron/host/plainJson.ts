const mostDepth = 12
const mostEntries = 100_000

/**
 * Whether a parsed JSON value may travel to a page as it is: not so deep or large that walking it is a burden, and without keys that a message, or
 * JavaScript, gives a meaning to (`$bytes`, `__proto__`).
 */
export function isPlainJson(value: unknown): boolean {
  let entries = 0
  const isPlain = (item: unknown, depth: number): boolean => {
    entries += 1
    if (depth > mostDepth || entries > mostEntries) return false
    if (typeof item === 'bigint' || typeof item === 'function' || ArrayBuffer.isView(item)) return false
    if (Array.isArray(item)) return item.every((each) => isPlain(each, depth + 1))
    if (typeof item !== 'object' || item === null) return true
    return Object.keys(item).every((key) => !key.startsWith('$') && key !== '__proto__') && Object.values(item).every((each) => isPlain(each, depth + 1))
  }
  return isPlain(value, 0)
}
