import { Fault } from '#shared/engine/fault.ts'

/** What a scan of several files calls the position of a row's file. A name that no column of silver is likely to have. */
export const filePositionColumn = 'position of its file'

/** A string as an SQL literal, quotes doubled. A zero byte, which would end the statement, is put together at run time. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\0') ? `(${quoted.replaceAll('\0', "' || chr(0) || '")})` : quoted
}

/** A name as an SQL identifier, quotes doubled. Fault for one that SQL cannot write: nothing at all, or a zero byte, which would end the statement. */
export function quoteName(name: string): string {
  if (name === '') throw new Fault('schema', 'a column has no name, and cannot be read without one: name it, or leave it out')
  if (name.includes('\0')) throw new Fault('schema', `the column ${JSON.stringify(name)} has a zero byte in its name, with which it cannot be read: rename it, or leave it out`)
  return `"${name.replaceAll('"', '""')}"`
}
