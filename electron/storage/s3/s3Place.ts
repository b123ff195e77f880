import { Fault } from '#shared/engine/fault.ts'

/** Keys that somebody typed or an environment gave. They live in memory only: nothing that is written, logged or shown may hold them. */
export interface S3Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** Where the two files of the AWS tools are; undefined: nowhere, since there is no home folder. */
export interface AwsFiles {
  readonly config: string | undefined
  readonly credentials: string | undefined
}

/** How the buckets of one S3 are reached. Credentials that are left out are found as the AWS tools find them. */
export interface S3Place {
  /** URL of a server that is not Amazon's; left out: Amazon's, whatever the AWS configuration says. */
  readonly endpoint?: string | undefined
  readonly region?: string | undefined
  /** The bucket in the path and not in the host's name; left out: with an endpoint. */
  readonly pathStyle?: boolean | undefined
  /** Name in the AWS configuration; beats keys of the environment. */
  readonly profile?: string | undefined
  readonly keys?: S3Keys | undefined
  /** How messages name where the keys come from. */
  readonly keysFrom?: string | undefined
  /** Keys were typed for it and are gone: why. No others are tried in their place. */
  readonly keysGone?: string | undefined
  /** Why it cannot be asked: the AWS configuration makes no sense. */
  readonly wrong?: string | undefined
  /** A public bucket: requests are not signed, and nothing is written. */
  readonly anonymous?: boolean | undefined
  /** A file of certificates that replace those that Node trusts. */
  readonly caBundle?: string | undefined
  /** The two files of the AWS tools, where a variable says that they lie elsewhere. */
  readonly awsFiles?: AwsFiles | undefined
}

/** The places of all buckets: those named, and any other. */
export interface S3Places {
  readonly otherwise: S3Place
  readonly buckets: Readonly<Record<string, S3Place>>
}

export const noPlaces: S3Places = { otherwise: {}, buckets: {} }

export function placeOf({ otherwise, buckets }: S3Places, bucket: string): S3Place {
  return Object.hasOwn(buckets, bucket) ? buckets[bucket]! : otherwise
}

/** How messages name the server: the host of the endpoint, or Amazon's S3. */
export function serverName({ endpoint }: S3Place): string {
  return endpoint === undefined ? 'Amazon S3' : endpoint.replace(/\/+$/, '')
}

/** How messages name credentials that there are none of: a public bucket. */
export const noKeys = 'no keys'

/** How messages name the credentials in use: never by what they are. */
export function credentialsName({ profile, keys, keysFrom, keysGone, anonymous }: S3Place): string {
  if (anonymous) return noKeys
  if (keys || keysGone !== undefined) return keysFrom ?? 'the keys given'
  return profile === undefined ? 'the credentials found on this machine' : `the profile ${profile}`
}

/** Fault `usage` for an endpoint that is no URL of a server, or carries a user, a path or a query. */
export function checkEndpoint(endpoint: string, named: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  const isServer = url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== ''
  if (!isServer) throw new Fault('usage', `${named} is ${JSON.stringify(endpoint.replace(/\/\/[^/@]*@/, '//…@'))}: write it as http://host:port or https://host`)
  if (url.username !== '' || url.password !== '') throw new Fault('usage', `${named} holds a user or a password: leave them out, and give access keys instead`)
  if (url.search !== '' || url.hash !== '') throw new Fault('usage', `${named} has something behind its path: write it as http://host:port or https://host`)
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`
}
