/**
 * Both queries of a pipeline look for what is new whenever they like: who comes while a look is under way shares it. So what a later look finds is
 * never replaced by what an earlier one found.
 */
export function inTurn<Args extends unknown[]>(look: (...args: Args) => Promise<void>): (...args: Args) => Promise<void> {
  let underWay: Promise<void> | undefined
  return (...args) => (underWay ??= look(...args).finally(() => (underWay = undefined)))
}
