import './glyph.css'

/** The states of the workbench as small shapes, 10 pixels wide: never colour alone. */
export type GlyphName = 'open' | 'closing' | 'closed' | 'late drops' | 'over' | 'set-aside' | 'final' | 'so-far'

const circle = 'M5 1a4 4 0 1 1 0 8a4 4 0 1 1 0-8z'

const shapes: Readonly<Record<GlyphName, readonly (readonly [string, string])[]>> = {
  open: [['glyph-open', circle]],
  closing: [
    ['glyph-closing', circle],
    ['glyph-closing-half', 'M5 1a4 4 0 0 0 0 8z']
  ],
  closed: [['glyph-closed', 'M5 .5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9z']],
  'late drops': [
    ['glyph-closed', 'M4.5 1a4.5 4.5 0 1 0 4.5 4.5H4.5z'],
    ['glyph-late', 'M5.5 0H10V4.5z']
  ],
  over: [['glyph-over', 'M5 1L9.5 9H.5z']],
  'set-aside': [['glyph-box', 'M.5 .5h9v9h-9zM3 3l4 4M7 3l-4 4']],
  final: [['glyph-final', 'M1 1h8v8H1z']],
  'so-far': [['glyph-box', 'M1.5 1.5h7v7h-7z']]
}

export function Glyph({ of }: { readonly of: GlyphName }) {
  return (
    <svg className="glyph" width="10" height="10" viewBox="0 0 10 10" aria-hidden>
      {shapes[of].map(([name, path]) => (
        <path key={path} className={name} d={path} />
      ))}
    </svg>
  )
}
