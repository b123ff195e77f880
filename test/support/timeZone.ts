/** Runs `work` as on a machine in a zone. */
export function inTimeZone<Answer>(zone: string, work: () => Answer): Answer {
  const before = process.env.TZ
  process.env.TZ = zone
  try {
    const winter = new Date(2026, 0, 1).getTimezoneOffset()
    if (zone !== 'UTC' && winter === 0) throw new Error(`this process does not take ${zone} for its zone`)
    return work()
  } finally {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  }
}
