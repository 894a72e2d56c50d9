/** The public keys that ever signed this log, PEM blocks one after the other. */
export const PUBLIC_KEY_NAME = 'audit.pub'

/** Records that are being moved to a new segment after a failed sync; complete once renamed. */
export const RECOVERING_NAME = 'recovering.tmp'
