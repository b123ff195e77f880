import type { Storage, WantedFile } from './storage.ts'

export interface WantedObject {
  readonly storage: Storage
  readonly path: string
  readonly wanted?: WantedFile
}

/** Objects as files of this machine for as long as `work` takes; it gets their paths in the same order. */
export async function withLocalFiles<Answer>(objects: readonly WantedObject[], work: (paths: readonly string[]) => Promise<Answer>): Promise<Answer> {
  const asked = await Promise.allSettled(objects.map(({ storage, path, wanted }) => storage.localFile(path, wanted)))
  const files = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  try {
    for (const one of asked) if (one.status === 'rejected') throw one.reason
    return await work(files.map((file) => file.path))
  } finally {
    for (const file of files) file.release()
  }
}
