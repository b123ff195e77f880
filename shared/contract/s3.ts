/** How a bucket is reached, as it is kept and shown: never with keys. */
export interface S3Connection {
  readonly bucket: string
  /** URL of a server that is not Amazon's; null: that of the profile, or Amazon's. */
  readonly endpoint: string | null
  /** null: it is found. */
  readonly region: string | null
  /** The bucket in the path and not in the host's name. */
  readonly pathStyle: boolean
  readonly keys: S3KeysFrom
}

/** Where the keys of a connection come from. Keys that were typed are never told. */
export type S3KeysFrom =
  /** The environment, SSO, the default profile. */
  | { readonly kind: 'machine' }
  /** Nowhere: a public bucket is read without keys. */
  | { readonly kind: 'none' }
  | { readonly kind: 'profile'; readonly profile: string }
  /** `kept`: in the keychain of the system, else for this session. `there`: false when that session is over, or the keychain does not give them. */
  | { readonly kind: 'typed'; readonly kept: boolean; readonly there: boolean }

/** What somebody chooses from who connects to S3. */
export interface S3Connections {
  readonly connections: readonly S3Connection[]
  /** Of a bucket that has no connection: as the environment says. */
  readonly usual: { readonly endpoint: string | null; readonly region: string | null; readonly credentials: string }
  /** Names in the configuration of the AWS tools. */
  readonly profiles: readonly string[]
  /** Endpoints of those profiles that name one. */
  readonly profileServers: Readonly<Record<string, string>>
  /** Why typed keys cannot be kept; null: they can. */
  readonly cannotKeep: string | null
}

export interface NewS3Connection {
  /** s3://bucket/folder */
  readonly address: string
  readonly endpoint: string | null
  readonly region: string | null
  readonly pathStyle: boolean
  readonly keys: Exclude<S3KeysFrom, { kind: 'typed' }> | { readonly kind: 'typed'; readonly keep: boolean; readonly typed: TypedKeys | null }
}

/** They go to the host once and never come back; null in their place: those that were typed before. */
export interface TypedKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | null
}

export type S3Field = 'address' | 'endpoint' | 'region' | 'profile' | 'accessKeyId' | 'secretAccessKey' | 'sessionToken'

/** `path`: the address as it is written everywhere. `warning`: it is connected, and something else did not work. */
export type S3Connected =
  | { readonly kind: 'connected'; readonly path: string; readonly warning: string | null }
  | { readonly kind: 'refused'; readonly faults: readonly { readonly field: S3Field; readonly message: string }[] }

/** Where a place on S3 is, and with which credentials it is asked for: in words. */
export interface S3Where {
  readonly bucket: string
  readonly server: string
  readonly credentials: string
}

/** What S3 was asked for so far. Retries count: they are paid for too. */
export interface S3Usage {
  readonly requests: number
  readonly receivedBytes: number
  readonly sentBytes: number
}
