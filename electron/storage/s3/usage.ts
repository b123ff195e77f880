import type { S3Usage } from '#shared/contract/s3.ts'

export interface UsageMeter {
  readonly total: () => S3Usage
  request(sentBytes: number): void
  received(bytes: number): void
}

export function openUsageMeter(): UsageMeter {
  let requests = 0
  let receivedBytes = 0
  let sentBytes = 0
  return {
    total: () => ({ requests, receivedBytes, sentBytes }),
    request(sent) {
      requests += 1
      sentBytes += sent
    },
    received(bytes) {
      receivedBytes += bytes
    }
  }
}
