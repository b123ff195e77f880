import { useEffect, useRef, useState, type FormEvent } from 'react'
import type { NewS3Connection, S3Connections, S3Field, TypedKeys } from '#shared/contract/s3.ts'
import { bucketOf } from '#renderer/format/place.ts'
import { useSession } from '#renderer/store/session.ts'
import { ModalDialog } from '../ModalDialog.tsx'
import { CredentialsFields } from './CredentialsFields.tsx'
import { fieldsFor, type ConnectionFields } from './connectionFields.ts'
import { TextField } from './TextField.tsx'
import './s3.css'

interface ConnectDialogProps {
  /** What it begins with; empty for another bucket. What is kept of its bucket is filled in, but for its keys. */
  readonly address: string
  readonly onConnected: (path: string, warning: string | null) => void
  readonly onClose: () => void
}

/** Says how a bucket is reached. Keys that are typed lie in their fields alone, and go to the host with Connect. */
export function ConnectDialog({ address: first, onConnected, onClose }: ConnectDialogProps) {
  const { host } = useSession()
  const [known, setKnown] = useState<S3Connections | null>(null)
  useEffect(() => {
    // Without it there is less to choose from.
    host.s3Connections().then(setKnown, () => setKnown({ connections: [], usual: { endpoint: null, region: null, credentials: '' }, profiles: [], profileServers: {}, cannotKeep: 'the host does not tell' }))
  }, [host])
  return known && <Connection known={known} first={first} onConnected={onConnected} onClose={onClose} />
}

type Faults = Readonly<Partial<Record<S3Field, string>>>

function Connection({ known, first, onConnected, onClose }: { readonly known: S3Connections; readonly first: string } & Pick<ConnectDialogProps, 'onConnected' | 'onClose'>) {
  const { host } = useSession()
  const form = useRef<HTMLFormElement>(null)
  const [address, setAddress] = useState(first)
  const [fields, setFields] = useState(() => fieldsFor(known, bucketOf(first)))
  /** What somebody has chosen is not replaced by what is kept of a bucket. */
  const [isTouched, setTouched] = useState(false)
  const [faults, setFaults] = useState<Faults>({})
  const [fault, setFault] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const bucket = bucketOf(address)
  const kept = known.connections.find((connection) => connection.bucket === bucket)
  const hasServer = fields.credentials === 'profile' && Object.hasOwn(known.profileServers, fields.profile)
  const profileServer = hasServer ? known.profileServers[fields.profile] : undefined
  const hasKeys = kept?.keys.kind === 'typed' && kept.keys.there

  const change = (next: Partial<ConnectionFields>) => {
    setTouched(true)
    setFields({ ...fields, ...next })
  }
  const changeAddress = (next: string) => {
    setAddress(next)
    if (!isTouched && bucketOf(next) !== bucket) setFields(fieldsFor(known, bucketOf(next)))
  }

  // The first wrong field is where one goes on.
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), [faults])

  async function connect(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    const typed = typedKeys(event.currentTarget)
    setBusy(true)
    setFault(null)
    try {
      const answer = await host.connectS3(connectionOf(address, fields, typed ?? (hasKeys ? null : noKeys)))
      if (answer.kind === 'connected') return onConnected(answer.path, answer.warning)
      setFaults(Object.fromEntries(answer.faults.map(({ field, message }) => [field, message])))
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }

  async function forget(): Promise<void> {
    try {
      await host.forgetS3(bucket)
      onClose()
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error))
    }
  }

  return (
    <ModalDialog
      title="Connect to S3"
      onClose={onClose}
      actions={
        <>
          <button form="s3-form" className="button button-primary" disabled={isBusy}>
            Connect
          </button>
          {kept && (
            <button type="button" className="button button-quiet s3-forget" onClick={() => void forget()}>
              Forget this connection
            </button>
          )}
        </>
      }
    >
      <form id="s3-form" className="s3-form" ref={form} autoComplete="off" noValidate onSubmit={(event) => void connect(event)}>
        <TextField name="address" label="Address" fault={faults.address} value={address} placeholder="s3://bucket/folder" autoFocus onChange={changeAddress} />
        <fieldset className="s3-group">
          <legend>Server</legend>
          <div className="s3-row">
            <label className="s3-choice">
              <input type="radio" name="server" checked={!fields.isOther} onChange={() => change({ isOther: false })} /> <UsualServer server={profileServer} />
            </label>
            <label className="s3-choice">
              <input type="radio" name="server" checked={fields.isOther} onChange={() => change({ isOther: true })} /> Another server <span className="hint">MinIO, Ceph, R2 and others</span>
            </label>
          </div>
          <div className="s3-nested s3-pair">
            {fields.isOther && <TextField name="endpoint" label="Endpoint" fault={faults.endpoint} value={fields.endpoint} placeholder="https://host:port" onChange={(endpoint) => change({ endpoint })} />}
            <TextField name="region" label="Region" fault={faults.region} value={fields.region} placeholder={fields.isOther ? 'us-east-1' : 'found by itself'} onChange={(region) => change({ region })} />
            {fields.isOther && (
              <label className="s3-choice s3-wide">
                <input type="checkbox" checked={fields.pathStyle} onChange={({ target }) => change({ pathStyle: target.checked })} /> Path style <span className="hint">the bucket in the path, not in the name of the host</span>
              </label>
            )}
          </div>
        </fieldset>
        <CredentialsFields known={known} fields={fields} faults={faults} hasKeys={hasKeys} onChange={change} />
        {fault !== null && (
          <p role="alert" className="s3-wrong">
            {fault}
          </p>
        )}
      </form>
    </ModalDialog>
  )
}

/** Amazon's S3, unless the chosen profile says something else. */
function UsualServer({ server }: { readonly server: string | undefined }) {
  if (server === undefined) return <>Amazon S3</>
  return (
    <>
      As the profile says <span className="hint">{server}</span>
    </>
  )
}

const noKeys: TypedKeys = { accessKeyId: '', secretAccessKey: '', sessionToken: null }

/** null: nothing was typed. */
function typedKeys(form: HTMLFormElement): TypedKeys | null {
  const entered = new FormData(form)
  const textOf = (name: S3Field): string => String(entered.get(name) ?? '')
  const [accessKeyId, secretAccessKey, sessionToken] = [textOf('accessKeyId'), textOf('secretAccessKey'), textOf('sessionToken')]
  return accessKeyId + secretAccessKey + sessionToken === '' ? null : { accessKeyId, secretAccessKey, sessionToken: sessionToken === '' ? null : sessionToken }
}

function keysOf({ credentials, profile, keep }: Pick<ConnectionFields, 'credentials' | 'profile' | 'keep'>, typed: TypedKeys | null): NewS3Connection['keys'] {
  if (credentials === 'profile') return { kind: credentials, profile }
  return credentials === 'typed' ? { kind: credentials, keep, typed } : { kind: credentials }
}

function connectionOf(address: string, { isOther, endpoint, region, pathStyle, credentials, profile, keep }: ConnectionFields, typed: TypedKeys | null): NewS3Connection {
  const keys = keysOf({ credentials, profile, keep }, typed)
  return { address, endpoint: isOther ? endpoint : null, region: region.trim() === '' ? null : region, pathStyle, keys }
}
