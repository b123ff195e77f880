import { proxyName, type Proxy } from './proxies.ts'
import { serverName } from './s3Place.ts'
import { networkCodes, type S3Request, type Said, type Told } from './told.ts'

export interface ProxyTrouble {
  readonly proxy: Proxy
  readonly error: Error & { readonly code?: string }
  readonly request: S3Request
}

/** What went wrong between this machine and a proxy, or beyond it by the proxy's own word. undefined: the server itself has answered. */
export function byProxy({ status, isOfS3 }: Told, { proxy, error, request }: ProxyTrouble): Said | undefined {
  if (isOfS3) return undefined
  const name = proxyName(proxy)
  const server = serverName(request.place)
  const task = `cannot ${request.doing} ${request.path}`
  const direct = 'or name the server in NO_PROXY to ask it directly'
  if (status !== undefined) return byAnswer(status, { proxy, task, server, direct })
  const why = error.code === undefined ? undefined : networkCodes[error.code]
  if (why !== undefined)
    return [
      'unavailable',
      `${task}: ${name} cannot be reached, ${why} (${error.code}); correct ${proxy.variable}, ${direct}`
    ]
  if (/Proxy connection ended/.test(error.message))
    return [
      'unavailable',
      `${task}: ${name} ended the connection without an answer; check that ${proxy.variable} is the address of a proxy, ${direct}`
    ]
  if (error.name === 'TimeoutError')
    return [
      'unavailable',
      `${task}: ${name} does not answer, or ${server} behind it; check ${proxy.variable}, ${direct}`
    ]
  if (error.code !== undefined && isCertificate(error.code)) {
    return [
      'access',
      `${task}: the certificate that came through ${name} is not trusted (${error.code}); name the proxy's own certificate in AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS, ${direct}`
    ]
  }
  return undefined
}

interface Spoken {
  readonly proxy: Proxy
  readonly task: string
  readonly server: string
  readonly direct: string
}

function byAnswer(status: number, { proxy, task, server, direct }: Spoken): Said | undefined {
  const name = proxyName(proxy)
  const { variable, url } = proxy
  if (status === 407) {
    const has = url.username !== '' || url.password !== ''
    const next = has ? `correct them in ${variable}` : `write them into ${variable} as http://user:password@host:port`
    return [
      'access',
      `${task}: ${name} ${has ? 'does not accept the user and password that it was given' : 'wants a user and a password'} (407); ${next}`
    ]
  }
  if (status === 502 || status === 503 || status === 504)
    return ['unavailable', `${task}: ${name} cannot reach ${server} (${status}); check the endpoint, ${direct}`]
  if (status < 400 || status === 404) return undefined
  return [
    'access',
    `${task}: ${name} does not let requests to ${server} through (${status}); have the proxy allow it, ${direct}`
  ]
}

const isCertificate = (code: string): boolean =>
  /^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO|ERR_SSL)/.test(code)
