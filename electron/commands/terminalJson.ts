/** JSON that a terminal may get: what it would obey, or turn, is escaped; parsed, it is the same. */
export function terminalJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
