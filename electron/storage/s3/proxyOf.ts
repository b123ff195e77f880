import { proxyFor, type Proxies, type Proxy } from './proxies.ts'

/** Errors of requests that went through a proxy, with that proxy: the SDK's own errors do not tell. */
const known = new WeakMap<object, Proxy>()

/** The error, for which `proxyOf` knows the proxy that the SDK's request took. */
export function withProxy(error: unknown, request: unknown, proxies: Proxies | undefined): unknown {
  if (!proxies || typeof error !== 'object' || error === null) return error
  const {
    protocol = 'https:',
    hostname = '',
    port
  } = request as { protocol?: string; hostname?: string; port?: number }
  const host = hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname
  const address = `${protocol}//${host}${port === undefined ? '' : `:${port}`}`
  const proxy = URL.canParse(address) ? proxyFor(new URL(address), proxies) : undefined
  if (proxy) known.set(error, proxy)
  return error
}

export const proxyOf = (error: unknown): Proxy | undefined =>
  typeof error === 'object' && error !== null ? known.get(error) : undefined
