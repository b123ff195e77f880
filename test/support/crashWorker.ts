import { Session } from 'node:inspector/promises'

/** Runs code in every worker thread of this process whose script has this name, as nothing of ours would: through the inspector. */
export async function runInWorkers(script: string, code: string): Promise<number> {
  const session = new Session()
  session.connect()
  const ids: string[] = []
  session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
    if (workerInfo.url.endsWith(script)) ids.push(sessionId)
  })
  await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false })
  const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: code } })
  for (const sessionId of ids) await session.post('NodeWorker.sendMessageToWorker', { sessionId, message })
  session.disconnect()
  return ids.length
}
