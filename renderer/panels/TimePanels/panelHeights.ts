import { countryChrome } from '../CountryRates/CountryRates.tsx'

/** Pixels of the three time panels. */
export interface PanelHeights {
  readonly river: number
  readonly phases: number
  readonly countries: number
}

const header = 28
const axis = 18
const phaseLeast = 112
const phaseUsual = 158
const row = 18
const rowsLeast = 4
const rowsMost = 24

/** The river as high as its lanes; the phases 112 to 158; whole rows of countries take what is left, and the phases what these leave. Below the least heights the panels scroll. */
export function panelHeights(height: number, lanesHeight: number): PanelHeights {
  const river = header + axis + lanesHeight
  const least = countryChrome + rowsLeast * row
  const phases = Math.max(phaseLeast, Math.min(phaseUsual, height - river - least - row))
  const rows = Math.max(rowsLeast, Math.min(rowsMost, Math.floor((height - river - phases - countryChrome) / row)))
  const countries = countryChrome + rows * row
  return { river, phases: Math.max(phases, height - river - countries), countries }
}
