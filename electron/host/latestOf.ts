import type { ExportProgress } from '#shared/contract/host.ts'
import type { RunEvent } from '#shared/contract/run.ts'

/** What replaces what was told before it, by the contract: a page that has fallen behind hears only the last of each. */
const replaced: readonly RunEvent['kind'][] = ['open', 'status', 'ahead', 'whatIf']

/** The name of what an event of the host is the latest of; undefined: every such event counts. */
export function latestOf(event: string, value: unknown): string | undefined {
  if (event === 'onExportProgress') return `export ${(value as ExportProgress).file}`
  if (event !== 'onRunEvent') return undefined
  const told = value as RunEvent
  return replaced.includes(told.kind) ? `${told.kind} ${told.runId} ${'query' in told ? told.query : ''}` : undefined
}
