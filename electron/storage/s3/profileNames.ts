import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { homeFolder } from '../homeFolder.ts'

const mostBytes = 1_000_000

/** Names of the profiles in the two files of the AWS tools; those of AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE where they are set. Nothing else of them is kept. */
export async function profileNames(environment: Readonly<Record<string, string | undefined>>): Promise<readonly string[]> {
  const home = environment.HOME || environment.USERPROFILE || (homeFolder() ?? '/')
  const [config, credentials] = await Promise.all([startOf(environment.AWS_CONFIG_FILE || join(home, '.aws', 'config')), startOf(environment.AWS_SHARED_CREDENTIALS_FILE || join(home, '.aws', 'credentials'))])
  const names = [...sectionsOf(config).flatMap(nameInConfig), ...sectionsOf(credentials)].filter((name) => name !== '' && name.length <= 200)
  return [...new Set(names)].sort((a, b) => (a === 'default' ? -1 : b === 'default' ? 1 : a < b ? -1 : 1))
}

/** Its first bytes; empty where there is no such file, or it cannot be read: the profiles are a help for who chooses one. */
async function startOf(file: string): Promise<string> {
  try {
    if (!(await stat(file)).isFile()) return '' // A pipe would never end.
    const handle = await open(file, 'r')
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(mostBytes), 0, mostBytes, 0)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await handle.close()
    }
  } catch {
    return ''
  }
}

const sectionsOf = (text: string): string[] => [...text.matchAll(/^[ \t]*\[([^\]\r\n]*)\]/gm)].map(([, name]) => name!.trim())

/** There, all but the default one are called `profile name`; other sections (`sso-session`, `services`) are no profiles. */
function nameInConfig(section: string): string[] {
  if (section === 'default') return [section]
  const [, quoted, plain] = /^profile\s+(?:["']([^"']+)["']|(\S+))$/.exec(section) ?? []
  const name = quoted ?? plain
  return name === undefined ? [] : [name]
}
