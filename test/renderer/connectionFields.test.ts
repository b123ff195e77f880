import { describe, expect, test } from 'vitest'
import type { S3Connections } from '#shared/contract/s3.ts'
import { fieldsFor } from '#renderer/panels/S3/connectionFields.ts'

const known: S3Connections = {
  connections: [
    { bucket: 'lake', endpoint: 'http://minio:9000', region: null, pathStyle: false, keys: { kind: 'typed', kept: true, there: true } },
    { bucket: 'second', endpoint: null, region: 'eu-west-3', pathStyle: false, keys: { kind: 'profile', profile: 'analyst' } }
  ],
  usual: { endpoint: null, region: null, credentials: 'the credentials found on this machine' },
  profiles: ['default', 'analyst'],
  profileServers: {},
  cannotKeep: null
}

describe('the dialog begins with', () => {
  test('what is kept of a bucket', () => {
    expect([fieldsFor(known, 'lake'), fieldsFor(known, 'second')]).toEqual([
      { isOther: true, endpoint: 'http://minio:9000', region: '', pathStyle: false, credentials: 'typed', profile: 'default', keep: true },
      { isOther: false, endpoint: '', region: 'eu-west-3', pathStyle: true, credentials: 'profile', profile: 'analyst', keep: false }
    ])
  })

  test('what the environment says of another one: path style is on for a server that is not Amazon’s', () => {
    expect(fieldsFor({ ...known, usual: { endpoint: 'http://env:9000', region: 'eu-1', credentials: 'the keys in the environment' } }, 'third')).toEqual({ isOther: true, endpoint: 'http://env:9000', region: 'eu-1', pathStyle: true, credentials: 'machine', profile: 'default', keep: false })
  })

  test('no credentials, for a bucket that was read without', () => {
    const connections = [{ bucket: 'open', endpoint: null, region: null, pathStyle: false, keys: { kind: 'none' } }] as const
    expect(fieldsFor({ ...known, connections }, 'open')).toMatchObject({ isOther: false, credentials: 'none', keep: false })
  })

  test('keys for the session, where none can be kept any more', () => {
    expect(fieldsFor({ ...known, cannotKeep: 'no keyring is running' }, 'lake').keep).toBe(false)
  })
})
