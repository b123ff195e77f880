import { resolve } from 'node:path'
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
