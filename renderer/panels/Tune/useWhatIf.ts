import { useSyncExternalStore } from 'react'
import type { Limits } from '#shared/contract/run.ts'
import { limitsNow } from '#renderer/store/limits.ts'
import { useSession, useView } from '#renderer/store/session.ts'
import type { Units } from '#renderer/store/viewStore.ts'
import type { WhatIfStore } from '#renderer/store/whatIfStore.ts'
import { useCounters } from '../useTopics.ts'

/** The what-if store, and a new render with each of its changes. */
export function useWhatIf(): WhatIfStore {
  const { whatIf } = useSession()
  useSyncExternalStore(whatIf.subscribe, whatIf.version)
  return whatIf
}

/** The limits of the run, and those that are thought of. */
export function useLimits(): { readonly current: Limits; readonly proposed: Limits } {
  const session = useSession()
  useCounters('run')
  useView((state) => state.proposed)
  const proposed = limitsNow(session)
  return { current: session.run.run?.limits ?? proposed, proposed }
}

/** How numbers and times are written. */
export function useUnits(): Units {
  const zone = useView((state) => state.zone)
  const altitudeUnit = useView((state) => state.altitudeUnit)
  const velocityUnit = useView((state) => state.velocityUnit)
  return { zone, altitudeUnit, velocityUnit }
}
