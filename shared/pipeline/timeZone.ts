/** Whether a name is one of IANA's. Offsets from UTC, which newer runtimes take for zones, are none: DuckDB does not know them. */
export function isTimeZone(name: string): boolean {
  if (!/^[a-z]/i.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== 'Etc/Unknown'
  } catch {
    return false
  }
}
