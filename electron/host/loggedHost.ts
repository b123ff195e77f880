import { isFault } from '#shared/engine/fault.ts'
import { hostMethods, type Host } from '#shared/contract/host.ts'
import type { HostLog } from './hostLog.ts'

/** The host, whose refusals and failures are in the log too. Arguments are not: they may hold rows. */
export function loggedHost(host: Host, log: HostLog): Host {
  const calls = hostMethods.filter((method) => !/^on[A-Z]/.test(method))
  const logged = calls.map((method) => [
    method,
    async (...args: readonly unknown[]): Promise<unknown> => {
      try {
        return await (host[method] as (...given: readonly unknown[]) => unknown)(...args)
      } catch (error) {
        if (!isFault(error) || error.code !== 'interrupted') log.write(`${method} failed: ${describeError(error)}`)
        throw error
      }
    }
  ])
  return { ...host, ...(Object.fromEntries(logged) as Partial<Host>) }
}

/** A Fault by its code and sentence; what is a mistake of ours with its stack. */
export function describeError(error: unknown): string {
  if (isFault(error)) return `${error.code}: ${error.message}`
  return error instanceof Error ? `a mistake in Contrail itself: ${error.stack ?? error.message}` : String(error)
}
