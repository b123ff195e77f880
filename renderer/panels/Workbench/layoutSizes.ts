/** Pixels. What is resized is kept in the view's sizes by these names. */
export const railWidths = { least: 160, usual: 200, most: 320, collapsed: 40 } as const

/** Below this width of the window the rail is icons, unless it was brought back. */
export const narrowPx = 1300

/** Below this width, which is what 200 % of zoom leaves of most screens, panels stand below each other and are scrolled. */
export const smallPx = 900

/** Of panels that stand below each other: no panel needs a scroll of its own for its least content. */
export const smallHeights = { centre: 456, dock: 328, tune: 520 } as const

export type Sizes = Readonly<Record<string, number>>

/** Whether the rail is open, for the two kinds of window. */
export const railIsOpen = (sizes: Sizes, windowPx: number): boolean => (windowPx < narrowPx ? (sizes.railNarrow ?? 0) > 0 : (sizes.railClosed ?? 0) === 0)

/** The sizes with the rail open or collapsed. */
export const withRail = (sizes: Sizes, windowPx: number, open: boolean): Sizes => (windowPx < narrowPx ? { ...sizes, railNarrow: open ? 1 : 0 } : { ...sizes, railClosed: open ? 0 : 1 })

export const railWidth = (sizes: Sizes): number => clamp(sizes.rail ?? railWidths.usual, railWidths.least, railWidths.most)

export const inspectorWidths = { least: 304, usual: 320, most: 400 } as const

export const inspectorWidth = (sizes: Sizes, windowPx: number): number => clamp(sizes.inspector ?? (windowPx < narrowPx ? inspectorWidths.least : inspectorWidths.usual), inspectorWidths.least, inspectorWidths.most)

const rowPx = 24

/** Tabs, table header and filter row. */
const dockHeadPx = 30 + 24 + 24

/** Of the dock; whole rows only, and so that the panels above keep `abovePx`. */
export function dockHeight(wanted: number | undefined, roomPx: number, abovePx = 180): number {
  const usual = dockHeadPx + (roomPx < 640 ? 5 : 7) * rowPx
  const most = Math.max(1, Math.floor((roomPx - abovePx - dockHeadPx) / rowPx))
  return dockHeadPx + clamp(Math.round(((wanted ?? usual) - dockHeadPx) / rowPx), 1, most) * rowPx
}

export const dockStep = rowPx

const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value))
