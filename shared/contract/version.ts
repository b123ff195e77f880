/**
 * Of the messages between a workbench and its host. Raise it with every change of shared/contract or of a column mapping:
 * `test/contract/version.test.ts` holds a hash of it.
 */
export const protocolVersion = 4
