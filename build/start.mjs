// `npm start`: the workbench as a desktop app, or in a browser where Electron cannot be had. Standard output is the browser host's: its address first.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bundle, bundlePage } from './bundle.mjs'
import { electronBinary } from './electronBinary.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const flags = parseFlags()

await bundle({ onlyNewer: true })
await bundlePage({ onlyNewer: true })

// Without a display nothing is downloaded.
const program = hasNoDisplay() ? undefined : electronBinary()
const why = hasNoDisplay() ? 'there is no display' : program === undefined ? 'its download is not to be had here' : undefined
if (why === undefined) {
  run(program, ['dist/main.js'], flags.data === undefined ? {} : { CONTRAIL_DATA: flags.data })
} else {
  process.stderr.write(`contrail: Electron cannot be started (${why}), so the workbench opens in a browser\n`)
  run(process.execPath, ['dist/cli.js', 'serve', ...process.argv.slice(2)])
}

function parseFlags() {
  try {
    return parseArgs({ options: { port: { type: 'string' }, 'no-open': { type: 'boolean' }, data: { type: 'string' } } }).values
  } catch (error) {
    process.stderr.write(`contrail: ${error.message.split('. ')[0]}; npm start takes --data DIR and, for a browser, --port N and --no-open\n`)
    process.exit(2)
  }
}

function hasNoDisplay() {
  return process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY
}

/** Until it ends, and as it ends. Ctrl+C reaches it too, by the terminal; other signals are handed on. */
function run(command, args, environment = {}) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } })
  process.on('SIGINT', () => undefined)
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`contrail: ${command} cannot be started (${error.code ?? error.message}): remove node_modules/electron and run npm ci\n`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code ?? 1
    else {
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    }
  })
}
