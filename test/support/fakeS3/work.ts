import type { IncomingHttpHeaders } from 'node:http'
import { Refusal, type Answer } from './answers.ts'
import type { MetFaults } from './faults.ts'
import { headBucket, listObjects } from './listing.ts'
import { abortUpload, completeUpload, createUpload, uploadPart } from './multipart.ts'
import { deleteObject, deleteObjects, getObject, putObject, type Bucket } from './objects.ts'
import { readPayload } from './payload.ts'
import { writeOperations, type SeenRequest } from './request.ts'

/** A request whose signature holds. */
export interface Call {
  readonly request: SeenRequest
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
  readonly nowMs: number
  /** Entries of a listing's page at most. */
  readonly pageSize: number
}

/** Does at once what was asked, so that of two conditional writes one is first. Throws a Refusal. */
export function doWork(bucket: Bucket, { request, headers, body, nowMs, pageSize }: Call, faults: MetFaults): Answer {
  const { operation, key } = request
  if (faults.find('permissionLost') || (faults.find('readOnly') && writeOperations.includes(operation))) throw accessDenied()
  const payload = readPayload(headers, body)
  // What the server knows of, and so acts upon.
  const known = { ...headers, ...(faults.find('rangeIgnored') && { range: undefined }), ...(faults.find('conditionIgnored') && { 'if-match': undefined, 'if-none-match': undefined }) }
  switch (operation) {
    case 'PutObject':
      return putObject(bucket, key, known, payload, nowMs)
    case 'GetObject':
    case 'HeadObject':
      if (!bucket.objects.has(key) && faults.find('missingIsForbidden')) throw accessDenied()
      return getObject(bucket, key, known)
    case 'DeleteObject':
      return deleteObject(bucket, key)
    case 'DeleteObjects':
      return deleteObjects(bucket, headers, payload)
    case 'ListObjectsV2':
      return listObjects(request.bucket, faults.stale?.get(request.bucket) ?? bucket.objects, request.query, {
        pageSize,
        end: faults.find('pageSaysLast') ? 'hidden' : faults.find('pageWithoutToken') ? 'withoutToken' : 'told'
      })
    case 'HeadBucket':
      return headBucket(bucket.region)
    case 'CreateMultipartUpload':
      return createUpload(bucket, request, headers)
    case 'UploadPart':
      return uploadPart(bucket, request, payload)
    case 'CompleteMultipartUpload':
      return completeUpload(bucket, request, known, payload, nowMs)
    case 'AbortMultipartUpload':
      return abortUpload(bucket, request)
    case 'Other':
      throw new Refusal('NotImplemented', 'A header you provided implies functionality that is not implemented.')
  }
}

function accessDenied(): Refusal {
  return new Refusal('AccessDenied', 'Access Denied')
}
