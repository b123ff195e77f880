import { access, rename } from 'node:fs/promises'

/** Gives a JSON file another name, in its folder, that nothing has yet: what cannot be read is in nobody's way, and not lost. Answers the new name. */
export async function moveAside(file: string): Promise<string> {
  for (let number = 1; ; number++) {
    const aside = file.replace(/\.json$/, `.aside${number === 1 ? '' : `-${number}`}.json`)
    const isFree = await access(aside).then(
      () => false,
      () => true
    )
    if (!isFree) continue
    await rename(file, aside)
    return aside
  }
}
