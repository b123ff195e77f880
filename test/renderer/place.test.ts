import { expect, test } from 'vitest'
import { bucketOf, isOnS3, lastName, shortPlace } from '#renderer/format/place.ts'

test.each([
  ['/data/silver/flights', false, '', 'silver/flights', 'flights'],
  ['C:\\data\\silver\\flights', false, '', 'silver/flights', 'flights'],
  ['s3://lake/silver/flights', true, 'lake', 's3://lake/silver/flights', 'flights'],
  ['s3://lake', true, 'lake', 's3://lake', 'lake']
])('%s', (place, ...expected) => {
  expect([isOnS3(place), bucketOf(place), shortPlace(place), lastName(place)]).toEqual(expected)
})
