import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { WebSocket } from 'ws'
import { expect, test } from 'vitest'
import { hostMethods, type Host } from '#shared/contract/host.ts'
import { connect } from '#shared/contract/rpc.ts'
import { socketPath, webSocketChannel } from '#shared/contract/webSocketChannel.ts'
import { serveWorkbench } from '#electron/commands/serveWorkbench.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { makePage } from '#test/support/page.ts'

/** Serves until `interrupt`, as Ctrl+C would. */
function start({ port = 0, pageFolder = makePage() } = {}) {
  const told: string[] = []
  const output = new PassThrough({ encoding: 'utf8' })
  let interrupt: () => unknown = () => undefined
  const host = { about: async () => ({ version: '1', platform: 'browser', dataFolder: '/data', documentsFolder: '' }), onRunEvent: () => () => undefined, onExportProgress: () => () => undefined } as unknown as Host // All that is asked for.
  const ended = serveWorkbench(
    { port, open: false, dataFolder: '/data', pageFolder },
    async ({ dataFolder, platform }) => {
      told.push(`opened ${dataFolder} for a ${platform}`)
      return { host, close: async () => void told.push('closed') }
    },
    output,
    (stop) => {
      interrupt = stop
      return { asked: () => false, off: () => void told.push('no longer listening') }
    }
  )
  ended.catch(() => undefined) // Looked at in the end.
  return { told, output, ended, interrupt: () => interrupt() }
}

test('the first line is the address alone; an interruption closes the host', async () => {
  const { told, output, ended, interrupt } = start()
  const [text] = (await once(output, 'data')) as [string]
  expect(text).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}\n$/)
  const { host, search } = new URL(text)
  const remote = connect<Host>(hostMethods, webSocketChannel(new WebSocket(`ws://${host}${socketPath}${search}`, { origin: `http://${host}` })))
  expect(await remote.about()).toMatchObject({ dataFolder: '/data' })
  interrupt()
  await expect(ended).rejects.toMatchObject({ code: 'interrupted', message: 'interrupted: open runs go on from their last commit' })
  await expect(remote.about()).rejects.toThrow('the connection to the host is gone')
  expect({ told, more: output.read() as unknown }).toEqual({ told: ['opened /data for a browser', 'closed', 'no longer listening'], more: null })
})

test('a page that is not built is refused before a host is opened', async () => {
  const { told, ended } = start({ pageFolder: temporaryFolder('empty') })
  await expect(ended).rejects.toThrow(/^the workbench is not built \(.+ has no index\.html\): run npm ci$/)
  expect(told).toEqual([])
})

test('a port in use closes the host again', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const { told, ended } = start({ port })
  await expect(ended).rejects.toThrow(`port ${port} is in use`)
  expect(told).toEqual(['opened /data for a browser', 'closed', 'no longer listening'])
  other.close()
})
