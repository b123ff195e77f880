import type { S3Usage } from '#shared/contract/s3.ts'

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

/** "1,204 requests, 35.1 MB read, 0.2 MB written" */
export function formatUsage({ requests, receivedBytes, sentBytes }: S3Usage): string {
  const megabytes = (bytes: number): string => `${numbers.format(bytes / 1e6)} MB`
  return `${numbers.format(requests)} ${requests === 1 ? 'request' : 'requests'}, ${megabytes(receivedBytes)} read, ${megabytes(sentBytes)} written`
}
