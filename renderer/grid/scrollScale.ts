/** Browsers cut elements off above some height; Firefox's is the lowest, at 17,895,697 pixels. */
const mostPixels = 15_000_000

/** Between where a scroll bar stands and what is shown: the same, but for content that is too tall for an element. */
export interface ScrollScale {
  readonly contentHeight: number
  /** Pixels of the content that are above the top of what is shown. */
  offsetOf(scrollTop: number): number
  topOf(offset: number): number
  /** To add to where a row lies in the content, to have it where it is to be drawn. */
  shift(scrollTop: number): number
}

/** `height`: of what is shown at once. */
export function scrollScale(content: number, height: number): ScrollScale {
  const contentHeight = Math.min(content, mostPixels)
  const factor = content > contentHeight ? (content - height) / (contentHeight - height) : 1
  const offsetOf = (scrollTop: number) => scrollTop * factor
  return { contentHeight, offsetOf, topOf: (offset) => offset / factor, shift: (scrollTop) => scrollTop - offsetOf(scrollTop) }
}
