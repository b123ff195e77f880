import type { NewS3Connection, S3Connected, S3Field, S3KeysFrom, TypedKeys } from '#shared/contract/s3.ts'
import { Fault, isFault } from '#shared/engine/fault.ts'
import { checkEndpoint, type S3Keys } from '../storage/s3/s3Place.ts'
import { isS3Uri, parseS3Uri, type S3Root } from '../storage/s3/s3Uri.ts'

/** A connection that can be meant. */
export interface ParsedConnection {
  readonly kind: 'parsed'
  readonly at: S3Root
  readonly endpoint: string | null
  readonly region: string | null
  readonly pathStyle: boolean
  /** `typed` undefined: the keys that there are already. */
  readonly from: Exclude<S3KeysFrom, { kind: 'typed' }> | { readonly kind: 'typed'; readonly keep: boolean; readonly typed: S3Keys | undefined }
}

/** undefined: it is refused, and told with its field. */
type Attempt = <Value>(field: S3Field, parse: () => Value) => Value | undefined

/** What comes over a channel is not trusted, and what was typed may be anything: every field that is wrong is told, and no message holds what was typed as a key. */
export function parseConnection(given: NewS3Connection, hasKeys: (bucket: string) => boolean): ParsedConnection | Extract<S3Connected, { kind: 'refused' }> {
  const faults: { field: S3Field; message: string }[] = []
  const attempt: Attempt = (field, parse) => {
    try {
      return parse()
    } catch (error) {
      if (!isFault(error)) throw error
      faults.push({ field, message: sentence(error.message) })
      return undefined
    }
  }
  const at = attempt('address', () => parseAddress(given.address))
  const endpoint = given.endpoint === null ? null : attempt('endpoint', () => parseEndpoint(given.endpoint))
  const region = given.region === null || textOf(given.region) === '' ? null : attempt('region', () => parseRegion(given.region))
  const from = parseKeys(given.keys, attempt, at !== undefined && hasKeys(at.bucket))
  if (!at || endpoint === undefined || region === undefined || !from || faults.length > 0) return { kind: 'refused', faults }
  return { kind: 'parsed', at, endpoint, region, pathStyle: given.pathStyle === true, from }
}

export const isBucket = (value: unknown): value is string => typeof value === 'string' && holds(() => parseS3Uri(`s3://${value}`).bucket === value)

export const isEndpoint = (value: unknown): value is string => typeof value === 'string' && holds(() => checkEndpoint(value, 'it') === value)

export const isRegion = (value: unknown): value is string => typeof value === 'string' && /^[a-z0-9][a-z0-9-]{0,49}$/i.test(value)

function holds(check: () => boolean): boolean {
  try {
    return check()
  } catch {
    return false
  }
}

function parseAddress(value: unknown): S3Root {
  const text = textOf(value)
  if (text === '') throw new Fault('usage', 'the address is empty: write it as s3://bucket/folder')
  // Who pastes keys into it must not find them in a message.
  if (!isS3Uri(text)) throw new Fault('usage', 'this is no address on S3: write it as s3://bucket/folder')
  return parseS3Uri(text)
}

function parseEndpoint(value: unknown): string {
  const text = textOf(value)
  if (text === '') throw new Fault('usage', 'the endpoint is empty: write it as https://host, or choose Amazon S3')
  return checkEndpoint(/^[\w.-]+(:\d+)?$/.test(text) ? `https://${text}` : text, 'the endpoint')
}

function parseRegion(value: unknown): string {
  const text = textOf(value)
  if (!isRegion(text)) throw new Fault('usage', 'a region has letters, digits and hyphens, as in eu-west-3: correct it, or leave it empty')
  return text
}

function parseKeys(given: NewS3Connection['keys'] | undefined, attempt: Attempt, hasKeys: boolean): ParsedConnection['from'] | undefined {
  switch (given?.kind) {
    case 'machine':
    case 'none':
      return { kind: given.kind }
    case 'profile':
      return attempt('profile', () => ({ kind: 'profile', profile: parseProfile(given.profile) }))
    case 'typed':
      if (given.typed === null && hasKeys) return { kind: 'typed', keep: given.keep === true, typed: undefined }
      return parseTyped(given.typed ?? { accessKeyId: '', secretAccessKey: '', sessionToken: null }, given.keep === true, attempt)
    default:
      throw new Fault('usage', 'the keys of a connection are found on this machine, in a profile, or typed, or there are none')
  }
}

function parseTyped({ accessKeyId, secretAccessKey, sessionToken }: TypedKeys, keep: boolean, attempt: Attempt): ParsedConnection['from'] | undefined {
  const id = attempt('accessKeyId', () => parseKey(accessKeyId, 'access key'))
  const secret = attempt('secretAccessKey', () => parseKey(secretAccessKey, 'secret key'))
  const token = sessionToken === null || textOf(sessionToken) === '' ? null : attempt('sessionToken', () => parseKey(sessionToken, 'session token'))
  if (id === undefined || secret === undefined || token === undefined) return undefined
  return { kind: 'typed', keep, typed: { accessKeyId: id, secretAccessKey: secret, ...(token !== null && { sessionToken: token }) } }
}

/** As a header of HTTP can hold it. */
function parseKey(value: unknown, name: string): string {
  const text = textOf(value)
  if (text === '') throw new Fault('usage', `the ${name} is empty: type it, or choose other credentials`)
  if (!/^[\x20-\x7e]{1,10000}$/.test(text)) throw new Fault('usage', `the ${name} has a character that no key has: copy it once more`)
  return text
}

function parseProfile(value: unknown): string {
  const text = textOf(value)
  if (text === '' || text.length > 200 || /[\u0000-\u001f\]]/.test(text)) throw new Fault('usage', 'no profile is chosen: choose one, or other credentials')
  return text
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '')

/** With a capital and a full stop. */
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
