import { isAbsolute, join } from 'node:path'
import { Fault } from '#shared/engine/fault.ts'
import { homeFolder } from '../storage/homeFolder.ts'
import { wholePath } from '../storage/workingDirectory.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Where runs, settings and the window's place are kept: the flag, else CONTRAIL_DATA, else where the system keeps a
 * program's data. undefined: none of them is said, and this user has no home folder.
 */
export function dataFolderOf(flag: string | undefined, environment: Environment, platform = process.platform): string | undefined {
  const given = flag ?? environment.CONTRAIL_DATA
  return given === undefined || given === '' ? systemFolder(environment, platform) : wholePath(given)
}

/** `dataFolderOf`, for what cannot do without one. Fault `usage` says how to choose it. */
export function neededDataFolder(flag: string | undefined, environment: Environment): string {
  const folder = dataFolderOf(flag, environment)
  if (folder !== undefined) return folder
  const why = 'this user has no home folder (HOME is not set), so it is not known where runs are kept'
  throw new Fault('usage', `${why}: give --data DIR, or set CONTRAIL_DATA or HOME`)
}

/** What env-paths and its like say; those ask for the home folder when they are loaded, and fail where there is none. */
function systemFolder({ LOCALAPPDATA, XDG_DATA_HOME }: Environment, platform: NodeJS.Platform): string | undefined {
  const set = platform === 'win32' ? LOCALAPPDATA : platform === 'darwin' ? undefined : XDG_DATA_HOME
  const home = homeFolder()
  const own: Readonly<Record<string, readonly string[]>> = { win32: ['AppData', 'Local'], darwin: ['Library', 'Application Support'] }
  const usual = own[platform] ?? ['.local', 'share']
  const parent = set !== undefined && isAbsolute(set) ? set : home && join(home, ...usual)
  return parent && join(parent, 'contrail', ...(platform === 'win32' ? ['Data'] : []))
}
