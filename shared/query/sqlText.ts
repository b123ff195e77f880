/** A string as an SQL literal, quotes doubled. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A name as an SQL identifier, quotes doubled. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
