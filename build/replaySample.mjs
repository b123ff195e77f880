// `npm run replay:sample`: makes the sample, replays it and shows the result, in a folder of its own that is made anew each time.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = 'contrail-sample'
const contrail = (...args) => {
  console.log(`\n$ contrail ${args.join(' ')}`)
  const { status } = spawnSync(process.execPath, ['build/contrail.mjs', ...args], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

rmSync(`${root}${folder}`, { recursive: true, force: true })
contrail('sample', `${folder}/silver`)
contrail('check', '--silver', `${folder}/silver`)
contrail('replay', '--silver', `${folder}/silver`, '--gold', `${folder}/gold`, '--checkpoints', `${folder}/checkpoints`, '--max-files-per-trigger', '2')
contrail('show', '--gold', `${folder}/gold`)
contrail('export', '--table', `${folder}/gold/anomaly_alerts`, '--to', `${folder}/anomaly_alerts.csv`)
