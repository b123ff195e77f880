import { describe, expect, test } from 'vitest'
import type { FaultCode } from '#shared/engine/fault.ts'
import { isOfConnection, placeToChange, s3PlacesOf } from '#renderer/panels/S3/runPlaces.ts'

const local = { silver: '/data/silver', gold: '/data/gold', checkpoints: '/data/checkpoints' }
const places = { silver: 's3://lake/silver', gold: 's3://other.lake/gold', checkpoints: '/data/checkpoints' }
const fault = (message: string, code: FaultCode = 'access') => ({ fault: { code, message } })

describe('the connection that a failed run may need', () => {
  test.each([
    ['that of the bucket it tells of', { ...places, ...fault('no permission to write s3://other.lake/gold/a with the keys') }, 's3://other.lake/gold'],
    ['by a whole name', { ...places, ...fault('there is no bucket lake on Amazon S3: check its name') }, 's3://lake/silver'],
    ['else the first', { ...places, ...fault('the session of the profile analyst has expired') }, 's3://lake/silver'],
    ['of gold, where silver is a folder', { ...local, gold: 's3://lake/gold' }, 's3://lake/gold'],
    ['none of folders', local, undefined]
  ])('is %s', (_what, run, place) => {
    expect(placeToChange(run)).toBe(place)
  })

  test('is offered for credentials and the network, of runs on S3', () => {
    const offered = (run: Parameters<typeof isOfConnection>[0]) => isOfConnection(run)
    expect([offered({ ...places, ...fault('x') }), offered({ ...places, ...fault('x', 'unavailable') }), offered({ ...places, ...fault('x', 'corrupt') }), offered({ ...local, ...fault('x') }), offered(places)]).toEqual([true, true, false, false, false])
    expect(s3PlacesOf(places)).toEqual(['s3://lake/silver', 's3://other.lake/gold'])
  })
})
