/** Pages outside that the workbench may open in the system's browser; all of them over https. */
const hosts: ReadonlySet<string> = new Set(['spark.apache.org', 'docs.delta.io', 'duckdb.org', 'github.com'])

export const streamingGuide = 'https://spark.apache.org/docs/3.5.3/structured-streaming-programming-guide.html'

export function isExternalLink(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname, port, username, password } = new URL(address)
  return protocol === 'https:' && hosts.has(hostname) && port === '' && username === '' && password === ''
}
