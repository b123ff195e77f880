import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { dataFolderOf } from '#electron/app/dataFolder.ts'

test('the data folder: the flag, else CONTRAIL_DATA, else the place of the system', () => {
  expect(dataFolderOf('here', { CONTRAIL_DATA: '/there' })).toBe(resolve('here'))
  expect(dataFolderOf(undefined, { CONTRAIL_DATA: '/there' })).toBe(resolve('/there'))
  const place = dataFolderOf(undefined, {})
  expect(place).toMatch(/contrail/i)
  expect(place).not.toContain('nodejs')
  expect(dataFolderOf(undefined, { CONTRAIL_DATA: '' })).toBe(place)
})

test('the place of the system is that of its kind; where it is set to a whole path, no home folder is asked for', () => {
  expect(dataFolderOf(undefined, { XDG_DATA_HOME: '/share' }, 'linux')).toBe(join('/share', 'contrail'))
  expect(dataFolderOf(undefined, { XDG_DATA_HOME: 'share' }, 'linux')).toMatch(/\.local.share.contrail$/)
  expect(dataFolderOf(undefined, { XDG_DATA_HOME: '/share' }, 'darwin')).toMatch(/Library.Application Support.contrail$/)
  expect(dataFolderOf(undefined, { LOCALAPPDATA: '/local' }, 'win32')).toBe(join('/local', 'contrail', 'Data'))
})
