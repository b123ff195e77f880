import { open, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Fault } from '#shared/engine/fault.ts'
import { fileText } from '../fileText.ts'

const mostBytes = 1_000_000

/** Names of the profiles in the two files of the AWS tools; those of AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE where they are set. Nothing else of them is kept. */
export async function profileNames(environment: Environment): Promise<readonly string[]> {
  const [config, credentials] = await Promise.all([startOf(configFile(environment)), startOf(credentialsFile(environment))])
  const names = [...sectionsOf(config).flatMap(nameInConfig), ...sectionsOf(credentials)].filter((name) => name !== '' && name.length <= 200)
  return [...new Set(names)].sort((a, b) => (a === 'default' ? -1 : b === 'default' ? 1 : a < b ? -1 : 1))
}

type Environment = Readonly<Record<string, string | undefined>>

const configFile = (environment: Environment): string => environment.AWS_CONFIG_FILE || join(homeOf(environment), '.aws', 'config')
const credentialsFile = (environment: Environment): string => environment.AWS_SHARED_CREDENTIALS_FILE || join(homeOf(environment), '.aws', 'credentials')
const homeOf = (environment: Environment): string => environment.HOME || environment.USERPROFILE || homedir()

/** Fault `access` for a file of profiles in UTF-16: the AWS tools would find no profile in it, and would not say why. */
export async function refuseUtf16(environment: Environment): Promise<void> {
  for (const file of [configFile(environment), credentialsFile(environment)]) {
    if ((await bytesOf(file)).includes(0)) throw new Fault('access', `${file} is not in UTF-8, and the AWS tools find no profile in it: save it as UTF-8, then try again`)
  }
}

/** Its first bytes; empty where there is no such file, or it cannot be read: the profiles are a help for who chooses one. */
async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    if (!(await stat(file)).isFile()) return new Uint8Array() // A pipe would never end.
    const handle = await open(file, 'r')
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(mostBytes), 0, mostBytes, 0)
      return buffer.subarray(0, bytesRead)
    } finally {
      await handle.close()
    }
  } catch {
    return new Uint8Array()
  }
}

const startOf = async (file: string): Promise<string> => fileText(await bytesOf(file))

const sectionsOf = (text: string): string[] => [...text.matchAll(/^[ \t]*\[([^\]\r\n]*)\]/gm)].map(([, name]) => name!.trim())

/** There, all but the default one are called `profile name`; other sections (`sso-session`, `services`) are no profiles. */
function nameInConfig(section: string): string[] {
  if (section === 'default') return [section]
  const [, quoted, plain] = /^profile\s+(?:["']([^"']+)["']|(\S+))$/.exec(section) ?? []
  const name = quoted ?? plain
  return name === undefined ? [] : [name]
}
