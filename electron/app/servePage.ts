import { tmpdir } from 'node:os'
import type { Channel } from '#shared/contract/channel.ts'
import { hostMethods, type Host } from '#shared/contract/host.ts'
import { serve, type Served } from '#shared/contract/rpc.ts'
import { latestOf } from '../host/latestOf.ts'
import { fileBacklog } from '../transport/fileBacklog.ts'

/** Serves a page. One that does not read, for a minute or a night, costs room on the disk and no memory, and misses nothing. */
export function servePage(host: Host, channel: Channel): Served {
  return serve(host, hostMethods, channel, { backlog: fileBacklog(tmpdir()), latestOf })
}
