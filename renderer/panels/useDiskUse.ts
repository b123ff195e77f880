import { useEffect, useState } from 'react'
import type { DiskUse } from '#shared/contract/help.ts'
import type { RunSummary } from '#shared/contract/run.ts'
import { useSession } from '#renderer/store/session.ts'

/** What runs use of the disk, by id: asked for one after the other once their list is there, so that nothing waits for it. */
export function useDiskUse(runs: readonly RunSummary[]): ReadonlyMap<string, DiskUse> {
  const { host } = useSession()
  const [uses, setUses] = useState<ReadonlyMap<string, DiskUse>>(new Map())
  useEffect(() => {
    let over = false
    const askAll = async () => {
      for (const { id } of runs) {
        const use = await host.diskUse(id).catch(() => undefined) // It has just been deleted.
        if (over) return
        if (use) setUses((before) => new Map(before).set(id, use))
      }
    }
    void askAll()
    return () => void (over = true)
  }, [host, runs])
  return uses
}
