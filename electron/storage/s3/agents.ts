import { readFileSync } from 'node:fs'
import { Agent as HttpAgent, type AgentOptions, type ClientRequest } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { HttpProxyAgent } from 'http-proxy-agent'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { Fault } from '#shared/engine/fault.ts'
import { proxyFor, type Proxies, type Proxy } from './proxies.ts'

/** How the SDK connects to a server. */
export interface Agents {
  readonly httpAgent: HttpAgent
  readonly httpsAgent: HttpsAgent
}

export interface AgentsOptions {
  readonly proxies: Proxies | undefined
  /** A file of certificates that replace those that Node trusts. */
  readonly caBundle: string | undefined
  /** Connections at one time to one host. */
  readonly maxSockets: number
}

/** Connections that are kept and used again, through the proxies of the environment. Fault `usage` for certificates that cannot be read. */
export function openAgents({ proxies, caBundle, maxSockets }: AgentsOptions): Agents {
  const ca = caBundle === undefined ? {} : { ca: readBundle(caBundle) }
  const options = { keepAlive: true, maxSockets, ...ca }
  const direct: Agents = { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) }
  if (!proxies) return direct
  return {
    httpAgent: new RoutedHttpAgent(
      routes('http', proxies, direct.httpAgent, ({ url }) => new HttpProxyAgent(url, options))
    ),
    httpsAgent: new RoutedHttpsAgent(
      routes('https', proxies, direct.httpsAgent, ({ url }) => new HttpsProxyAgent(url, options)),
      ca
    )
  }
}

/** Which agent a request to a host takes. */
interface Routes {
  agentFor(to: Target): HttpAgent
  destroy(): void
}

interface Target {
  readonly host?: string | null
  readonly port?: number | string | null
}

function routes(
  scheme: 'http' | 'https',
  proxies: Proxies,
  direct: HttpAgent,
  open: (proxy: Proxy) => HttpAgent
): Routes {
  const opened = new Map<string, HttpAgent>()
  return {
    agentFor({ host, port }) {
      const name = host ?? 'localhost'
      const address = new URL(`${scheme}://${name.includes(':') ? `[${name}]` : name}:${port ?? ''}`)
      const proxy = proxyFor(address, proxies)
      if (!proxy) return direct
      const agent = opened.get(proxy.url.href) ?? open(proxy)
      opened.set(proxy.url.href, agent)
      return agent
    },
    destroy() {
      for (const agent of [direct, ...opened.values()]) agent.destroy()
    }
  }
}

/** What Node asks an agent for. Its types leave it out, and every agent that is none of Node's own builds on it. */
interface Requesting {
  addRequest(request: ClientRequest, options: AgentOptions & Target): void
}

// The choice must be made before the request writes its head: that of one for a proxy is another one.
class RoutedHttpAgent extends HttpAgent {
  readonly #routes: Routes

  constructor(to: Routes) {
    super()
    this.#routes = to
  }

  addRequest(request: ClientRequest, options: AgentOptions & Target): void {
    ;(this.#routes.agentFor(options) as unknown as Requesting).addRequest(request, options)
  }

  override destroy(): void {
    this.#routes.destroy()
  }
}

class RoutedHttpsAgent extends HttpsAgent {
  readonly #routes: Routes
  /** An agent for a proxy takes its own options for the proxy, and those of the request for what is behind it. */
  readonly #trust: { readonly ca?: string }

  constructor(to: Routes, trust: { readonly ca?: string }) {
    super()
    this.#routes = to
    this.#trust = trust
  }

  addRequest(request: ClientRequest, options: AgentOptions & Target): void {
    const secure = { ...options, ...this.#trust, secureEndpoint: true }
    ;(this.#routes.agentFor(options) as unknown as Requesting).addRequest(request, secure)
  }

  override destroy(): void {
    this.#routes.destroy()
  }
}

function readBundle(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Fault(
      'usage',
      `the certificates in ${file} cannot be read: correct AWS_CA_BUNDLE or ca_bundle of the profile, or leave it out`,
      { cause: error }
    )
  }
}
