/** Work that waits for a frame of its own, so that charts which change together are not all drawn within one. First come, first drawn. */
const waiting: (() => void)[] = []

export function inFrameOfItsOwn(work: () => void): void {
  if (waiting.push(work) === 1) requestAnimationFrame(next)
}

function next(): void {
  const work = waiting.shift()
  if (waiting.length > 0) requestAnimationFrame(next)
  work?.()
}
