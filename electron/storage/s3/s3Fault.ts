import { Fault, isFault } from '#shared/engine/fault.ts'
import { errorCode, storageFault } from '../storageFault.ts'
import { networkCodes, type S3Request, type Said, type Told } from './told.ts'
import { byProxy } from './proxyFault.ts'
import { proxyOf } from './proxyOf.ts'
import { credentialsName, serverName, type S3Place } from './s3Place.ts'

/** What an S3 server, or the way to it, says, as a Fault with the next step. Errors that are none of theirs come back as they are. */
export function s3Fault(error: unknown, request: S3Request): unknown {
  if (isFault(error) || !(error instanceof Error) || isMistake(error)) return error
  const told = toldBy(error)
  const cause = { cause: plainCause(error, told) }
  const proxy = proxyOf(error)
  const byTheProxy = proxy && byProxy(told, { proxy, error, request })
  const [code, text] = byTheProxy ?? byCode(told, request) ?? byStatus(told, request) ?? byNetwork(error, request) ?? []
  if (code !== undefined && text !== undefined) return new Fault(code, text, cause)
  return errorCode(error) === undefined ? new Fault('unavailable', `cannot ${request.doing} ${request.path}: ${serverName(request.place)} said ${oneLine(error)}; check the address of the server, then try again`, cause) : storageFault(error, request.doing, request.path)
}

/** True when the same request may work a moment later. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { name, status } = toldBy(error)
  return (status !== undefined && (status >= 500 || status === 429)) || busy.has(name) || byNetwork(error, undefined) !== undefined
}

/** The HTTP status of what the SDK throws; undefined when no answer came. */
export const statusOf = (error: unknown): number | undefined => (error instanceof Error ? toldBy(error).status : undefined)

/** S3's own name of what is wrong: "NoSuchBucket". */
export const nameOf = (error: unknown): string => (error instanceof Error ? toldBy(error).name : '')

/** Of ours: it must not look as if the server were to blame. */
const isMistake = (error: Error): boolean => [TypeError, ReferenceError, RangeError].some((kind) => error instanceof kind) && toldBy(error).status === undefined

/** Without what the SDK keeps of the request: its headers hold a signature and the session's token. */
function plainCause(error: Error, { name, status }: Told): Error {
  const plain = Object.assign(new Error(`${name}${status === undefined ? '' : ` (${status})`}: ${error.message}`), { Code: name })
  if (error.stack !== undefined) plain.stack = error.stack
  return plain
}

/** Whether a Fault says that who asks is known and may not do that. */
export const isDenied = (error: unknown): boolean => isFault(error) && error.code === 'access' && nameOf(error.cause) === 'AccessDenied'

function toldBy(error: Error): Told {
  const { $metadata: metadata, Code: code, Region: region, $response: response } = error as Error & { $metadata?: { httpStatusCode?: number; requestId?: string }; Code?: string; Region?: string; $response?: { statusCode?: number; headers?: Record<string, string> } }
  return { name: code ?? error.name, status: metadata?.httpStatusCode ?? response?.statusCode, region: region ?? response?.headers?.['x-amz-bucket-region'], isOfS3: code !== undefined || metadata?.requestId !== undefined || response?.headers?.['x-amz-request-id'] !== undefined }
}

const busy = new Set(['SlowDown', 'ServiceUnavailable', 'InternalError', 'RequestTimeout', 'Throttling', 'ThrottlingException', 'TooManyRequestsException', 'RequestLimitExceeded', 'OperationAborted'])
const regionIsWrong = new Set(['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException', 'TemporaryRedirect'])
const sessionIsOver = new Set(['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'InvalidToken', 'RequestExpired'])

function byCode({ name, region }: Told, { place, bucket, path, doing }: S3Request): Said | undefined {
  const server = serverName(place)
  const who = credentialsName(place)
  if (name === 'NoSuchBucket') return ['notFound', `there is no bucket ${bucket} on ${server}: check its name, and the endpoint if it is not Amazon's`]
  if (name === 'NoSuchKey' || name === 'NotFound') return ['notFound', `${path} is not there: check the path`]
  if (name === 'InvalidAccessKeyId') return ['access', `${server} does not know the access key of ${who}: ${correct(place, 'AWS_ACCESS_KEY_ID')}`]
  if (name === 'SignatureDoesNotMatch') return ['access', `${server} does not accept the secret key of ${who}: ${correct(place, 'AWS_SECRET_ACCESS_KEY')}`]
  if (sessionIsOver.has(name)) return ['access', `the session of ${who} has expired: ${renew(place)}, then start again; what is committed stays`]
  if (name === 'RequestTimeTooSkewed') return ['access', `the clock of this machine is more than 15 minutes off that of ${server}: set it (or let the system set it), then try again`]
  if (regionIsWrong.has(name)) return ['access', `the bucket ${bucket} is in ${region === undefined ? 'another region' : `the region ${region}`}${place.region === undefined ? '' : `, not in ${place.region}`}: set the region to ${region ?? 'that of the bucket'}`]
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError') return ['access', `there are no credentials for ${server} (${who}): ${renew(place)}, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile, or type keys; a public bucket is read without keys (--no-sign-request, or None among the credentials in the workbench)`]
  if (name === 'InvalidObjectState') return ['storage', `${path} is archived (Glacier) and cannot be read at once: restore it first`]
  if (name === 'NotImplemented' || name === 'MethodNotAllowed') return ['unsupported', `${server} cannot ${doing} ${path} (${name}): it lacks a part of S3 that Contrail needs; use another server`]
  if (name === 'AccessDenied' || name === 'AllAccessDisabled' || name === 'AccountProblem') return denied(place, path, doing)
  if (busy.has(name)) return ['unavailable', `${server} is busy (${name}) and could not ${doing} ${path} after several tries: wait a little, then try again`]
  return undefined
}

const permissions: Readonly<Record<string, string>> = { list: 's3:ListBucket', read: 's3:GetObject (and s3:ListBucket, without which a missing object looks forbidden)', write: 's3:PutObject', remove: 's3:DeleteObject' }

function denied(place: S3Place, path: string, doing: string): Said {
  const who = credentialsName(place)
  if (place.anonymous) return ['access', `no permission to ${doing} ${path} without keys: the bucket is not public, or not for this; leave out --no-sign-request (s3.anonymous) and give a profile or keys that may, or choose other credentials in the workbench`]
  return ['access', `no permission to ${doing} ${path} with ${who}: they need ${permissions[doing] ?? 'the permission for it'}; add it to their policy, or use others`]
}

/** Where the keys come from is where they are put right. */
function correct({ profile, keys, keysFrom }: S3Place, variable: string): string {
  if (!keys) return profile === undefined ? 'choose a profile, or type keys' : `check the profile ${profile} in the AWS configuration`
  return keysFrom?.startsWith('the keys in ') ? `check ${variable}, or type the keys again` : 'type the keys again'
}

const renew = ({ profile, keys }: S3Place): string => (profile !== undefined && !keys ? `run aws sso login --profile ${profile}` : keys ? 'give new keys' : 'sign in again (aws sso login)')

function byStatus({ name, status }: Told, { place, path, doing }: S3Request): Said | undefined {
  if (status === undefined) return undefined
  const server = serverName(place)
  if (status === 403 || (place.anonymous && (status === 401 || name === 'InvalidArgument'))) return denied(place, path, doing)
  if (status >= 500 || status === 429) return ['unavailable', `${server} is busy (${status}) and could not ${doing} ${path} after several tries: wait a little, then try again`]
  if (status === 404 && doing === 'read') return ['notFound', `${path} is not there: check the path`]
  if (status === 401) return ['access', `${server} does not accept ${credentialsName(place)}: check them, or the endpoint`]
  // Whoever speaks S3 says what is wrong by its name; a web server, a proxy or a console does not.
  if (status < 300 || status === 404 || status === 405 || status === 400 || status === 301 || status === 302 || status === 307) return ['unsupported', `${server} does not answer as S3 does (HTTP ${status}): check the endpoint; the port of a web console is another one than that of S3`]
  return ['unavailable', `${server} answered ${status} (${name}) and could not ${doing} ${path}: check the endpoint, then try again`]
}

function byNetwork(error: Error, request: S3Request | undefined): Said | undefined {
  const { code, cause, errors } = error as Error & { code?: string; cause?: unknown; errors?: readonly unknown[] }
  const server = request ? serverName(request.place) : 'the server'
  const path = request ? `${request.doing} ${request.path}` : ''
  const known = code === undefined ? undefined : networkCodes[code]
  if (known !== undefined) return ['unavailable', `cannot ${path}: ${server} cannot be reached, ${known} (${code}); check the network and the endpoint, then try again`]
  if (error.name === 'TimeoutError' || error.name === 'AbortError' || /socket hang up|aborted|Timeout/i.test(error.message)) return ['unavailable', `cannot ${path}: ${server} does not answer, or stopped in the middle; check the network, then try again`]
  if (code !== undefined && /^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO|ERR_SSL)/.test(code)) return ['access', `${server} has no certificate that this machine trusts (${code}): check the endpoint (http or https), or add its certificate with AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS`]
  const inner = errors?.[0] ?? cause
  return inner instanceof Error && inner !== error ? byNetwork(inner, request) : undefined
}

const oneLine = (error: Error): string => `"${error.message.replaceAll(/\s+/g, ' ').slice(0, 200)}"`
