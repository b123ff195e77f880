import type { NewS3Connection, S3Connections } from '#shared/contract/s3.ts'

/** What the dialog holds, but for keys. */
export interface ConnectionFields {
  /** A server that is not Amazon's. */
  readonly isOther: boolean
  readonly endpoint: string
  readonly region: string
  readonly pathStyle: boolean
  readonly credentials: NewS3Connection['keys']['kind']
  readonly profile: string
  readonly keep: boolean
}

/** As the bucket is reached now; one without a connection as the environment says. */
export function fieldsFor({ connections, usual, profiles, cannotKeep }: S3Connections, bucket: string): ConnectionFields {
  const [profile = ''] = profiles
  const kept = connections.find((connection) => connection.bucket === bucket)
  if (!kept) return { isOther: usual.endpoint !== null, endpoint: usual.endpoint ?? '', region: usual.region ?? '', pathStyle: true, credentials: 'machine', profile, keep: false }
  const { endpoint, region, pathStyle, keys } = kept
  return {
    isOther: endpoint !== null,
    endpoint: endpoint ?? '',
    region: region ?? '',
    pathStyle: endpoint === null || pathStyle,
    credentials: keys.kind,
    profile: keys.kind === 'profile' ? keys.profile : profile,
    keep: keys.kind === 'typed' && keys.kept && cannotKeep === null
  }
}
