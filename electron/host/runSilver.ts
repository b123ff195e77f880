import type { QueryName } from '#shared/contract/run.ts'
import type { SilverQuestion, SilverRows, WindowFacts, WindowQuestion } from '#shared/contract/silver.ts'
import { Fault } from '#shared/engine/fault.ts'
import { openSilverQueries, type SilverParts } from './silverBatches.ts'
import { readSilverRows } from './silverRows.ts'
import { readWindowFacts } from './windowFacts.ts'

/** The silver behind the numbers of an open run. */
export interface RunSilver {
  rows(question: SilverQuestion): Promise<SilverRows>
  facts(question: WindowQuestion): Promise<WindowFacts>
}

/** One question after the other: the database is shared with everything else that a host reads. */
export function openRunSilver(parts: SilverParts): RunSilver {
  const silverOf = openSilverQueries(parts)
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    const next = last.then(work)
    last = next.catch(() => undefined)
    return next
  }
  return {
    rows: (question) => inTurn(() => readSilverRows(parts, silverOf, { ...question, query: parseQuery(question.query) })),
    facts: (question) => inTurn(() => readWindowFacts(parts, silverOf, { ...question, query: parseQuery(question.query) }))
  }
}

/** What comes over a channel is not trusted. */
function parseQuery(query: QueryName): QueryName {
  if (query === 'flight_phase_counts' || query === 'anomaly_alerts') return query
  throw new Fault('usage', `there is no query ${JSON.stringify(query)}: ask for flight_phase_counts or anomaly_alerts`)
}
