import { bodiless, type Codec } from '../codec.ts'

/** ParseComplete (B): a statement is prepared. Spec: protocol-message-formats, "ParseComplete". */
export interface ParseComplete {
  readonly type: 'ParseComplete'
}

export const ParseComplete: Codec<ParseComplete> = bodiless(0x31 /* '1' */, { type: 'ParseComplete' })

/** BindComplete (B): a portal is made. Spec: protocol-message-formats, "BindComplete". */
export interface BindComplete {
  readonly type: 'BindComplete'
}

export const BindComplete: Codec<BindComplete> = bodiless(0x32 /* '2' */, { type: 'BindComplete' })

/** CloseComplete (B): a statement or portal is gone, or never was. Spec: protocol-message-formats, "CloseComplete". */
export interface CloseComplete {
  readonly type: 'CloseComplete'
}

export const CloseComplete: Codec<CloseComplete> = bodiless(0x33 /* '3' */, { type: 'CloseComplete' })

/** EmptyQueryResponse (B): an empty text was run; comes in place of CommandComplete. Spec: protocol-message-formats, "EmptyQueryResponse". */
export interface EmptyQueryResponse {
  readonly type: 'EmptyQueryResponse'
}

export const EmptyQueryResponse: Codec<EmptyQueryResponse> = bodiless(0x49 /* 'I' */, { type: 'EmptyQueryResponse' })

/** NoData (B): what was described returns no rows. Spec: protocol-message-formats, "NoData". */
export interface NoData {
  readonly type: 'NoData'
}

export const NoData: Codec<NoData> = bodiless(0x6e /* 'n' */, { type: 'NoData' })

/** PortalSuspended (B): an Execute's row limit was reached; the portal can be executed again. Spec: protocol-message-formats, "PortalSuspended". */
export interface PortalSuspended {
  readonly type: 'PortalSuspended'
}

export const PortalSuspended: Codec<PortalSuspended> = bodiless(0x73 /* 's' */, { type: 'PortalSuspended' })
