import { Fault } from '#shared/engine/fault.ts'
import type { DeltaField, DeltaType } from './schema.ts'

/** Refuses a recorded change of type that the protocol does not allow (`delta.typeChanges`): old files could not be read rightly. */
export function checkTypeChanges(field: DeltaField, table: string): void {
  const changes = field.metadata['delta.typeChanges']
  for (const change of Array.isArray(changes) ? (changes as unknown[]) : []) {
    const { fromType, toType } = typesOf(change)
    if (!isWidening(fromType, toType)) {
      throw new Fault('unsupported', `column ${field.name} of ${table} was changed from ${fromType} to ${toType}, which Contrail does not read: it reads the widenings that the Delta protocol allows; rewrite the table`)
    }
  }
  checkInside(field.type, table)
}

function checkInside(type: DeltaType, table: string): void {
  if (type.kind === 'struct') for (const field of type.fields) checkTypeChanges(field, table)
  else if (type.kind === 'array') checkInside(type.element, table)
  else if (type.kind === 'map') {
    checkInside(type.key, table)
    checkInside(type.value, table)
  }
}

function typesOf(change: unknown): { fromType: string; toType: string } {
  const { fromType, toType } = (typeof change === 'object' && change !== null ? change : {}) as Record<string, unknown>
  return { fromType: typeof fromType === 'string' ? fromType : 'nothing', toType: typeof toType === 'string' ? toType : 'nothing' }
}

/** PROTOCOL.md, "Type Widening". Types as the schema writes them: "integer", "decimal(10,2)". */
export function isWidening(from: string, to: string): boolean {
  const wholes = ['byte', 'short', 'integer', 'long']
  const [fromWhole, toWhole] = [wholes.indexOf(from), wholes.indexOf(to)]
  if (from === to) return true
  if (fromWhole >= 0 && toWhole >= 0) return fromWhole < toWhole
  if (to === 'double') return from === 'float' || (fromWhole >= 0 && from !== 'long')
  if (from === 'date') return to === 'timestamp_ntz'
  const toDecimal = decimalOf(to)
  if (toDecimal === undefined) return false
  const wholeDigits = toDecimal.precision - toDecimal.scale
  if (fromWhole >= 0) return wholeDigits >= (from === 'long' ? 20 : 10)
  const fromDecimal = decimalOf(from)
  return fromDecimal !== undefined && toDecimal.scale >= fromDecimal.scale && wholeDigits >= fromDecimal.precision - fromDecimal.scale
}

function decimalOf(type: string): { precision: number; scale: number } | undefined {
  const match = /^decimal\((\d+),\s*(\d+)\)$/.exec(type)
  return match ? { precision: Number(match[1]), scale: Number(match[2]) } : undefined
}
