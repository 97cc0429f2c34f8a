import type { Access } from "@kalends/domain/access"

/** Whose resources are meant, as a path: of the person who signed in, or of the mailbox that an organisation's token opens. */
export function mailboxPath({ mailbox }: Access): string {
  return mailbox === undefined ? "me" : `users/${encodeURIComponent(mailbox)}`
}

/** The address below which a mailbox's calendars are. */
export function mailboxUrl(apiUrl: string, access: Access): string {
  return `${apiUrl}/${mailboxPath(access)}`
}
