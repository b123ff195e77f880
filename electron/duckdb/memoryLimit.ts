import { Fault } from '#shared/engine/fault.ts'

/** How much memory DuckDB may take, as it writes it: what CONTRAIL_MEMORY_LIMIT says, else 2GB. Fault `usage` for what is no amount. */
export function memoryLimitOf(environment: Readonly<Record<string, string | undefined>>): string {
  const text = environment.CONTRAIL_MEMORY_LIMIT ?? ''
  if (text === '') return '2GB'
  if (/^\d+(\.\d+)? ?[KMGT]i?B$/i.test(text)) return text
  throw new Fault('usage', `CONTRAIL_MEMORY_LIMIT is "${text}": give an amount of memory, as in 4GB`)
}
