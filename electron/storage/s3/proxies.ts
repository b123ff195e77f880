import { BlockList, isIP } from 'node:net'
import { Fault } from '#shared/engine/fault.ts'

/** What the environment says about proxies. Plain values, so that it can be posted to a worker; urls may hold a password. */
export interface Proxies {
  readonly http: ProxyVariable | undefined
  readonly https: ProxyVariable | undefined
  /** Entries of NO_PROXY: hosts that are asked directly. */
  readonly bypassed: readonly string[]
}

interface ProxyVariable {
  /** HTTPS_PROXY, as it is spelled. */
  readonly variable: string
  readonly value: string
}

/** A proxy that a request takes. */
export interface Proxy {
  readonly url: URL
  readonly variable: string
}

/** HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY; of two spellings the lower case wins, as for the AWS CLI and curl. undefined: there is no proxy. */
export function proxiesOf(variables: Readonly<Record<string, string | undefined>>): Proxies | undefined {
  const variable = (name: string): ProxyVariable | undefined => {
    const found = [name.toLowerCase(), name].find((spelled) => variables[spelled]?.trim())
    return found === undefined ? undefined : { variable: found, value: variables[found]!.trim() }
  }
  const all = variable('ALL_PROXY')
  const [http, https] = [variable('HTTP_PROXY') ?? all, variable('HTTPS_PROXY') ?? all]
  if (!http && !https) return undefined
  const bypassed = (variable('NO_PROXY')?.value ?? '').split(/[\s,]+/).filter((entry) => entry !== '')
  return { http, https, bypassed }
}

/** The proxy for an address; undefined: it is asked directly. Fault `usage` for a proxy that is no URL of one; it holds no password. */
export function proxyFor(address: URL, { http, https, bypassed }: Proxies): Proxy | undefined {
  const found = address.protocol === 'https:' ? https : http
  if (!found || bypassed.some((entry) => isBypassed(address, entry))) return undefined
  return { url: parseProxy(found), variable: found.variable }
}

/** How messages name a proxy: without its user and password. */
export const proxyName = ({ url, variable }: Proxy): string => `the proxy ${url.protocol}//${url.host} (${variable})`

function parseProxy({ variable, value }: ProxyVariable): URL {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value.replace(/^\/\//, '')}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || url.hostname === '')
    throw new Fault('usage', `${variable} is no address of a proxy: write it as http://host:port`)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    const kind = url.protocol.slice(0, -1)
    throw new Fault(
      'usage',
      `${variable} names a ${kind} proxy, and Contrail knows those of HTTP: set HTTPS_PROXY and HTTP_PROXY to http://host:port, or name the server in NO_PROXY`
    )
  }
  if (!isDecodable(url)) {
    throw new Fault('usage', `${variable} has a user or password with a % that encodes nothing: write the % as %25`)
  }
  return url
}

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password)
    return true
  } catch {
    return false
  }
}

/** Whether an entry of NO_PROXY means a host: `*`, a name and all below it, an address, or a block of them; with a port only that one. */
function isBypassed(address: URL, entry: string): boolean {
  if (entry === '*') return true
  const host = bare(address.hostname)
  if (entry.includes('/')) return isInBlock(host, entry)
  const [, name = entry, port] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? []
  if (port !== undefined && port !== portOf(address)) return false
  const meant = bare(name)
    .replace(/^\*?\./, '')
    .replace(/\.$/, '')
    .toLowerCase()
  return meant !== '' && (host === canonical(meant) || (isIP(host) === 0 && host.endsWith(`.${meant}`)))
}

function isInBlock(host: string, entry: string): boolean {
  const [, network = '', bits = ''] = /^([^/]*)\/(\d{1,3})$/.exec(entry) ?? []
  const family = isIP(bare(network))
  const most = family === 6 ? 128 : 32
  if (family === 0 || isIP(host) === 0 || Number(bits) > most) return false
  const block = new BlockList()
  block.addSubnet(bare(network), Number(bits), family === 6 ? 'ipv6' : 'ipv4')
  return block.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4')
}

const bare = (host: string): string => host.replace(/^\[|\]$/g, '').replace(/\.$/, '')

/** IPv6 as a URL writes it. */
const canonical = (host: string): string => (isIP(host) === 6 ? bare(new URL(`http://[${host}]`).hostname) : host)

const portOf = ({ port, protocol }: URL): string => port || (protocol === 'https:' ? '443' : '80')
