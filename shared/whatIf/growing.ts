type Numbers = Float64Array | Int32Array | Uint32Array | Uint8Array

/** The array, or a larger one with its content when `length` places are needed. */
export function grown<Array extends Numbers>(array: Array, length: number): Array {
  if (length <= array.length) return array
  const larger = new (array.constructor as new (length: number) => Array)(Math.max(64, length, Math.ceil(array.length * 1.5)))
  larger.set(array)
  return larger
}
