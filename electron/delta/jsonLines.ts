import { isBloating, parseExactJson, splitJsonValues } from './exactJson.ts'

/**
 * The JSON values of a text one after the other: one a line as the protocol asks, or spread over several lines, as some writers do.
 * `incomplete`: the text ends inside a value, as a commit does that is still being written, or holds something that is no JSON.
 */
export function parseJsonValues(text: string): { readonly values: unknown[]; readonly incomplete: boolean } {
  if (isBloating(text)) return { values: [], incomplete: true }
  return parseAll(text.split('\n').filter((line) => line.trim() !== '')) ?? parseAll(splitJsonValues(text)) ?? { values: [], incomplete: true }
}

function parseAll(texts: readonly string[]): { values: unknown[]; incomplete: boolean } | undefined {
  try {
    return { values: texts.map(parseExactJson), incomplete: false }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined // RangeError: nested too deep.
    throw error
  }
}
