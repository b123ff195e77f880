/** Types of columns as Spark and Delta name them: the primitive ones, which is all that keys, measures and gold need. */
export type ValueType =
  | { readonly kind: 'boolean' | 'byte' | 'short' | 'integer' | 'long' }
  | { readonly kind: 'float' | 'double' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'string' | 'binary' | 'date' | 'timestamp' | 'timestamp_ntz' }

/** As Delta's schema writes it: "long", "decimal(10,2)". */
export function formatType(type: ValueType): string {
  return type.kind === 'decimal' ? `decimal(${type.precision},${type.scale})` : type.kind
}

/** A type for a message; one that no query can use is text already. */
export const typeName = (type: ValueType | string): string => (typeof type === 'string' ? type : formatType(type))

export function sameType(a: ValueType, b: ValueType): boolean {
  return formatType(a) === formatType(b)
}

export const isIntegral = (type: ValueType): boolean => ['byte', 'short', 'integer', 'long'].includes(type.kind)
