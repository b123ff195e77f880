import { useEffect, useState } from 'react'
import type { About } from '#shared/contract/host.ts'
import { useSession } from '#renderer/store/session.ts'
import { ModalDialog } from '../ModalDialog.tsx'

/** Version, where things are kept, and what is contacted. */
export function AboutDialog({ onClose }: { readonly onClose: () => void }) {
  const { host } = useSession()
  const [about, setAbout] = useState<About | null>(null)
  useEffect(() => {
    host.about().then(setAbout, () => undefined)
  }, [host])
  return (
    <ModalDialog title="About Contrail" onClose={onClose}>
      <dl className="about">
        <dt>Version</dt>
        <dd>
          {about?.version}
          {about && `, ${about.platform === 'electron' ? 'desktop app' : 'in a browser'}`}
        </dd>
        <dt>Data folder</dt>
        <dd>
          <code>{about?.dataFolder}</code>
        </dd>
        <dt>Engines</dt>
        <dd>DuckDB and DuckDB-WASM, with all extensions built in</dd>
        <dt>Network</dt>
        <dd>none beyond this machine</dd>
      </dl>
    </ModalDialog>
  )
}
