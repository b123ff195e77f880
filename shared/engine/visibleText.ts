/** Most characters of a sentence: what names something longer is cut in its middle, for the next step stands at its end. */
const longest = 2000

/**
 * A text from anywhere, fit for one line on a terminal, in a log or on a page: control characters, which a terminal would obey, characters that
 * nobody sees, and marks that turn the direction of what stands beside them, are shown as signs.
 */
export function visibleText(text: string, most = longest): string {
  const shownEnd = Math.floor(most / 4)
  const cut = text.length <= most ? text : `${text.slice(0, most - shownEnd - 1).replace(/[\ud800-\udbff]$/, '')}…${text.slice(-shownEnd).replace(/^[\udc00-\udfff]/, '')}`
  return cut.replaceAll(/\s*[\r\n]+\s*/g, ' ').replaceAll(unseen, sign)
}

/** Controls; characters of no width, which make one name two; marks of direction; ends of lines and paragraphs that are no control characters. */
const unseen = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g

function sign(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code) // ␀ to ␟
  return code === 0x7f ? '␡' : `‹${code.toString(16).toUpperCase().padStart(4, '0')}›`
}
