import type { S3Settings } from '#shared/pipeline/pipeline.ts'
import { awsFilesOf, noConfiguration, type AwsConfiguration, type ProfileSettings } from './awsConfiguration.ts'
import { checkEndpoint, type S3Keys, type S3Place, type S3Places } from './s3Place.ts'

/** Variables of one origin, as AWS's tools and the notebook name them. */
export interface Variables {
  /** How messages name it: "the environment", ".env". */
  readonly from: string
  readonly values: Readonly<Record<string, string | undefined>>
}

type Own = Omit<S3Settings, 'buckets'>

/** A value, and how messages name where it stands. */
interface Found {
  readonly name: string
  readonly value: string
}

/** All that decides how S3 is reached. `variables`: the environment first, `.env` after it. */
interface Origins {
  readonly variables: readonly Variables[]
  readonly configuration: AwsConfiguration
}

/**
 * How S3 is reached. As the AWS CLI has it, settings beat variables of the environment, and those beat the profile in use; what `.env` says comes after a
 * profile that is named elsewhere. Such a profile also keeps out keys of variables that come after it, or with it. Faults name a variable or a setting that
 * makes no sense.
 */
export function placesOf(
  settings: S3Settings | undefined,
  variables: readonly Variables[],
  configuration: AwsConfiguration = noConfiguration
): S3Places {
  const { buckets = {}, ...general } = settings ?? {}
  const origins = { variables, configuration }
  const ofBucket = ([bucket, own]: readonly [string, Own]) =>
    [bucket, placeWith({ ...general, ...own, anonymous: isAnonymous(general, own) }, `s3.buckets.${bucket}`, origins)] as const
  return {
    otherwise: placeWith(general, 's3', origins),
    buckets: Object.fromEntries(Object.entries(buckets).map(ofBucket))
  }
}

/** A bucket with a profile of its own is asked with its keys. */
const isAnonymous = (general: Own, own: Own): boolean | undefined =>
  own.anonymous ?? (own.profile === undefined ? general.anonymous : false)

function placeWith(own: Own, named: string, { variables, configuration }: Origins): S3Place {
  const { above, below, profile } = splitByProfile(own, variables)
  const found = configuration.profile(profile) ?? {}
  const region = own.region ?? first(above, regionNames)?.value ?? found.region ?? first(below, regionNames)?.value
  const pathStyle = own.pathStyle ?? found.pathStyle
  const caBundle = first(variables, ['AWS_CA_BUNDLE'])?.value ?? found.caBundle
  return {
    ...endpointOf(own, named, { above, below, found }),
    ...(region !== undefined && { region }),
    ...(pathStyle !== undefined && { pathStyle }),
    ...(caBundle !== undefined && { caBundle }),
    ...awsFilesIn(variables),
    ...credentialsOf(own, variables)
  }
}

const regionNames = ['AWS_REGION', 'AWS_DEFAULT_REGION']
const awsEndpoints = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL']

/** The profile in use, and the variables that beat it and that it beats. */
function splitByProfile(own: Own, variables: readonly Variables[]) {
  const naming = variables.findIndex(({ values }) => values.AWS_PROFILE)
  const length = own.profile !== undefined ? 1 : naming < 0 ? variables.length : naming + 1
  const profile = own.profile ?? variables[naming]?.values.AWS_PROFILE ?? 'default'
  return { above: variables.slice(0, length), below: variables.slice(length), profile }
}

interface Layers {
  readonly above: readonly Variables[]
  readonly below: readonly Variables[]
  readonly found: ProfileSettings
}

function endpointOf(own: Own, named: string, { above, below, found }: Layers): Pick<S3Place, 'endpoint' | 'wrong'> {
  if (own.endpoint !== undefined) return { endpoint: checkEndpoint(own.endpoint, `${named}.endpoint`) }
  const ignores = first([...above, ...below], ['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'])?.value
  const ignored = found.ignoresEndpoints === true || ignores?.toLowerCase() === 'true'
  const inVariables = (variables: readonly Variables[]) => {
    const endpoint = first(variables, ['S3_ENDPOINT', ...(ignored ? [] : awsEndpoints)])
    return endpoint && { endpoint: checkEndpoint(endpoint.value, endpoint.name) }
  }
  const ofProfile = ignored ? undefined : endpointOfProfile(found)
  return inVariables(above) ?? ofProfile ?? inVariables(below) ?? {}
}

/** undefined: it says none, and Amazon's S3 is meant. */
export function endpointOfProfile({ endpoint, wrong, ignoresEndpoints }: ProfileSettings): Pick<S3Place, 'endpoint' | 'wrong'> | undefined {
  if (ignoresEndpoints) return undefined
  if (wrong !== undefined) return { wrong }
  return endpoint === undefined ? undefined : { endpoint }
}

/** Only where variables say so: the SDK finds the usual ones by itself. */
function awsFilesIn(variables: readonly Variables[]): Pick<S3Place, 'awsFiles'> {
  const merged: Variables['values'] = Object.assign({}, ...variables.map(({ values }) => values).reverse())
  return merged.AWS_CONFIG_FILE || merged.AWS_SHARED_CREDENTIALS_FILE ? { awsFiles: awsFilesOf(merged) } : {}
}

function credentialsOf(own: Own, variables: readonly Variables[]): Pick<S3Place, 'anonymous' | 'profile' | 'keys' | 'keysFrom'> {
  if (own.anonymous) return { anonymous: true }
  return own.profile === undefined ? credentialsIn(variables) : { profile: own.profile }
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

function first(variables: readonly Variables[], names: readonly string[]): Found | undefined {
  for (const { values } of variables) {
    for (const name of names) if (values[name]) return { name, value: values[name] }
  }
  return undefined
}
