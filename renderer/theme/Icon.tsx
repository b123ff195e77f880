const paths = {
  mark: 'M1.5 12.5 13 3l-3.5 7.5-2-2.5zM1.5 9.5l4-1.5M3 14l4.5-3',
  folder: 'M1.5 12.5v-9h4.5l1.5 2h7v7z',
  cloud: 'M4.3 12.5a2.8 2.8 0 0 1-.2-5.6 4 4 0 0 1 7.7.6 2.5 2.5 0 0 1 .2 5z',
  film: 'M2 3.5h12v9H2zM5 3.5v9M11 3.5v9M2 8h12M2 5.7h3M2 10.3h3M11 5.7h3M11 10.3h3',
  list: 'M2.5 4h11M2.5 8h11M2.5 12h7',
  plane: 'M2 12.5h12M3 9.5l9-5 1.5 1-8.5 6z',
  globe: 'M8 2a6 6 0 1 0 0 12A6 6 0 1 0 8 2zM2 8h12M8 2c-4.5 4-4.5 8 0 12M8 2c4.5 4 4.5 8 0 12',
  plus: 'M8 3v10M3 8h10',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 1 0 0-9zM10.5 10.5 14 14',
  left: 'M10 3 5 8l5 5',
  right: 'M6 3l5 5-5 5',
  loop: 'M13 6A5.5 5.5 0 0 0 3.2 5.2M3 10a5.5 5.5 0 0 0 9.8.8M3 2v3.4h3.4M13 14v-3.4H9.6',
  tick: 'm3 8.5 3.2 3.3L13 4.5',
  cross: 'M2.5 2.5h11v11h-11zM5.5 5.5l5 5M10.5 5.5l-5 5',
  dotted: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 1 0 0-11',
  warning: 'M8 2 1.5 13.5h13zM8 6.5V10M8 11.4v.8',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  maximise: 'M6 2.5H2.5V6M10 2.5h3.5V6M6 13.5H2.5V10M10 13.5h3.5V10'
} as const

/** Shapes that are filled, not drawn. */
const solids = {
  play: 'M4 2.5v11l9-5.5z',
  pause: 'M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z',
  step: 'M3 2.5v11l7.5-5.5zM11 2.5h2v11h-2z',
  dot: 'M8 3.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 1 0 0-9z',
  triangle: 'M8 3 14 13H2z'
} as const

export type IconName = keyof typeof paths | keyof typeof solids

/** A drawing beside words, never in their place: hidden from who listens. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  const solid = name in solids
  return (
    <svg className="icon" data-icon={name} width={size} height={size} viewBox="0 0 16 16" fill={solid ? 'currentColor' : 'none'} stroke={solid ? 'none' : 'currentColor'} strokeWidth="1.3" strokeDasharray={name === 'dotted' ? '1.6 1.9' : undefined} aria-hidden focusable="false">
      <path d={solid ? solids[name as keyof typeof solids] : paths[name as keyof typeof paths]} />
    </svg>
  )
}
