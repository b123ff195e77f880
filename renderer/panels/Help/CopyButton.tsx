import { useState } from 'react'

/** Puts a text on the clipboard, and says that it did. */
export function CopyButton({ text }: { readonly text: string }) {
  const [said, setSaid] = useState('')
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setSaid('Copied.'),
      () => setSaid('The clipboard cannot be used here: select the text, then press Ctrl+C.')
    )
  return (
    <>
      <button type="button" className="button button-primary" disabled={text === ''} onClick={() => void copy()}>
        Copy
      </button>
      <span role="status" className="hint">
        {said}
      </span>
    </>
  )
}
