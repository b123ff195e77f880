import { fileURLToPath } from 'node:url'
import { dataFolderOf } from './app/dataFolder.ts'
import { openHost } from './host/host.ts'
import { startDesktop } from './main.ts'

// Electron's entry, bundled to dist/main.js with the page and the preload beside it.
const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

void startDesktop({ dataFolder: dataFolderOf(undefined, process.env), pageFolder: beside('./renderer/'), preload: beside('./preload.cjs'), openHost })
