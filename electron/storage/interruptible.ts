import type { Storage } from './storage.ts'

/** A storage whose every call fails once the signal asks to stop: so ends a long way through a log or a folder, wherever it is. */
export function interruptible(storage: Storage, signal: AbortSignal): Storage {
  const heeding =
    <Args extends unknown[], Answer>(call: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      signal.throwIfAborted()
      return call(...args)
    }
  return {
    root: storage.root,
    isRemote: storage.isRemote,
    realRoot: heeding(storage.realRoot),
    checkWritable: heeding(storage.checkWritable),
    list: heeding(storage.list),
    listDeep: heeding(storage.listDeep),
    hasFolder: heeding(storage.hasFolder),
    stat: heeding(storage.stat),
    read: heeding(storage.read),
    readRange: heeding(storage.readRange),
    putIfAbsent: heeding(storage.putIfAbsent),
    replace: heeding(storage.replace),
    remove: heeding(storage.remove),
    localFile: heeding(storage.localFile),
    stage: heeding(storage.stage)
  }
}
