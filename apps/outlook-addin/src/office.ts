/**
 * The part of Office's library that this add-in uses, and nothing else: there is no way here to read the description, nor
 * to ask who is invited, so no code of ours can (SPEC 3.1). Office's own objects fit these shapes as they are.
 */
export type OfficeResult<Value> = {
  /** "succeeded" or "failed". */
  readonly status: string
  readonly value: Value
  readonly error?: { readonly code?: number; readonly name?: string; readonly message?: string } | null
}
export type OfficeCallback<Value> = (result: OfficeResult<Value>) => void

interface Readable<Value> {
  getAsync(callback: OfficeCallback<Value>): void
}
interface TextField extends Readable<string> {
  setAsync(text: string, callback: OfficeCallback<unknown>): void
}
type WriteOptions = { readonly coercionType: "html" | "text" }
/** Where text is put without reading what is there. */
interface Body {
  getTypeAsync(callback: OfficeCallback<string>): void
  prependAsync(text: string, options: WriteOptions, callback: OfficeCallback<unknown>): void
  setSelectedDataAsync(text: string, options: WriteOptions, callback: OfficeCallback<unknown>): void
  /** From set 1.13 on. */
  prependOnSendAsync?(text: string | null, options: WriteOptions, callback: OfficeCallback<unknown>): void
}
/** Kept with the event, for this add-in alone. */
export interface CustomProperties {
  get(name: string): unknown
  set(name: string, value: string): void
  remove(name: string): void
  saveAsync(callback: OfficeCallback<unknown>): void
}
type Notification = {
  readonly type: "errorMessage" | "informationalMessage"
  readonly message: string
  readonly icon?: string
  readonly persistent?: boolean
}

/** The event that is being written. */
export interface OfficeItem {
  readonly subject: TextField
  readonly start: Readable<Date>
  readonly location: TextField
  readonly body: Body
  /** From set 1.7 on; null: no series. */
  readonly recurrence?: Readable<unknown>
  /** In preview; where it is missing, an event of a whole day is told as one that begins at midnight. */
  readonly isAllDayEvent?: Readable<boolean>
  /** From set 1.8 on, and only for an event in somebody else's calendar. */
  getSharedPropertiesAsync?(callback: OfficeCallback<{ readonly owner: string }>): void
  loadCustomPropertiesAsync(callback: OfficeCallback<CustomProperties>): void
  readonly notificationMessages: {
    replaceAsync(key: string, message: Notification, callback: OfficeCallback<unknown>): void
  }
}

export interface OfficeMailbox {
  readonly item: OfficeItem | null
  readonly userProfile: {
    /** As Windows names zones, in most clients. */
    readonly timeZone: string
    /** From set 1.6 on. "office365" and "outlookCom" where Microsoft runs the mailbox, "enterprise" on an Exchange server of one's own. */
    readonly accountType?: string
  }
  getUserIdentityTokenAsync?(callback: OfficeCallback<string>): void
}

/** What Office calls an add-in's handler with. */
export interface OfficeEvent {
  completed(options?: { readonly allowEvent: boolean; readonly errorMessage?: string }): void
}

export interface Office {
  readonly context: {
    readonly mailbox: OfficeMailbox
    readonly displayLanguage: string
    readonly requirements: { isSetSupported(name: string, version: string): boolean }
    readonly ui: {
      displayDialogAsync(
        address: string,
        options: { readonly height: number; readonly width: number },
        callback: OfficeCallback<OfficeDialog>,
      ): void
      messageParent?(message: string): void
    }
  }
  readonly actions?: { associate(name: string, handler: (event: OfficeEvent) => void): void }
  onReady(callback: () => void): unknown
}
export interface OfficeDialog {
  close(): void
  addEventHandler(kind: string, handler: (told: { readonly message?: string; readonly error?: number }) => void): void
}

/** What Office could not do, with its own number. */
export class OfficeFailure extends Error {
  override readonly name = "OfficeFailure"
  readonly code: number | null

  constructor(code: number | null, message: string) {
    super(message)
    this.code = code
  }
}

/** Office's callbacks as a promise. Throws OfficeFailure. */
export function asked<Value>(call: (callback: OfficeCallback<Value>) => void): Promise<Value> {
  return new Promise((resolve, reject) => {
    call(({ status, value, error }) =>
      status === "succeeded" ? resolve(value) : reject(new OfficeFailure(error?.code ?? null, error?.message ?? "")),
    )
  })
}
