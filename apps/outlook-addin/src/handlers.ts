import { isProblem, Problem } from "@kalends/domain/problem"
import type { IpcSettings } from "@kalends/protocol/ipc"
import type { MeetingActs } from "./meeting.ts"
import { problemWords, type Words } from "./messages.ts"
import { asked, type Office, type OfficeEvent, type OfficeItem } from "./office.ts"
import { can, type Feature } from "./requirements.ts"

export type HandlerDeps = {
  readonly office: Office
  readonly acts: MeetingActs
  readonly settings: () => Promise<IpcSettings>
  /** Signs in with a window of Outlook's own; false where that leads to nothing. */
  readonly askWhoItIs: () => Promise<boolean>
  readonly words: Words
}

type Handler = (event: OfficeEvent) => Promise<void>

/**
 * What Outlook runs without a page: the ribbon's buttons, and what happens while an event is written. An event that wakes
 * the add-in changes nothing where Outlook lacks the set for it, where there is no session, or where the service cannot be
 * reached: writing an event never waits for us. Each handler always says that it is done, or Outlook would wait for minutes.
 */
export function createHandlers({ office, acts, settings, askWhoItIs, words }: HandlerDeps) {
  const openItem = (): OfficeItem | null => office.context.mailbox.item

  async function notice(item: OfficeItem, message: string, isError: boolean): Promise<void> {
    const shown = message.slice(0, 150)
    const told = isError
      ? ({ type: "errorMessage", message: shown } as const)
      : ({ type: "informationalMessage", message: shown, icon: "icon16", persistent: false } as const)
    await asked<unknown>((callback) => item.notificationMessages.replaceAsync("kalends", told, callback)).catch(
      () => {},
    )
  }

  /**
   * By the person's own hand: whoever is signed out may be asked who they are, and what goes wrong is said. Outlook on phones
   * shows no notices and puts its switch back instead.
   */
  const pressed =
    (work: (item: OfficeItem) => Promise<string>): Handler =>
    async (event) => {
      const item = openItem()
      if (item === null) return event.completed()
      const asPerson = async () => {
        try {
          return await work(item)
        } catch (error) {
          if (!isProblem(error, "auth-expired") || !(await askWhoItIs())) throw error
          return work(item)
        }
      }
      try {
        await notice(item, await asPerson(), false)
        event.completed()
      } catch (error) {
        await notice(item, wordsOf(error), true)
        event.completed({ allowEvent: false })
      }
    }

  /** By itself: what goes wrong is left to the sync, which sees the event once it is saved. */
  const woken =
    (feature: Feature, work: (item: OfficeItem) => Promise<unknown>): Handler =>
    async (event) => {
      const item = openItem()
      if (item !== null && can(office, feature)) await work(item).catch(() => {})
      event.completed()
    }

  const wordsOf = (error: unknown) =>
    error instanceof Problem ? problemWords(words, error.code ?? null) : words.officeProblem

  const sending: Handler = async (event) => {
    const item = openItem()
    const answer = item === null || !can(office, "checks-at-send") ? null : await sendingAnswer(item)
    event.completed(answer === null ? { allowEvent: true } : { allowEvent: false, errorMessage: answer })
  }

  /** Null: send. Otherwise why to think again; the person may send anyway (SendMode SoftBlock). */
  async function sendingAnswer(item: OfficeItem): Promise<string | null> {
    try {
      await acts.follow(item)
      return null
    } catch (error) {
      if (isProblem(error, "not-found")) return words.sendNotTold
      if (isProblem(error, "unavailable")) return words.sendNotReady
      return null
    }
  }

  return {
    add: pressed(async (item) => {
      const { defaults } = await settings()
      await acts.add(item, { templateId: defaults.templateId, isByHand: true })
      return words.added
    }),
    remove: pressed(async (item) => {
      await acts.remove(item)
      return words.removed
    }),
    newEvent: woken("every-new-event", async (item) => {
      const { isOn, defaults } = await settings()
      const isNew = (await acts.recall(item)) === null
      if (isOn && defaults.addsToEveryEvent && isNew)
        await acts.add(item, { templateId: defaults.templateId, isByHand: false })
    }),
    timeChanged: woken("follows-time", (item) => acts.follow(item)),
    seriesChanged: woken("follows-series", (item) => acts.follow(item)),
    sending,
  }
}
