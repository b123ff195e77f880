/** Whether a run, a source or a folder of it lies on S3. */
export const isOnS3 = (place: string): boolean => /^s3[an]?:/i.test(place)

/** The bucket of a place on S3. */
export const bucketOf = (place: string): string => /^s3[an]?:\/\/([^/]*)/i.exec(place)?.[1] ?? ''

/** What tells places apart: the two last names of a path, an address as it is. */
export const shortPlace = (place: string): string => (isOnS3(place) ? place : place.split(/[/\\]/).slice(-2).join('/'))

/** Of a folder its name; of a bucket without a folder that of the bucket. */
export const lastName = (place: string): string => place.split(/[/\\]/).findLast((name) => name !== '') ?? ''
