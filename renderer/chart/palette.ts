import { useEffect, useState } from 'react'
import { themeChanged, token } from '#renderer/theme/theme.ts'
import type { Fill } from './drawing.ts'

/** Colours of the theme as it is now, read once each: charts ask for them many times a second. */
export interface Palette {
  /** By role: `of('closed-fill')`. */
  of(role: string): string
  /** Lines of 3 pixels' pitch on a ground, both given as colours; the same pair is the same object. */
  hatch(stroke: string, ground: string): Fill
}

/** The palette of the theme; a new one when the theme changes. */
export function usePalette(): Palette {
  const [palette, setPalette] = useState(readPalette)
  useEffect(() => {
    const hear = () => setPalette(readPalette())
    window.addEventListener(themeChanged, hear)
    return () => window.removeEventListener(themeChanged, hear)
  }, [])
  return palette
}

function readPalette(): Palette {
  const of = remembered(token)
  const hatch = remembered((pair) => drawHatch(...(pair.split('|') as [string, string])))
  return { of, hatch: (stroke, ground) => hatch(`${stroke}|${ground}`) }
}

function remembered<Value>(make: (key: string) => Value): (key: string) => Value {
  const made = new Map<string, Value>()
  return (key) => {
    const known = made.get(key)
    if (known !== undefined) return known
    const value = make(key)
    made.set(key, value)
    return value
  }
}

/** A tile as wide as two lines are apart, as fine as the screen. */
function drawHatch(stroke: string, ground: string): Fill {
  const ratio = Math.max(1, Math.round(devicePixelRatio))
  const size = 4
  const image = document.createElement('canvas')
  image.width = image.height = size * ratio
  const pen = image.getContext('2d')
  if (!pen) return ground
  pen.scale(ratio, ratio)
  pen.fillStyle = ground
  pen.fillRect(0, 0, size, size)
  pen.strokeStyle = stroke
  pen.lineWidth = 1
  pen.beginPath()
  for (const from of [-size, 0, size]) {
    pen.moveTo(from - 1, size + 1)
    pen.lineTo(from + size + 1, -1)
  }
  pen.stroke()
  return { image, repeat: 'repeat', scaleX: 1 / ratio, scaleY: 1 / ratio }
}
