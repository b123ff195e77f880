import type { Actions } from '#renderer/store/appStore.ts'
import { useSession } from '#renderer/store/session.ts'
import { sendCommand } from '../commands.ts'
import { isOfConnection } from '../S3/runPlaces.ts'
import { useCounters } from '../useTopics.ts'
import { Icon } from '#renderer/theme/Icon.tsx'

/** Why the open run has failed, and what can be done about it. */
export function RunFault({ actions }: { readonly actions: Actions }) {
  const { run: store, undo } = useSession()
  useCounters('run')
  if (store.run?.state !== 'failed') return null
  const why = store.run.fault?.message ?? 'its queries ended without saying why'
  return (
    <div className="run-fault" role="alert">
      <Icon name="cross" />
      <p>
        <b>The run failed.</b> {sentence(why)} <span className="run-fault-next">Everything up to the last whole batch is in gold. When the cause is gone, Play goes on from there.</span>
      </p>
      <button className="button" onClick={() => undo.change('table Problems', { tab: 'problems', layout: 'monitor' })}>
        Show problems
      </button>
      {isOfConnection(store.run) && (
        <button className="button" onClick={() => sendCommand('changeConnection')}>
          Change the connection
        </button>
      )}
      <button className="button" onClick={() => actions.control({ kind: 'play' })}>
        Try again
      </button>
    </div>
  )
}

/** With a capital and a full stop. */
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
