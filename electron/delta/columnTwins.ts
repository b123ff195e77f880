import { Fault } from '#shared/engine/fault.ts'

interface Named {
  readonly name: string
}

/** The name under which a column is looked up: Spark ignores case. */
export const foldedName = ({ name }: Named): string => name.toLowerCase()

/**
 * Refuses columns of one level that have one name, but for case: which of them is meant, nothing says. `where`: the
 * file that has them; `path`: the
 * column that has them as fields, if any.
 */
export function refuseTwins(columns: readonly Named[], where: string, path = ''): void {
  const known = new Map<string, Named>()
  for (const column of columns) {
    const twin = known.get(foldedName(column))
    if (twin) throw twinsFault([twin, column], where, path)
    known.set(foldedName(column), column)
  }
}

export function twinsFault(twins: readonly Named[], where: string, path = ''): Fault {
  const names = twins.map(({ name }) => (path === '' ? name : `${path}.${name}`))
  return new Fault(
    'schema',
    `[COLUMN_ALREADY_EXISTS] ${where} has two columns ${names.join(' and ')}, and names of columns ignore case: ` +
      'rename or remove one of them'
  )
}
