import { useId } from 'react'

interface TextFieldProps {
  readonly name: string
  readonly label: string
  /** What is wrong with it, in a sentence. */
  readonly fault: string | undefined
  readonly placeholder?: string
  readonly autoFocus?: boolean
  /** What is typed is not shown. */
  readonly secret?: boolean
  /** Absent: what is typed lies in the field alone, for who reads the form. */
  readonly value?: string
  readonly onChange?: (value: string) => void
}

/** A text with its name above, and what is wrong with it below. */
export function TextField({ name, label, fault, placeholder, autoFocus = false, secret = false, value, onChange }: TextFieldProps) {
  const id = useId()
  return (
    <div className="s3-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        className="field"
        type={secret ? 'password' : 'text'}
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        autoFocus={autoFocus}
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? undefined : `${id}-fault`}
        {...(onChange && { value, onChange: ({ target }) => onChange(target.value) })}
      />
      {fault !== undefined && (
        <p role="alert" className="s3-wrong" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  )
}
