import type { ExportRequest } from '#shared/contract/host.ts'
import type { RunSummary } from '#shared/contract/run.ts'

/** What an exported file says of itself. */
export interface ExportMetadata {
  /** Program and version. */
  readonly exportedBy: string
  readonly run: string
  /** Of the rows: a gold table, or what the panel is called. */
  readonly title: string
  readonly source: string
  readonly gold: string
  /** "4,212 of 90,118". */
  readonly rows: string
  /** As the panel shows it; absent where nothing is filtered. */
  readonly filter?: string
  /** That the screen showed. Times in the file are UTC. */
  readonly timeZone: string
  readonly limits: RunSummary['limits']
  readonly queries: RunSummary['queries']
}

export interface ExportedRows {
  readonly request: ExportRequest
  readonly run: RunSummary
  readonly engine: string
  readonly rows: number
  readonly of: number
}

export function exportMetadata({ request, run, engine, rows, of }: ExportedRows): ExportMetadata {
  const { rows: asked, timeZone } = request
  const filter = asked.kind === 'shown' ? asked.filter.trim() : ''
  return {
    exportedBy: engine,
    run: run.name,
    title: asked.kind === 'gold' ? asked.query : asked.title,
    source: run.silver,
    gold: run.gold,
    rows: `${rows.toLocaleString('en-US')} of ${of.toLocaleString('en-US')}`,
    ...(filter !== '' && { filter }),
    timeZone,
    limits: run.limits,
    queries: run.queries
  }
}

/** For the metadata of Parquet and Arrow, which are texts: `contrail.run` and so on; limits and windows as JSON. */
export function metadataEntries(metadata: ExportMetadata): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([key, value]: [string, unknown]) => [`contrail.${key}`, typeof value === 'string' ? value : JSON.stringify(value)]))
}
