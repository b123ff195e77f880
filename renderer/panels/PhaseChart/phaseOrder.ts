/** From the ground up, like the sky. */
export const phases: readonly string[] = ['GROUND', 'TAKEOFF', 'TRANSITION', 'CLIMB', 'DESCENT', 'CRUISE']

/** By height, then what has another name, then rows without one. */
export function bySky(a: string | null, b: string | null): number {
  const rank = (phase: string | null) => (phase === null ? 1000 : phases.includes(phase) ? phases.indexOf(phase) : 999)
  return rank(a) - rank(b) || (String(a) < String(b) ? -1 : 1)
}

/** Role of its colour. */
export const phaseRole = (phase: string | null): string => (phase === null ? 'tx3' : phases.includes(phase) ? `phase-${phase.toLowerCase()}` : 'bar')
