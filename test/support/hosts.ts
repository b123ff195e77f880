import { afterEach } from 'vitest'
import type { Host } from '#shared/contract/host.ts'
import type { RunEvent, RunSummary } from '#shared/contract/run.ts'
import type { OpenedHost } from '#electron/app/openedHost.ts'
import { openHost } from '#electron/host/host.ts'
import { temporaryFolder } from './folders.ts'

const opened: OpenedHost[] = []
afterEach(closeHosts)

/** Closes every host that a test has opened. */
export async function closeHosts(): Promise<void> {
  for (const { close } of opened.splice(0)) await close()
}

/** A host over a data folder of its own, closed when the test is done. */
export async function openTestHost(dataFolder = temporaryFolder('data')) {
  const one = await openHost({ dataFolder, platform: 'browser' })
  opened.push(one)
  return { ...one, heard: hear(one.host), dataFolder }
}

/** Everything that a host tells, and a way to wait for something among it. */
function hear(host: Host) {
  const events: RunEvent[] = []
  const waiting = new Set<() => void>()
  host.onRunEvent((event) => {
    events.push(event)
    for (const look of waiting) look()
  })
  return {
    events,
    until: (holds: (event: RunEvent) => boolean, from = 0) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!events.slice(from).some(holds)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      })
  }
}

export const isState = (state: RunSummary['state']) => (event: RunEvent) => event.kind === 'run' && event.run.state === state
