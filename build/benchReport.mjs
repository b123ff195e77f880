// The small tables that `npm run bench:ui` prints.
import { sumFunctions } from './benchProfile.mjs'
import { longMs, stallMs, worstTenSeconds } from './benchMeter.mjs'

export const line = (label, value) => console.log(`  ${label.padEnd(34)} ${value}`)

export const count = (n) => Math.round(n).toLocaleString('en-US')

export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`

/** "3 over 50 ms (1 by processor time), 0 over 200 ms, longest 83 ms; worst ten seconds 2". */
export function printTasks(label, tasks) {
  const over = (limit, of = ({ ms }) => ms) => tasks.filter((task) => of(task) > limit).length
  const cpu = tasks.some(({ cpuMs }) => cpuMs !== undefined) ? ` (${over(longMs, ({ cpuMs }) => cpuMs ?? 0)} by processor time)` : ''
  const longest = tasks.reduce((most, { ms }) => Math.max(most, ms), 0)
  line(label, `${over(longMs)} over ${longMs} ms${cpu}, ${over(stallMs)} over ${stallMs} ms, longest ${longest.toFixed(0)} ms; worst ten seconds ${worstTenSeconds(tasks)}`)
}

/** The longest tasks and what they were about; with a profile also the functions that all long ones were in. */
export function printLongest(tasks, most = 8) {
  const long = tasks.filter(({ ms }) => ms > longMs).sort((a, b) => b.ms - a.ms)
  for (const { ms, about = [] } of long.slice(0, most)) console.log(`    ${ms.toFixed(0).padStart(5)} ms  ${about.filter((each) => each.ms > 2).map(({ name, ms: own }) => `${name} ${own.toFixed(0)}`).join(', ')}`)
  const profiled = long.flatMap(({ functions }) => functions ?? [])
  if (profiled.length === 0) return
  const { own, inclusive } = sumFunctions(profiled)
  const print = (title, functions) => {
    console.log(`    ${title}`)
    for (const { name, ms } of functions) console.log(`      ${ms.toFixed(0).padStart(6)} ms  ${name}`)
  }
  print('in long tasks, with what they called', inclusive.filter(({ name }) => /^(renderer|shared)\//.test(name)).slice(0, 25))
  print('in long tasks, themselves', own.slice(0, 25))
}
