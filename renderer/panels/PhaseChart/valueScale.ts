/** Values to pixels from the top, with round values to label. */
export interface ValueScale {
  y(value: number): number
  readonly ticks: readonly number[]
  /** Between two ticks. */
  readonly step: number
}

/** Values from `least` (0, or below where there are such) to `most` between two pixels: the least at `bottom`, labels about 21 pixels apart or more, four of them or so. */
export function valueScale(least: number, most: number, top: number, bottom: number): ValueScale {
  const low = Math.min(0, least)
  const high = Math.max(most, low + 1)
  const labels = Math.max(1, Math.min(4, Math.floor((bottom - top) / 21)))
  const step = roundStep((high - low) / labels)
  // Tenths of a step: the scale stays while bars grow a little.
  const from = Math.floor(low / (step / 10)) * (step / 10)
  const to = Math.max(from + step, Math.ceil(high / (step / 10)) * (step / 10))
  const ticks: number[] = []
  for (let at = Math.ceil(from / step) * step; at <= to + step / 1000; at += step) ticks.push(Math.abs(at) < step / 1000 ? 0 : at)
  return { y: (value) => bottom - Math.round(((value - from) / (to - from)) * (bottom - top)), ticks, step }
}

/** A whole number: labels show no fraction. */
function roundStep(value: number): number {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(value)))
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((step) => step >= value && Number.isInteger(step)) ?? 1
}
