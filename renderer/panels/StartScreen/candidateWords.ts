import type { MappingCandidate } from '#shared/contract/source.ts'

const rounded = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })

/** With one decimal where there is one, and the true minus sign. */
export const formatNumber = (value: number): string => rounded.format(value).replace('-', '\u2212')

export const candidateId = ({ from, factor, as }: MappingCandidate): string => `${from} ${factor} ${as ?? ''}`

/** What choosing it does. `name`: the column that it is to be. */
export function candidateWords(name: string, { from, factor, as }: MappingCandidate): string {
  const value = factor === null ? from : `${from} × ${factor}`
  switch (as) {
    case undefined:
      return factor === null ? `Use ${from} as it is` : `Use ${value} as ${name}`
    case 'country of address':
      return `Use the country of the address ${from}`
    case 'phase of flight':
      return `Make it of altitude, speed and the climb rate ${value}`
    default:
      return `Read ${from} as ${as}`
  }
}
