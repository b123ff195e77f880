/** Stops of the ramp: shares of a window's rows. Fixed, never scaled by what is in view. */
export const rateStops = [0, 0.03, 0.12, 0.24, 0.38, 0.5]

/** Steps that can be told apart: cells of one step are drawn as one. */
const steps = 64

/** Colours of rates, from those of the stops as "#rrggbb". */
export function rateRamp(colours: readonly string[]): (rate: number) => string {
  const ramp = colours.map(rgbOf)
  const ready = Array.from({ length: steps + 1 }, (_, i) => colourAt((i / steps) * rateStops.at(-1)!, ramp))
  return (rate) => ready[Math.max(0, Math.min(steps, Math.round((rate / rateStops.at(-1)!) * steps)))]!
}

function colourAt(rate: number, ramp: readonly (readonly number[])[]): string {
  const upper = Math.max(1, rateStops.findIndex((stop) => rate <= stop))
  const part = (rate - rateStops[upper - 1]!) / (rateStops[upper]! - rateStops[upper - 1]!)
  return `#${ramp[upper]!.map((to, i) => Math.round(ramp[upper - 1]![i]! + part * (to - ramp[upper - 1]![i]!)).toString(16).padStart(2, '0')).join('')}`
}

const rgbOf = (hex: string): number[] => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) || 0)
