import { useId, useMemo, useRef, type KeyboardEvent, type Ref } from 'react'
import { keywords, sqlTokens } from '#renderer/duckdb/sqlTokens.ts'

interface SqlEditorProps {
  readonly text: string
  /** Letters that it may have. */
  readonly most: number
  /** Where the statement that was run last is wrong, from 1 on. */
  readonly faultLine: number | undefined
  readonly onChange: (text: string) => void
  readonly onRun: () => void
  readonly ref: Ref<HTMLTextAreaElement>
}

/** Where SQL is written: a text box over the same text in colours, which gives both their size. */
export function SqlEditor({ text, most, faultLine, onChange, onRun, ref }: SqlEditorProps) {
  const hint = useId()
  /** After Escape the Tab key moves on, as everywhere. */
  const leaving = useRef(false)
  const lines = useMemo(() => text.split('\n').length, [text])

  function press(event: KeyboardEvent<HTMLTextAreaElement>): void {
    const wasLeaving = leaving.current
    leaving.current = event.key === 'Escape'
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      event.stopPropagation()
      onRun()
    } else if (event.key === 'Tab' && !event.shiftKey && !event.ctrlKey && !event.altKey && !wasLeaving) {
      event.preventDefault()
      insertText(event.currentTarget, '  ')
    }
  }

  return (
    <div className="sql-editor">
      <div className="sql-lines" aria-hidden>
        {Array.from({ length: lines }, (_, i) => (
          <span key={i} data-fault={faultLine === i + 1}>
            {i + 1}
          </span>
        ))}
      </div>
      <div className="sql-text">
        <pre aria-hidden>
          <Coloured text={text} />
          {'\n'}
        </pre>
        <textarea
          ref={ref}
          aria-label="SQL"
          aria-describedby={hint}
          value={text}
          maxLength={most}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          wrap="off"
          onChange={({ target }) => onChange(target.value)}
          onKeyDown={press}
          onBlur={() => (leaving.current = false)}
        />
      </div>
      <span id={hint} className="visually-hidden">
        Control and Enter run it. Tab writes blanks; Escape and then Tab leads on.
      </span>
    </div>
  )
}

/** As if it were typed, so that it can be undone as typing is. */
export function insertText(box: HTMLTextAreaElement, text: string): void {
  box.focus()
  // There is no other way that keeps what can be undone.
  if (!document.execCommand('insertText', false, text)) box.setRangeText(text, box.selectionStart, box.selectionEnd, 'end')
}

function Coloured({ text }: { readonly text: string }) {
  return useMemo(() => {
    const pieces = []
    let at = 0
    for (const { kind, start, end } of sqlTokens(text)) {
      const own = text.slice(start, end)
      const look = kind === 'word' ? (keywords.has(own.toUpperCase()) ? 'keyword' : /^\s*\(/.test(text.slice(end, end + 8)) ? 'function' : undefined) : kind === 'quoted' || kind === 'sign' ? undefined : kind
      if (look === undefined) continue
      pieces.push(text.slice(at, start), <span key={start} data-look={look}>{own}</span>)
      at = end
    }
    return [...pieces, text.slice(at)]
  }, [text])
}
