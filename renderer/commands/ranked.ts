import type { Command } from './command.ts'

/** Commands whose title or menu has all the words that were typed, those that begin with them first. Everything, in order, for no word. */
export function ranked(commands: readonly Command[], text: string): readonly Command[] {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== '')
  if (words.length === 0) return commands
  const scored = commands.flatMap((command, place) => {
    const title = command.title.toLowerCase()
    const names = title.split(/[^\p{L}\p{N}]+/u)
    let score = 0
    for (const word of words) {
      if (title.startsWith(word)) score += 3
      else if (names.some((name) => name.startsWith(word))) score += 2
      else if (title.includes(word)) score += 1
      else if (!command.menu.toLowerCase().startsWith(word)) return []
    }
    return [{ command, place, score }]
  })
  return scored.sort((a, b) => b.score - a.score || a.place - b.place).map(({ command }) => command)
}
