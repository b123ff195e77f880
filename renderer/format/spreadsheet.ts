/** What a spreadsheet takes as the beginning of a formula. */
const formula = /^[=+\-@\t\r]/

/** A text for a cell of a spreadsheet: what it would run gets an apostrophe in front. */
export const guarded = (text: string): string => (formula.test(text) ? `'${text}` : text)
