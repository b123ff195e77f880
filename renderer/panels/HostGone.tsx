import { useEffect, useState } from 'react'
import { Icon } from '#renderer/theme/Icon.tsx'

const askEveryMs = 3000

/** The host has stopped: says so, and comes back by itself once one answers at the same address. */
export function HostGone({ reason }: { readonly reason: string }) {
  const [other, setOther] = useState(false)
  useEffect(() => {
    if (window.contrailDesktop) return // There the window ends with its host, or is reloaded by hand.
    const timer = setInterval(() => {
      if (document.visibilityState === 'hidden') return
      fetch(location.href, { cache: 'no-store' }).then(
        ({ ok }) => {
          if (ok) return location.reload()
          clearInterval(timer)
          setOther(true)
        },
        () => undefined // Not yet.
      )
    }, askEveryMs)
    return () => clearInterval(timer)
  }, [])
  return (
    <div className="app-banner" role="alert">
      <Icon name="cross" />
      <p>
        <b>The host has stopped</b> ({reason.replace(/\.$/, '')}). What is in gold is safe, and this page shows what it was told last.{' '}
        {other ? 'Contrail was started again with a new token: open the address that it printed.' : 'Start Contrail again: this page comes back by itself, or press Reconnect.'}
      </p>
      <button className="button button-primary" onClick={() => location.reload()}>
        Reconnect
      </button>
    </div>
  )
}
