/** "1,219", "338.6"; with the true minus sign. */
export function numberText(value: number): string {
  const digits = Math.abs(value) >= 1000 ? 0 : 1
  return new Intl.NumberFormat('en-US', { maximumFractionDigits: digits })
    .format(value)
    .replace(/^-(?=[0.,]+$)/, '')
    .replace('-', '\u2212')
}
