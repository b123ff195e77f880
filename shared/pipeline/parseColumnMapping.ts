import * as z from 'zod'
import { isTimeZone } from './timeZone.ts'
import { columnForms, type ColumnMapping, type ColumnOrigin } from './columnMapping.ts'

const origin = z
  .strictObject({
    from: z.string().min(1),
    factor: z.number().optional(),
    as: z.enum(columnForms).optional(),
    zone: z.string().optional(),
    onGround: z.string().min(1).optional()
  })
  .superRefine(({ factor, as, zone, onGround }, context) => {
    const refuse = (key: keyof ColumnOrigin, message: string) =>
      context.addIssue({ code: 'custom', path: [key], message })
    if (factor !== undefined && as !== undefined && as !== 'phase of flight')
      refuse('factor', `${as} takes no factor: leave it out`)
    if (onGround !== undefined && as !== 'phase of flight')
      refuse('onGround', 'only "as": "phase of flight" asks for it: leave it out')
    if (zone === undefined) {
      if (as === 'local time')
        refuse('zone', '"as": "local time" needs the time zone that the times are in, as "Europe/Berlin" or "UTC"')
    } else if (as !== 'ISO text' && as !== 'local time')
      refuse('zone', 'only "as": "ISO text" and "as": "local time" ask for it: leave it out')
    else if (!isTimeZone(zone))
      refuse('zone', 'no time zone has this name; give an IANA name, as "Europe/Berlin", "Etc/GMT-2" or "UTC"')
  })

/** `silver.columns` of a pipeline file. */
export const columnMappingSchema = z.record(z.string(), origin).superRefine((columns, context) => {
  const names = Object.keys(columns)
  for (const [i, name] of names.entries()) {
    const twin = names.slice(0, i).find((other) => other.toLowerCase() === name.toLowerCase())
    if (twin !== undefined)
      context.addIssue({
        code: 'custom',
        path: [name],
        message: `the mapping has ${twin} too, which differs only by case: keep one of them`
      })
  }
})

/** undefined: it is not a mapping. */
export function parseColumnMapping(value: unknown): ColumnMapping | undefined {
  return columnMappingSchema.safeParse(value).data
}
