import envPaths from 'env-paths'
import { resolve } from 'node:path'

/** Where runs, settings and the window's place are kept: the flag, else CONTRAIL_DATA, else where the system keeps a program's data. */
export function dataFolderOf(flag: string | undefined, environment: Readonly<Record<string, string | undefined>>): string {
  const given = flag ?? environment.CONTRAIL_DATA
  return given === undefined || given === '' ? envPaths('contrail', { suffix: '' }).data : resolve(given)
}
