import type { Actions } from '#renderer/store/appStore.ts'
import { useSession } from '#renderer/store/session.ts'
import { sendCommand } from '../commands.ts'
import { isOfConnection, s3PlacesOf } from '../S3/runPlaces.ts'
import { waitsFor } from '../StatusStrip/statusFacts.ts'
import { useCounters } from '../useTopics.ts'
import { Icon } from '#renderer/theme/Icon.tsx'

/** Why the open run has failed, or what it waits for, and what can be done about it. */
export function RunFault({ actions }: { readonly actions: Actions }) {
  const { run: store } = useSession()
  useCounters('run')
  const { run } = store
  if (run?.state === 'failed') {
    const why = run.fault?.message ?? 'its queries ended without saying why'
    return (
      <div className="run-fault" role="alert">
        <Icon name="cross" />
        <p>
          <b>The run failed.</b> {sentence(why)} <span className="run-fault-next">Everything up to the last whole batch is in gold. When the cause is gone, Play goes on from there.</span>
        </p>
        <ShowProblems />
        {isOfConnection(run) && <ChangeConnection />}
        <button className="button" onClick={() => actions.control({ kind: 'play' })}>
          Try again
        </button>
      </div>
    )
  }
  const reason = run?.state === 'running' ? waitsFor(Object.values(store.status)) : undefined
  if (!run || reason === undefined) return null
  return (
    <div className="run-fault" role="alert">
      <Icon name="pause" />
      <p>
        <b>The watch waits.</b> {sentence(reason)} <span className="run-fault-next">It tries again by itself, later and later, at least once a minute. Everything up to the last whole batch is in gold.</span>
      </p>
      <ShowProblems />
      {s3PlacesOf(run).length > 0 && <ChangeConnection />}
    </div>
  )
}

function ShowProblems() {
  const { undo } = useSession()
  return (
    <button className="button" onClick={() => undo.change('table Problems', { tab: 'problems', layout: 'monitor' })}>
      Show problems
    </button>
  )
}

function ChangeConnection() {
  return (
    <button className="button" onClick={() => sendCommand('changeConnection')}>
      Change the connection
    </button>
  )
}

/** With a capital and a full stop. */
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
