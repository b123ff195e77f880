import { Fault } from '#shared/engine/fault.ts'
import type { Storage } from '../storage/storage.ts'
import { ignoreMissing } from '../storage/storageFault.ts'

/**
 * Fault `changed` when silver as a whole is gone: no single file is bad then, and none may be set aside for it. `folder`: what silver cannot be without,
 * its log, or itself ('').
 */
export async function refuseGone(storage: Storage, folder: '_delta_log' | ''): Promise<void> {
  // A bucket may be gone, too.
  if (await storage.hasFolder(folder).catch(ignoreMissing)) return
  throw new Fault('changed', `${storage.root} ${folder === '' ? 'is not there any more' : `has no ${folder} any more`}: it was removed while it was read, or its disk is gone; restore it, then start again`)
}
