import { lstat, readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { DiskUse } from '#shared/contract/help.ts'

const parts = ['gold', 'checkpoints', 'journal', 'whatIf'] as const
const mostEntries = 200_000
const filesAtOnce = 64

/** What a run's own folder holds, by part. `places`: where its gold and checkpoints lie. What cannot be looked at counts nothing; so do links. */
export async function diskUse(folder: string, places: readonly string[]): Promise<DiskUse> {
  const bytes = { gold: 0, checkpoints: 0, journal: 0, whatIf: 0, other: 0 }
  const open = [folder]
  let entries = 0
  while (open.length > 0 && entries < mostEntries) {
    const current = open.pop()!
    const found = await readdir(current, { withFileTypes: true }).catch(() => [])
    entries += found.length
    open.push(...found.filter((entry) => entry.isDirectory()).map((entry) => join(current, entry.name)))
    const files = found.filter((entry) => entry.isFile()).map((entry) => join(current, entry.name))
    for (let from = 0; from < files.length; from += filesAtOnce) {
      const some = files.slice(from, from + filesAtOnce)
      const sizes = await Promise.all(some.map((file) => lstat(file).then(({ size }) => size, () => 0)))
      some.forEach((file, i) => (bytes[partOf(folder, file)] += sizes[i]!))
    }
  }
  const elsewhere = places.filter((place) => !`${place}${sep}`.startsWith(`${folder}${sep}`))
  return { ...bytes, bytes: Object.values(bytes).reduce((sum, part) => sum + part, 0), isWhole: open.length === 0, elsewhere }
}

function partOf(folder: string, file: string): (typeof parts)[number] | 'other' {
  const [first] = relative(folder, file).split(sep)
  return parts.find((part) => part === first) ?? 'other'
}
