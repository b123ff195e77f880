/** The layout Tune: limits on large histograms, and below which alerts come and go. */
export function Tune() {
  return <div className="tune" />
}
