import { useId } from 'react'
import type { S3Connections, S3Field } from '#shared/contract/s3.ts'
import type { ConnectionFields } from './connectionFields.ts'
import { TextField } from './TextField.tsx'

interface CredentialsFieldsProps {
  readonly known: S3Connections
  readonly fields: ConnectionFields
  readonly faults: Readonly<Partial<Record<S3Field, string>>>
  /** Keys were typed for this bucket before, and are there. */
  readonly hasKeys: boolean
  readonly onChange: (next: Partial<ConnectionFields>) => void
}

/** Where the credentials come from: this machine, a profile, nowhere, or who types them. */
export function CredentialsFields({ known: { usual, profiles, cannotKeep }, fields, faults, hasKeys, onChange }: CredentialsFieldsProps) {
  const { credentials } = fields
  const choice = (of: ConnectionFields['credentials']) => ({ type: 'radio', name: 'credentials', checked: credentials === of, onChange: () => onChange({ credentials: of }) })
  const names = profiles.includes(fields.profile) || fields.profile === '' ? profiles : [fields.profile, ...profiles]
  return (
    <fieldset className="s3-group">
      <legend>Credentials</legend>
      <label className="s3-choice">
        <input {...choice('machine')} /> Found on this machine <span className="hint">{usual.credentials.startsWith('the credentials') || usual.credentials === '' ? 'environment, SSO, default profile' : `now ${usual.credentials}`}</span>
      </label>
      <label className="s3-choice">
        <input {...choice('profile')} disabled={names.length === 0} /> A profile <span className="hint">{names.length === 0 ? 'there is none in the AWS configuration' : 'of the AWS configuration, with SSO too'}</span>
      </label>
      {credentials === 'profile' && <ProfileSelect names={names} profile={fields.profile} fault={faults.profile} onChange={(profile) => onChange({ profile })} />}
      <label className="s3-choice">
        <input {...choice('none')} /> None <span className="hint">a public bucket, which is only read</span>
      </label>
      <label className="s3-choice">
        <input {...choice('typed')} /> Keys <span className="hint">typed here</span>
      </label>
      {credentials === 'typed' && (
        <div className="s3-nested s3-pair">
          <TextField name="accessKeyId" label="Access key" fault={faults.accessKeyId} {...(hasKeys && { placeholder: 'as typed before' })} />
          <TextField name="secretAccessKey" label="Secret key" secret fault={faults.secretAccessKey} {...(hasKeys && { placeholder: 'as typed before' })} />
          <div className="s3-wide">
            <TextField name="sessionToken" label="Session token" secret fault={faults.sessionToken} placeholder={hasKeys ? 'as typed before' : 'only for temporary keys'} />
          </div>
          {cannotKeep === null ? (
            <label className="s3-choice s3-wide">
              <input type="checkbox" checked={fields.keep} onChange={({ target }) => onChange({ keep: target.checked })} /> Keep in the keychain of this system <span className="hint">otherwise for this session only</span>
            </label>
          ) : (
            <p className="hint s3-wide">For this session only: {cannotKeep}.</p>
          )}
        </div>
      )}
    </fieldset>
  )
}

function ProfileSelect({ names, profile, fault, onChange }: { readonly names: readonly string[]; readonly profile: string; readonly fault: string | undefined; readonly onChange: (profile: string) => void }) {
  const id = useId()
  return (
    <div className="s3-nested s3-field">
      <label htmlFor={id}>Profile</label>
      <select id={id} className="field" value={profile} aria-invalid={fault !== undefined} aria-describedby={fault === undefined ? undefined : `${id}-fault`} onChange={({ target }) => onChange(target.value)}>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      {fault !== undefined && (
        <p role="alert" className="s3-wrong" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  )
}
