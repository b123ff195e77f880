import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import openAddress from 'open'
import { Fault } from '#shared/engine/fault.ts'
import { closeInTime, type OpenHost } from '../app/openedHost.ts'
import { servePage } from '../app/servePage.ts'
import { startPageServer } from '../serve.ts'
import type { StoragesOptions } from '../storage/storages.ts'
import { parseAllowedHost } from '../web/hostGate.ts'
import { onSignals } from './onSignals.ts'

export interface ServeFlags {
  /** 0: one that is free. */
  readonly port: number
  readonly open: boolean
  readonly dataFolder: string
  readonly pageFolder: string
  readonly storage?: StoragesOptions
  /** Hosts besides those of this machine, as through a port forward: HOST or HOST:PORT. */
  readonly allowHost?: readonly string[]
  /** Told of requests for a host that is not allowed. */
  readonly onRefusedHost?: (why: string) => void
}

/** In the sources the page is what `npm ci` built; in the bundle it lies beside this code. */
export const builtPage = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../dist/renderer/' : './renderer/', import.meta.url))

/** Serves the workbench until Ctrl+C or SIGTERM, which ends it with Fault `interrupted`. The first line written is the address alone. */
export async function serveWorkbench({ port, open, dataFolder, pageFolder, storage, allowHost = [], onRefusedHost }: ServeFlags, openHost: OpenHost, output: NodeJS.WritableStream, listen: typeof onSignals = onSignals): Promise<never> {
  const allowedHosts = allowHost.map(parseAllowedHost)
  if (!existsSync(join(pageFolder, 'index.html'))) throw new Fault('notFound', `the workbench is not built (${pageFolder} has no index.html): run npm ci`)
  let stop: () => void = () => undefined
  const stopped = new Promise<void>((resolve) => (stop = resolve))
  const signals = listen(stop)
  try {
    const opened = await openHost({ dataFolder, platform: 'browser', storage })
    let server
    try {
      server = await startPageServer({
        port,
        pageFolder,
        downloadFolder: join(dataFolder, 'downloads'),
        allowedHosts,
        ...(onRefusedHost && { onRefusedHost }),
        onChannel: (channel) => void servePage(opened.host, channel)
      })
    } catch (error) {
      await closeInTime(opened)
      throw error
    }
    output.write(`${server.address}\n`)
    if (open) await openBrowser(server.address)
    await stopped
    await server.close()
    if (!(await closeInTime(opened))) endNow(signals)
  } finally {
    signals.off()
  }
  throw new Fault('interrupted', 'interrupted: open runs go on from their last commit')
}

/** The address is on standard output too: a machine without a browser is no error. */
async function openBrowser(address: string): Promise<void> {
  try {
    const browser = await openAddress(address)
    browser.on('error', () => undefined)
  } catch {
    // As above.
  }
}

/** As a second Ctrl+C would. */
function endNow({ off }: { off(): void }): void {
  off()
  process.kill(process.pid, 'SIGINT')
}
