import { useEffect, useState } from 'react'
import type { Actions } from '#renderer/store/appStore.ts'
import { useSession } from '#renderer/store/session.ts'
import { onCommand } from '../commands.ts'
import { ConnectDialog } from './ConnectDialog.tsx'
import { placeToChange } from './runPlaces.ts'

/** Changes how the open run reaches its bucket; the run goes on with it. */
export function RunConnection({ actions }: { readonly actions: Actions }) {
  const { run: store } = useSession()
  const [address, setAddress] = useState<string | null>(null)
  useEffect(() => onCommand((id) => id === 'changeConnection' && setAddress((store.run && placeToChange(store.run)) ?? '')), [store])
  if (address === null) return null
  return (
    <ConnectDialog
      address={address}
      onClose={() => setAddress(null)}
      onConnected={(_path, warning) => {
        setAddress(null)
        if (warning !== null) actions.tellFault(new Error(`The keys are not kept: ${warning}`))
        // What could not be read of gold when the run was opened can be now.
        if (store.run && store.run.state !== 'running') void store.open(store.run.id).catch(actions.tellFault)
      }}
    />
  )
}
