import type { ColumnOrigin } from './columnMapping.ts'

/** The mapping that a candidate stands for: its factor is null where there is none. */
export function originOf({
  from,
  factor,
  as,
  zone,
  onGround
}: Omit<ColumnOrigin, 'factor'> & { readonly factor: number | null }): ColumnOrigin {
  return {
    from,
    ...(factor !== null && { factor }),
    ...(as !== undefined && { as }),
    ...(zone !== undefined && { zone }),
    ...(onGround !== undefined && { onGround })
  }
}
