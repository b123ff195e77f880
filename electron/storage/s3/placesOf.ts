import type { S3Settings } from '#shared/pipeline/pipeline.ts'
import { checkEndpoint, type S3Keys, type S3Place, type S3Places } from './s3Place.ts'

/** Variables of one origin, as AWS's tools and the notebook name them. */
export interface Variables {
  /** How messages name it: "the environment", ".env". */
  readonly from: string
  readonly values: Readonly<Record<string, string | undefined>>
}

/**
 * How S3 is reached: settings beat variables, and variables that come first beat those that come later. A profile that is named keeps out the keys of
 * variables that come after it, or with it, as in AWS's own tools. Faults name a variable or a setting that makes no sense.
 */
export function placesOf(settings: S3Settings | undefined, variables: readonly Variables[]): S3Places {
  const { buckets = {}, ...general } = settings ?? {}
  const found = placeOfVariables(variables)
  const otherwise = withSettings(found, general, 's3')
  return { otherwise, buckets: Object.fromEntries(Object.entries(buckets).map(([bucket, own]) => [bucket, withSettings(otherwise, own, `s3.buckets.${bucket}`)])) }
}

type Own = Omit<S3Settings, 'buckets'>

function withSettings(place: S3Place, { endpoint, region, pathStyle, profile }: Own, named: string): S3Place {
  const { keys, keysFrom, ...rest } = place
  return {
    ...rest,
    // A profile that was chosen has keys of its own.
    ...(profile === undefined ? { keys, keysFrom } : { profile }),
    ...(endpoint !== undefined && { endpoint: checkEndpoint(endpoint, `${named}.endpoint`) }),
    ...(region !== undefined && { region }),
    ...(pathStyle !== undefined && { pathStyle })
  }
}

function placeOfVariables(variables: readonly Variables[]): S3Place {
  const endpoint = first(variables, ['S3_ENDPOINT', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'])
  const region = first(variables, ['AWS_REGION', 'AWS_DEFAULT_REGION'])
  return {
    ...(endpoint && { endpoint: checkEndpoint(endpoint.value, endpoint.name) }),
    ...(region && { region: region.value }),
    ...credentialsIn(variables)
  }
}

function credentialsIn(variables: readonly Variables[]): Pick<S3Place, 'profile' | 'keys' | 'keysFrom'> {
  for (const { from, values } of variables) {
    const { AWS_PROFILE: profile, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = values
    if (profile) return { profile }
    if (!accessKeyId || !secretAccessKey) continue
    const keys: S3Keys = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
    return { keys, keysFrom: `the keys in ${from}` }
  }
  return {}
}

function first(variables: readonly Variables[], names: readonly string[]): { readonly name: string; readonly value: string } | undefined {
  for (const { values } of variables) {
    for (const name of names) if (values[name]) return { name, value: values[name] }
  }
  return undefined
}
