/** SQL over the tables of the run. */
export function Sql() {
  return <section aria-label="SQL" />
}
