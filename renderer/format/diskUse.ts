import type { DiskUse } from '#shared/contract/help.ts'
import { formatBytes } from './format.ts'

/** "12.3 MB". */
export const formatDiskUse = ({ bytes, isWhole }: DiskUse): string => `${isWhole ? '' : 'more than '}${formatBytes(bytes)}`

/** What it is made of: "gold 1.2 MB, checkpoints 340.0 kB"; parts that are empty are left out. */
export function describeDiskUse({ gold, checkpoints, journal, whatIf, other, elsewhere }: DiskUse): string {
  const parts = ([['gold', gold], ['checkpoints', checkpoints], ['journal', journal], ['what-if rows', whatIf], ['settings', other]] as const).filter(([, bytes]) => bytes > 0).map(([name, bytes]) => `${name} ${formatBytes(bytes)}`)
  return `${parts.join(', ') || 'nothing'}${elsewhere.length === 0 ? '' : `; not counted, elsewhere: ${elsewhere.join(', ')}`}`
}
