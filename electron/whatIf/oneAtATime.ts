import type { Limits } from '#shared/contract/run.ts'
import type { WhatIfAnswer } from '#shared/contract/whatIf.ts'
import type { KeyAlerts, ThresholdIndex } from '#shared/whatIf/thresholdIndex.ts'
import { limitNames, rangesOfLimits } from './limitRanges.ts'

/** What each of the limits that differ does by itself. */
export interface OneAtATime {
  /** Alerts when it is moved alone. */
  readonly oneAtATime: WhatIfAnswer['oneAtATime']
  /** As in `CountryChange`, by place in `countries`. */
  readonly decidedBy: readonly (readonly (keyof Limits)[])[]
}

/** Moves the limits from `now` to `proposed` one by one. `countries` have been seen by the index, which is left with the proposed limits. */
export function oneAtATime(index: ThresholdIndex, now: Limits, proposed: Limits, countries: readonly (string | null)[]): OneAtATime {
  const alertsWith = (limits: Limits): Alerts | undefined => {
    if (!areInOrder(limits)) return undefined
    index.propose(rangesOfLimits(limits))
    return { alerts: index.tally().proposed.alerts, byCountry: countries.map(index.alertsOf) }
  }
  const parts = limitNames.flatMap((name) => (proposed[name] === now[name] ? [] : [{ name, alone: alertsWith({ ...now, [name]: proposed[name] }), without: alertsWith({ ...proposed, [name]: now[name] }) }]))
  index.propose(rangesOfLimits(proposed))
  return {
    oneAtATime: parts.flatMap(({ name, alone }) => (alone ? [{ limit: name, alerts: alone.alerts }] : [])),
    decidedBy: countries.map((country, i) => {
      const all = index.alertsOf(country)
      const needed = parts.filter(({ without }) => without && !isSame(without.byCountry[i]!, all))
      const found = needed.length > 0 ? needed : parts.filter(({ alone }) => alone && moves(alone.byCountry[i]!))
      return found.map(({ name }) => name)
    })
  }
}

interface Alerts {
  readonly alerts: number
  readonly byCountry: readonly KeyAlerts[]
}

/** A limit that moves alone may cross the one that stays. */
const areInOrder = ({ altitudeMin, altitudeMax, velocityMin, velocityMax }: Limits): boolean => altitudeMin <= altitudeMax && velocityMin <= velocityMax

const isSame = (a: KeyAlerts, b: KeyAlerts): boolean => a.proposed === b.proposed && a.kept === b.kept && a.changed === b.changed

const moves = ({ current, proposed, kept, changed }: KeyAlerts): boolean => current !== kept || proposed !== kept || changed > 0
