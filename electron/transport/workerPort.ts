import type { MessagePort, Worker } from 'node:worker_threads'
import type { Channel } from '#shared/contract/channel.ts'

/** Between threads. Bytes are copied, never transferred: the sender may go on using its buffer. */
export function workerPort(port: MessagePort | Worker): Channel {
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
    onClose: (listener) => void port.once('terminate' in port ? 'exit' : 'close', () => listener('the other thread has ended')),
    close: () => void ('terminate' in port ? port.terminate() : port.close())
  }
}
