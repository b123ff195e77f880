import { Fault } from '#shared/engine/fault.ts'
import { visibleText } from '#shared/engine/visibleText.ts'

/** A host that may stand in the address of the page besides this machine's own names. */
export interface AllowedHost {
  /** In lower case; IPv6 in brackets, as a browser writes it. */
  readonly name: string
  /** null: any. */
  readonly port: number | null
}

/**
 * Which `Host` headers are answered. A page of somebody else can let a name of its own point to this machine, and its requests carry that name: so only
 * names of loopback, and those that somebody has allowed, come in.
 */
export interface HostGate {
  /** The host and port of a request as origins have them; undefined: it is refused. */
  accepted(header: string | undefined): Accepted | undefined
  /** Why a header is refused and what allows it, for who has sent it or who reads the terminal. */
  refusal(header: string | undefined): string
}

export interface Accepted {
  /** host:port, without the port that is usual for http. */
  readonly host: string
  /** Origins that a page of this host may have. */
  readonly origins: readonly string[]
  /** Where such a page finds its WebSocket. */
  readonly sockets: readonly string[]
}

const usualPort = 80
const longestShown = 100

/** Parses HOST or HOST:PORT. Faults name what cannot be meant; a pattern for all hosts is refused. */
export function parseAllowedHost(text: string): AllowedHost {
  const parsed = splitHost(text.trim())
  if (parsed) return parsed
  if (text.includes('*'))
    throw new Fault(
      'usage',
      `--allow-host is ${JSON.stringify(text)}: a pattern would let the pages of others in; name each host that is yours`
    )
  throw new Fault(
    'usage',
    `--allow-host is ${JSON.stringify(text)}: write the host, or host:port, as it stands in the address of the browser`
  )
}

/** `listening` is our own port. */
export function openHostGate(listening: number, allowed: readonly AllowedHost[]): HostGate {
  const own = ['127.0.0.1', 'localhost'].map((name) => ({ name, port: listening }))
  const isIn = (hosts: readonly AllowedHost[], name: string, port: number) =>
    hosts.some((host) => host.name === name && (host.port === null || host.port === port))

  return {
    accepted(header) {
      const parsed = splitHost(header ?? '')
      if (!parsed) return undefined
      const { name } = parsed
      const port = parsed.port ?? usualPort
      const host = port === usualPort ? name : `${name}:${port}`
      if (isIn(own, name, port)) return { host, origins: [`http://${host}`], sockets: [`ws://${host}`] }
      if (!isIn(allowed, name, port) && !isIn(allowed, name, securePort(parsed))) return undefined
      // What forwards requests may speak TLS with the browser, and tells its port as the browser does.
      const secure = `${name}${parsed.port === null || parsed.port === 443 ? '' : `:${parsed.port}`}`
      return { host, origins: [`http://${host}`, `https://${secure}`], sockets: [`ws://${host}`, `wss://${secure}`] }
    },
    refusal(header) {
      const shown = visibleText((header ?? '').slice(0, longestShown))
      const names = own.map(({ name, port }) => `${name}:${port}`).join(' and ')
      const came =
        header === undefined || header === ''
          ? 'a request without a Host header'
          : `a request for the host ${shown} (its Host header)`
      const parsed = splitHost(header ?? '')
      const allow = parsed
        ? `if that is your own way here, as through a port forward, start contrail serve with --allow-host ${shown}, and open its address with that host in it`
        : 'open the address that contrail serve has written'
      return `${came} was refused, since this server answers to ${names}${allowed.length > 0 ? ` and ${allowed.map(hostText).join(' and ')}` : ''}: ${allow}`
    }
  }
}

const hostText = ({ name, port }: AllowedHost): string => (port === null ? name : `${name}:${port}`)

const securePort = ({ port }: AllowedHost): number => port ?? 443

function splitHost(text: string): AllowedHost | undefined {
  const [, name, digits] = /^(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?::(\d{1,5}))?$/i.exec(text) ?? []
  const port = digits === undefined ? null : Number(digits)
  if (name === undefined || port === 0 || (port ?? 0) > 65_535 || !URL.canParse(`http://${name}`)) return undefined
  return { name: new URL(`http://${name}`).hostname, port }
}
