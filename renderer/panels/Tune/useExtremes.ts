import { useEffect, useState } from 'react'
import type { StreamTable } from '#shared/arrow/readStream.ts'
import { useSession } from '#renderer/store/session.ts'

/** What a country's rows of gold hold, in metres and km/h; NaN: no value. */
export interface Extremes {
  readonly maxAltitude: number
  readonly minAltitude: number
  readonly maxVelocity: number
}

const extreme = (of: 'max' | 'min', column: string) => `${of}(TRY_CAST(${column} AS DOUBLE))`

const sql = `SELECT origin_country, ${extreme('max', 'max_altitude')}, ${extreme('min', 'min_altitude')}, ${extreme('max', 'max_velocity')} FROM gold.anomaly_alerts GROUP BY origin_country`

/** By country, over the closed windows that the page holds. Looked for again with every new `answer`. */
export function useExtremes(answer: unknown): ReadonlyMap<string | null, Extremes> {
  const { tables } = useSession()
  const [extremes, setExtremes] = useState<ReadonlyMap<string | null, Extremes>>(new Map())
  useEffect(() => {
    let isCurrent = true
    tables.query(sql).then(
      (table) => isCurrent && setExtremes(extremesOf(table)),
      // A query that was made without one of the columns has no extremes.
      () => isCurrent && setExtremes(new Map())
    )
    return () => {
      isCurrent = false
    }
  }, [tables, answer])
  return extremes
}

function extremesOf({ length, columns }: StreamTable): ReadonlyMap<string | null, Extremes> {
  const [country, maxAltitude, minAltitude, maxVelocity] = columns
  if (country?.kind !== 'texts' || maxAltitude?.kind !== 'numbers' || minAltitude?.kind !== 'numbers' || maxVelocity?.kind !== 'numbers') return new Map()
  return new Map(Array.from({ length }, (_, row) => [country.values[row] ?? null, { maxAltitude: maxAltitude.values[row]!, minAltitude: minAltitude.values[row]!, maxVelocity: maxVelocity.values[row]! }]))
}
