import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Fault, isFault } from '#shared/engine/fault.ts'
import { homeFolder } from '../homeFolder.ts'
import { fileText } from '../fileText.ts'
import { parseIni, type IniSections } from './parseIni.ts'
import { checkEndpoint, type AwsFiles } from './s3Place.ts'

/** What a profile says about S3 besides its keys. */
export interface ProfileSettings {
  /** Of the `services` section that it names, or its own `endpoint_url`. */
  readonly endpoint?: string | undefined
  /** Why its endpoint is none, in a sentence. */
  readonly wrong?: string | undefined
  /** `ignore_configured_endpoint_urls`: neither its own endpoint nor one of AWS's variables holds. */
  readonly ignoresEndpoints?: boolean | undefined
  readonly region?: string | undefined
  /** `addressing_style`: path or virtual; undefined: `auto`, or nothing. */
  readonly pathStyle?: boolean | undefined
  /** A file of certificates. */
  readonly caBundle?: string | undefined
}

/** The profiles of the two files. Keys stay in them: the SDK reads those itself. */
export interface AwsConfiguration {
  /** Names, the default one first. */
  readonly profiles: readonly string[]
  /** undefined: there is no such profile. */
  profile(name: string): ProfileSettings | undefined
}

export const noConfiguration: AwsConfiguration = { profiles: [], profile: () => undefined }

type Variables = Readonly<Record<string, string | undefined>>

const mostBytes = 1_000_000

/** AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE where they are set, else those in `.aws` of the home folder. */
export function awsFilesOf(variables: Variables): AwsFiles {
  const home = homeOf(variables)
  const usual = (name: string) => (home === undefined ? undefined : join(home, '.aws', name))
  const chosen = (path: string | undefined) =>
    home !== undefined && path !== undefined && /^~[/\\]/.test(path) ? join(home, path.slice(2)) : path || undefined
  return {
    config: chosen(variables.AWS_CONFIG_FILE) ?? usual('config'),
    credentials: chosen(variables.AWS_SHARED_CREDENTIALS_FILE) ?? usual('credentials')
  }
}

/** Reads both files. One that is missing or unreadable is empty, as for the AWS tools. */
export function readAwsConfiguration({ config, credentials }: AwsFiles): AwsConfiguration {
  const sections = parseIni(textOf(config))
  const profiles = new Map<string, ReadonlyMap<string, string>>()
  const add = (name: string, keys: ReadonlyMap<string, string>) => {
    if (name !== '' && name.length <= 200) profiles.set(name, new Map([...(profiles.get(name) ?? []), ...keys]))
  }
  for (const [section, keys] of sections) {
    const name = profileNameIn(section)
    if (name !== undefined) add(name, keys)
  }
  // Of a setting that stands in both files, the one beside the keys holds.
  for (const [name, keys] of parseIni(textOf(credentials))) add(name, keys)
  return {
    profiles: [...profiles.keys()].sort(defaultFirst),
    profile(name) {
      const keys = profiles.get(name)
      return keys && settingsOf(name, keys, sections)
    }
  }
}

function settingsOf(name: string, keys: ReadonlyMap<string, string>, sections: IniSections): ProfileSettings {
  const [region, caBundle] = [keys.get('region'), keys.get('ca_bundle')]
  const style = keys.get('s3.addressing_style')?.toLowerCase()
  return {
    ...endpointOf(name, keys, sections),
    ...(keys.get('ignore_configured_endpoint_urls')?.toLowerCase() === 'true' && { ignoresEndpoints: true }),
    ...(region !== undefined && { region }),
    ...((style === 'path' || style === 'virtual') && { pathStyle: style === 'path' }),
    ...(caBundle !== undefined && { caBundle })
  }
}

/** A `services` section beats the profile's `endpoint_url`. What is wrong stops nobody but who uses the profile. */
function endpointOf(
  name: string,
  keys: ReadonlyMap<string, string>,
  sections: IniSections
): Pick<ProfileSettings, 'endpoint' | 'wrong'> {
  const services = keys.get('services')
  const section = services === undefined ? undefined : servicesSection(sections, services)
  if (services !== undefined && !section) {
    return {
      wrong: `the profile ${name} says services = ${services}, and the AWS configuration has no [services ${services}]: add that section, or give --endpoint`
    }
  }
  const ofServices = section?.get('s3.endpoint_url')
  // The last one is what the AWS CLI takes with its plugin for endpoints alone.
  const endpoint = ofServices ?? keys.get('endpoint_url') ?? keys.get('s3.endpoint_url')
  if (endpoint === undefined) return {}
  const where = ofServices === undefined ? `the profile ${name}` : `[services ${services}]`
  try {
    return { endpoint: checkEndpoint(endpoint, `endpoint_url of ${where} in the AWS configuration`) }
  } catch (error) {
    if (!isFault(error)) throw error
    return { wrong: error.message }
  }
}

/** In the file `config` all profiles but the default one are called `profile name`; other sections (`sso-session`) are no profiles. */
function profileNameIn(section: string): string | undefined {
  return section === 'default' ? section : nameAfter('profile', section)
}

function servicesSection(sections: IniSections, name: string): ReadonlyMap<string, string> | undefined {
  return [...sections].find(([section]) => nameAfter('services', section) === name)?.[1]
}

function nameAfter(kind: string, section: string): string | undefined {
  const [, found, quoted, plain] = /^(\S+)\s+(?:["']([^"']+)["']|(\S+))$/.exec(section) ?? []
  return found === kind ? (quoted ?? plain) : undefined
}

function defaultFirst(a: string, b: string): number {
  if (a === 'default' || b === 'default') return a === 'default' ? -1 : 1
  return a < b ? -1 : 1
}

const homeOf = ({ HOME, USERPROFILE }: Variables): string | undefined => HOME || USERPROFILE || homeFolder()

/** Fault `access` for a file in UTF-16: the SDK would find no keys in it, and would not say why. */
export function refuseUtf16({ config, credentials }: AwsFiles): void {
  for (const file of [config, credentials]) {
    if (!bytesOf(file).includes(0)) continue
    const what = `${file} is not in UTF-8, and the AWS tools find no profile in it`
    throw new Fault('access', `${what}: save it as UTF-8, then try again`)
  }
}

const textOf = (file: string | undefined): string => fileText(bytesOf(file))

/** Empty where there is no such file, or it cannot be read, or is larger than any configuration. */
function bytesOf(file: string | undefined): Uint8Array {
  const none = new Uint8Array()
  try {
    const found = file === undefined ? undefined : statSync(file)
    if (file === undefined || !found?.isFile() || found.size > mostBytes) return none // A pipe may never end.
    return readFileSync(file)
  } catch {
    return none
  }
}
