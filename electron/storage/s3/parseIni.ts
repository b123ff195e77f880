/** Sections by their name; of each, values by key in lower case. A key below another one is `outer.inner`: `s3.addressing_style`. */
export type IniSections = ReadonlyMap<string, ReadonlyMap<string, string>>

/**
 * Parses the format of the two files of the AWS tools: sections, keys, and keys that are indented below one without a value. Lines of another shape are
 * ignored. A section that comes twice is one, and of a key that comes twice the last one holds.
 */
export function parseIni(text: string): IniSections {
  const sections = new Map<string, Map<string, string>>()
  let section: Map<string, string> | undefined
  /** The key without a value that indented lines belong to, and how far it is indented itself. */
  let outer: { readonly key: string; readonly indent: number } | undefined
  for (const line of text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/)) {
    const plain = withoutComment(line)
    const name = /^\[([^\]]*)\]$/.exec(plain)?.[1]?.trim()
    if (name !== undefined) {
      section = sections.get(name) ?? new Map<string, string>()
      sections.set(name, section)
      outer = undefined
      continue
    }
    const at = plain.indexOf('=')
    if (at <= 0 || section === undefined) continue
    const key = plain.slice(0, at).trim().toLowerCase()
    const value = plain.slice(at + 1).trim()
    const indent = line.length - line.trimStart().length
    if (outer !== undefined && indent <= outer.indent) outer = undefined
    if (outer !== undefined) section.set(`${outer.key}.${key}`, value)
    else if (value === '') outer = { key, indent }
    else section.set(key, value)
  }
  return sections
}

/** A comment is a line of its own, or comes after a blank. */
const withoutComment = (line: string): string => line.replace(/(^|\s)[#;].*$/, '').trim()
