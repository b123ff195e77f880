import { defaultZone, type ColumnOrigin } from './columnMapping.ts'

/** A mapping in words: "alt_baro × 0.3048", "time as local time in Europe/Berlin". */
export function originText({ from, factor, as, zone, onGround }: ColumnOrigin): string {
  const scaled = factor === undefined ? from : `${from} × ${factor}`
  if (as === undefined) return scaled
  const where = as === 'ISO text' || as === 'local time' ? ` in ${zone ?? defaultZone}` : ''
  return `${scaled} as ${as}${where}${onGround === undefined ? '' : `, on the ground by ${onGround}`}`
}
