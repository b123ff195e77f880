import { Fault } from '#shared/engine/fault.ts'

/** A JSON object of a log, and how messages name it: "/table/_delta_log/00…0.json: add". */
export interface Shape {
  readonly where: string
  readonly fields: Readonly<Record<string, unknown>>
}

export function shapeOf(value: unknown, where: string): Shape {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged(where, 'is not an object')
  return { where, fields: value as Record<string, unknown> }
}

/** The object in a field; undefined when it is null or not there. */
export function inner(shape: Shape, name: string): Shape | undefined {
  const value = shape.fields[name] ?? undefined
  return value === undefined ? undefined : shapeOf(value, `${shape.where}.${name}`)
}

export function text(shape: Shape, name: string): string {
  const value = optionalText(shape, name)
  if (value === undefined) throw damaged(shape.where, `has no ${name}`)
  return value
}

/** Undefined also where the value is no text. */
export function optionalText({ fields }: Shape, name: string): string | undefined {
  const value = fields[name]
  return typeof value === 'string' ? value : undefined
}

export function wholeNumber(shape: Shape, name: string): number {
  const value = optionalNumber(shape, name)
  if (value === undefined || !Number.isInteger(value)) throw damaged(shape.where, `has no whole number ${name}`)
  return value
}

/** Undefined also where the value is no number. */
export function optionalNumber({ fields }: Shape, name: string): number | undefined {
  const value = fields[name]
  return typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : undefined
}

export function long(shape: Shape, name: string): bigint {
  const value = shape.fields[name]
  if (typeof value === 'bigint') return value
  return BigInt(wholeNumber(shape, name))
}

export function texts(shape: Shape, name: string): string[] {
  const value = shape.fields[name]
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) throw damaged(shape.where, `has no list of texts ${name}`)
  return value
}

/** A map of texts; empty when it is not there. */
export function textMap(shape: Shape, name: string): Record<string, string | null> {
  const map = inner(shape, name)
  // fromEntries: a key may be called __proto__.
  return Object.fromEntries(Object.entries(map?.fields ?? {}).map(([key, value]) => [key, value === null || value === undefined ? null : String(value)]))
}

function damaged(where: string, what: string): Fault {
  return new Fault('corrupt', `${where} ${what}: the log is damaged; restore the file from a copy`)
}
