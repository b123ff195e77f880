import type { Ref } from 'react'
import './help.css'

/** A long text as it is, that can be scrolled and selected by keys. */
export function TextBlock({ label, text, ref }: { readonly label: string; readonly text: string; readonly ref?: Ref<HTMLPreElement> }) {
  return (
    <pre className="text-block" role="region" aria-label={label} tabIndex={0} ref={ref}>
      {text}
    </pre>
  )
}
