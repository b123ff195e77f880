// `npm run audit`: known vulnerabilities of the packages, as the registry knows them. Fails for a grave one in what is packaged; without an answer it says so.
import { fileURLToPath } from 'node:url'
import { npm } from './npm.mjs'
import { packagedPaths, readLock } from './packaged.mjs'

const grave = ['high', 'critical']

/** What to print of `npm audit --json`, and whether it is a failure. `packaged`: places of the packages that are in what is built. */
export function verdict(printed, packaged) {
  const report = parse(printed)
  if (!report?.vulnerabilities) return { lines: [`dependency audit: not made, since the registry gave no answer (${reasonOf(report)})`], failed: false }
  const found = Object.values(report.vulnerabilities).map(({ name, severity, nodes, via, fixAvailable }) => {
    const isPackaged = nodes.some((path) => packaged.includes(path))
    const why = via.flatMap((reason) => (typeof reason === 'string' ? [`by ${reason}`] : [reason.title])).join('; ')
    return { line: `dependency audit: ${severity} in ${name}, ${isPackaged ? 'which is packaged' : 'which only builds or tests'}: ${why}${fixAvailable ? ' (a newer version mends it)' : ''}`, failed: isPackaged && grave.includes(severity) }
  })
  const sum = found.length === 0 ? 'no known vulnerability' : `${found.length} vulnerable packages, ${found.filter(({ failed }) => failed).length} of them grave and packaged`
  return { lines: [...found.map(({ line }) => line), `dependency audit: ${sum}`], failed: found.some(({ failed }) => failed) }
}

function parse(printed) {
  try {
    return JSON.parse(printed)
  } catch {
    return undefined
  }
}

/** Without the address that was asked. */
function reasonOf(report) {
  const said = report?.message ?? report?.error?.code ?? report?.error?.summary ?? 'it said nothing'
  return String(said).split(/ - | https?:/)[0].split('\n')[0]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const { stdout } = npm(['audit', '--json', '--fetch-retries=1', '--fetch-timeout=20000'], root)
  const { lines, failed } = verdict(stdout, packagedPaths(readLock(root)))
  for (const line of lines) console.log(line)
  process.exitCode = failed ? 1 : 0
}
