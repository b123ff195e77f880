// The small tables that `npm run bench:ui` prints.
import { sumFunctions } from './benchProfile.mjs'
import { longMs, stallMs, worstTenSeconds } from './benchMeter.mjs'

export const line = (label, value) => console.log(`  ${label.padEnd(34)} ${value}`)

export const count = (n) => Math.round(n).toLocaleString('en-US')

export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`

/** Two lines: by the clock, and by the time that the thread was on a processor, which other programs do not lengthen. */
export function printTasks(label, tasks) {
  const sum = (of) => tasks.reduce((total, task) => total + of(task), 0)
  printOver(label, tasks)
  if (tasks.every(({ cpuMs }) => cpuMs === undefined)) return
  const onProcessor = tasks.map((task) => ({ ...task, ms: task.cpuMs ?? 0 }))
  printOver('  by processor time', onProcessor, `; tasks were on a processor ${((sum(({ cpuMs }) => cpuMs ?? 0) / sum(({ ms }) => ms)) * 100).toFixed(0)} % of their time`)
}

function printOver(label, tasks, more = '') {
  const over = (limit) => tasks.filter(({ ms }) => ms > limit).length
  line(label, `${over(longMs)} over ${longMs} ms, ${over(stallMs)} over ${stallMs} ms, longest ${tasks.reduce((most, { ms }) => Math.max(most, ms), 0).toFixed(0)} ms; worst ten seconds ${worstTenSeconds(tasks)}${more}`)
}

/** The longest tasks, their processor time, and what they were about. */
export function printLongest(tasks, most = 8) {
  const long = tasks.filter(({ ms }) => ms > longMs).sort((a, b) => b.ms - a.ms)
  for (const { ms, cpuMs, about = [] } of long.slice(0, most)) console.log(`    ${ms.toFixed(0).padStart(5)} ms${cpuMs === undefined ? '' : ` (${cpuMs.toFixed(0)})`}  ${about.filter((each) => each.ms > 2).map(({ name, ms: own }) => `${name} ${own.toFixed(0)}`).join(', ')}`)
  printFunctions('in long tasks', long.map(({ functions }) => functions))
}

/** Where the time of profiled stretches went: our functions with what they called, and all functions by themselves. */
export function printFunctions(title, profiles, most = 25) {
  const there = profiles.filter((profile) => profile !== undefined)
  if (there.length === 0) return
  const { own, inclusive } = sumFunctions(there)
  const print = (kind, functions) => {
    console.log(`    ${title}, ${kind}`)
    for (const { name, ms } of functions.slice(0, most)) console.log(`      ${ms.toFixed(0).padStart(6)} ms  ${name}`)
  }
  print('ours with what they called', inclusive.filter(({ name }) => /^(renderer|shared)\//.test(name)))
  print('by themselves', own.filter(({ name }) => name !== '(idle)'))
}
