/**
 * Combined measures of many groups, one row a group: one block of numbers, row after row, because a state has thousands of small tables and an
 * array per table and lane would weigh more than what it holds. Longs and decimals (unscaled) are bigints and strings are strings; those have an
 * array a lane. An empty place holds the neutral element of what is combined there.
 */
export interface Measures {
  /** Lane `l` of row `r` is at `r * stride + l`. */
  numbers: Float64Array
  readonly stride: number
  readonly objects: readonly (bigint | string | null)[][]
}

/** What the lanes of a query are. */
export interface MeasureLayout {
  /** Neutral element of each number lane. */
  readonly empty: readonly number[]
  /** How many lanes hold bigints or strings. Their neutral element is null. */
  readonly objectLanes: number
}

export function emptyMeasures(layout: MeasureLayout, rows = 0): Measures {
  const measures: Measures = { numbers: new Float64Array(0), stride: layout.empty.length, objects: Array.from({ length: layout.objectLanes }, () => []) }
  growMeasures(layout, measures, rows, rows)
  return measures
}

export function copyMeasures({ numbers, stride, objects }: Measures): Measures {
  return { numbers: numbers.slice(), stride, objects: objects.map((lane) => [...lane]) }
}

/** Room for `rows` rows, and when there is not enough for more: `spare`. What is new is empty. */
export function growMeasures(layout: MeasureLayout, measures: Measures, rows: number, spare = Math.max(4, Math.ceil(rows * 1.5))): void {
  const { stride, objects } = measures
  const used = measures.numbers.length
  if (used < rows * stride) {
    const grown = new Float64Array(Math.max(rows, spare) * stride)
    grown.set(measures.numbers)
    measures.numbers = grown
    clearNumbers(layout, measures, used / stride)
  }
  for (const lane of objects) while (lane.length < rows) lane.push(null)
}

export function clearMeasures(layout: MeasureLayout, measures: Measures): void {
  clearNumbers(layout, measures, 0)
  for (const lane of measures.objects) lane.fill(null)
}

function clearNumbers({ empty }: MeasureLayout, { numbers, stride }: Measures, firstRow: number): void {
  for (let lane = 0; lane < stride; lane++) {
    const value = empty[lane]!
    if (value !== 0 || firstRow === 0) for (let at = firstRow * stride + lane; at < numbers.length; at += stride) numbers[at] = value
  }
}

/** The value of an object lane. A lane that is not there is a bug in the layout. */
export function objectLane({ objects }: Measures, lane: number): (bigint | string | null)[] {
  const found = objects[lane]
  if (!found) throw new Error(`there is no lane ${lane} of objects`)
  return found
}
