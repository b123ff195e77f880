import type { StagedFile, Storage } from '#electron/storage/storage.ts'

/** A power supply for storages: at one step of writing, everything stops, and nothing that comes later reaches the disk. */
export interface PowerSupply {
  /** Steps of writing so far. */
  readonly steps: number
  readonly isCut: boolean
  wire(storage: Storage): Storage
}

export class PowerCut extends Error {
  constructor() {
    super('the power was cut')
  }
}

/** `cutAt`: the step that is not done any more (`before`), or the last one that is (`after`). undefined: never. */
export function powerSupply(cutAt?: { readonly step: number; readonly side: 'before' | 'after' }): PowerSupply {
  let steps = 0
  let isCut = false

  async function write<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    if (isCut) throw new PowerCut()
    const step = steps++
    if (cutAt?.step === step && cutAt.side === 'before') {
      isCut = true
      throw new PowerCut()
    }
    const answer = await work()
    if (cutAt?.step === step && cutAt.side === 'after') {
      isCut = true
      throw new PowerCut()
    }
    return answer
  }

  function wireStaged(staged: StagedFile): StagedFile {
    return { file: staged.file, publish: () => write(() => staged.publish()), discard: () => (isCut ? Promise.resolve() : staged.discard()) }
  }

  return {
    get steps() {
      return steps
    },
    get isCut() {
      return isCut
    },
    wire: (storage) => ({
      ...storage,
      putIfAbsent: (path, bytes) => write(() => storage.putIfAbsent(path, bytes)),
      replace: (path, bytes) => write(() => storage.replace(path, bytes)),
      remove: (path) => write(() => storage.remove(path)),
      stage: async (path) => wireStaged(await write(() => storage.stage(path)))
    })
  }
}
