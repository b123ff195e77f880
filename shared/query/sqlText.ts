/** What a scan of several files calls the position of a row's file. A name that no column of silver is likely to have. */
export const filePositionColumn = 'position of its file'

/** A string as an SQL literal, quotes doubled. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A name as an SQL identifier, quotes doubled. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
