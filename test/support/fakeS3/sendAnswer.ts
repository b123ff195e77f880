import type { ServerResponse } from 'node:http'
import type { Answer } from './answers.ts'
import type { MetFaults } from './faults.ts'

export interface Sending {
  readonly isHead: boolean
  readonly nowMs: number
  sleep(ms: number): Promise<void>
  /** Before the bytes can be read by the client, so that what it knows of is counted; `isWhole` with the last ones of an answer that is not cut. */
  onSend(byteCount: number, isWhole: boolean): void
}

/** Sends an answer with its length, or what the faults leave of it. Ends once all is handed over, or the client is gone. */
export async function sendAnswer(response: ServerResponse, { status, headers, body }: Answer, faults: MetFaults, sending: Sending): Promise<void> {
  const half = (bytes: number | undefined) => bytes ?? Math.floor(body.length / 2)
  const shorter = faults.find('shorterBody')
  const whole = faults.find('damagedBody') ? damaged(body) : shorter ? body.subarray(0, half(shorter.afterBytes)) : body
  const length = status === 204 || status === 304 ? {} : { 'content-length': String(whole.length) }
  response.writeHead(status, { date: new Date(sending.nowMs).toUTCString(), server: 'AmazonS3', 'x-amz-request-id': '0', ...headers, ...length })
  if (sending.isHead || whole.length === 0) {
    sending.onSend(0, true)
    return void response.end()
  }
  response.flushHeaders()
  const [reset, truncated, stalled] = [faults.find('resetMidBody'), faults.find('truncatedBody'), faults.find('stalledBody')]
  const cut = reset ?? truncated ?? stalled
  await sendBody(response, whole.subarray(0, cut && half(cut.afterBytes)), cut === undefined, faults.find('slowBody')?.bytesPerSecond, sending)
  if (reset) response.socket?.resetAndDestroy()
  else if (truncated) response.socket?.destroySoon()
  else if (!stalled) response.end()
}

async function sendBody(response: ServerResponse, bytes: Uint8Array, isWhole: boolean, bytesPerSecond: number | undefined, { sleep, onSend }: Sending): Promise<void> {
  const ticksPerSecond = 50
  const pieceSize = bytesPerSecond === undefined ? 1 << 18 : Math.max(1, Math.round(bytesPerSecond / ticksPerSecond))
  for (let start = 0; start < bytes.length && !response.destroyed; start += pieceSize) {
    const piece = bytes.subarray(start, start + pieceSize)
    onSend(piece.length, isWhole && start + pieceSize >= bytes.length)
    await handOver(response, piece)
    if (bytesPerSecond !== undefined) await sleep((piece.length / bytesPerSecond) * 1000)
  }
}

/** Ends when the client has room for more, or went away. */
function handOver(response: ServerResponse, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      response.off('close', over)
      resolve()
    }
    response.once('close', over)
    response.write(piece, over)
  })
}

function damaged(body: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(body)
  const middle = Math.floor(copy.length / 2)
  if (copy.length > 0) copy[middle] = copy[middle]! ^ 1
  return copy
}
