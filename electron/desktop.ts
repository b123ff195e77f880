import { fileURLToPath } from 'node:url'
import { isFault } from '#shared/engine/fault.ts'
import { neededDataFolder } from './app/dataFolder.ts'
import { openHost } from './host/host.ts'
import { startDesktop } from './main.ts'

// Electron's entry, bundled to dist/main.js with the page and the preload beside it.
const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

try {
  void startDesktop({ dataFolder: neededDataFolder(undefined, process.env), pageFolder: beside('./renderer/'), preload: beside('./preload.cjs'), openHost })
} catch (error) {
  if (!isFault(error)) throw error
  process.stderr.write(`contrail: ${error.message}\n`)
  process.exit(2)
}
