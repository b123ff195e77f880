// Electron's program comes with a download of its own, which not every network allows and not every Node can do.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const electron = fileURLToPath(new URL('../node_modules/electron/', import.meta.url))
const downloadLimitMs = 20_000

/** Path of the program; undefined when it is neither there nor to be had. */
export function electronBinary() {
  return installed() ?? (download() ? installed() : undefined)
}

/** As `electron/index.js` finds it, which would start the download itself and talk about it. */
function installed() {
  const pathFile = join(electron, 'path.txt')
  if (!existsSync(pathFile)) return undefined
  const program = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(electron, 'dist'), readFileSync(pathFile, 'utf8'))
  return existsSync(program) ? program : undefined
}

function download() {
  const script = join(electron, 'install.js')
  return existsSync(script) && spawnSync(process.execPath, [script], { stdio: 'ignore', timeout: downloadLimitMs, killSignal: 'SIGKILL' }).status === 0
}
