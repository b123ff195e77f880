import type { ServerResponse } from 'node:http'
import type { Answer } from './answers.ts'
import type { MetFaults } from './faults.ts'

export interface Sending {
  readonly isHead: boolean
  readonly nowMs: number
  sleep(ms: number): Promise<void>
  onSent(byteCount: number): void
}

/** Sends an answer with its length, or what the faults leave of it. Ends once all is handed over, or the client is gone; true for the whole of it. */
export async function sendAnswer(response: ServerResponse, { status, headers, body }: Answer, faults: MetFaults, { isHead, nowMs, sleep, onSent }: Sending): Promise<boolean> {
  const half = (bytes: number | undefined) => bytes ?? Math.floor(body.length / 2)
  const shorter = faults.find('shorterBody')
  const whole = faults.find('damagedBody') ? damaged(body) : shorter ? body.subarray(0, half(shorter.afterBytes)) : body
  const length = status === 204 || status === 304 ? {} : { 'content-length': String(whole.length) }
  response.writeHead(status, { date: new Date(nowMs).toUTCString(), server: 'AmazonS3', 'x-amz-request-id': '0', ...headers, ...length })
  response.flushHeaders()
  if (isHead || whole.length === 0) return finish(response)

  const [reset, truncated, stalled] = [faults.find('resetMidBody'), faults.find('truncatedBody'), faults.find('stalledBody')]
  const cut = reset ?? truncated ?? stalled
  const bytesPerSecond = faults.find('slowBody')?.bytesPerSecond
  await sendBody(response, cut === undefined ? whole : whole.subarray(0, half(cut.afterBytes)), bytesPerSecond, sleep, onSent)
  if (reset) response.socket?.resetAndDestroy()
  else if (truncated) response.socket?.destroySoon()
  else if (stalled) return false
  return cut === undefined && finish(response)
}

async function sendBody(response: ServerResponse, bytes: Uint8Array, bytesPerSecond: number | undefined, sleep: Sending['sleep'], onSent: Sending['onSent']): Promise<void> {
  const ticksPerSecond = 50
  const pieceSize = bytesPerSecond === undefined ? 1 << 18 : Math.max(1, Math.round(bytesPerSecond / ticksPerSecond))
  for (let start = 0; start < bytes.length && !response.destroyed; start += pieceSize) {
    const piece = bytes.subarray(start, start + pieceSize)
    if (await handOver(response, piece)) onSent(piece.length)
    if (bytesPerSecond !== undefined) await sleep((piece.length / bytesPerSecond) * 1000)
  }
}

/** false when the client went away before. */
function handOver(response: ServerResponse, piece: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    const gone = () => resolve(false)
    response.once('close', gone)
    response.write(piece, (error) => {
      response.off('close', gone)
      resolve(!error)
    })
  })
}

function finish(response: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve(false)
    response.once('close', () => resolve(response.writableFinished))
    response.end(() => resolve(true))
  })
}

function damaged(body: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(body)
  const middle = Math.floor(copy.length / 2)
  if (copy.length > 0) copy[middle] = copy[middle]! ^ 1
  return copy
}
