import { Problem } from "@kalends/domain/problem"
import type { IpcSettings } from "@kalends/protocol/ipc"
import { z } from "zod"
import type { WrittenMeeting } from "./event.ts"
import type { MeetingActs } from "./meeting.ts"
import { problemWords, type Words } from "./messages.ts"
import { asked, type Office, type OfficeDialog, type OfficeItem } from "./office.ts"
import { can, type Feature, missing } from "./requirements.ts"
import type { PairingCode } from "./service.ts"
import { type SignInDeps, signInByHand, signInQuietly } from "./sign-in.ts"

export type PaneState = {
  readonly phase: "loading" | "no-event" | "signed-out" | "code" | "ready"
  readonly busy: "adding" | "updating" | "removing" | "signing-in" | null
  readonly settings: IpcSettings | null
  readonly meeting: WrittenMeeting | null
  /** Whose calendar the event is in, where it is somebody else's. */
  readonly owner: string | null
  readonly code: PairingCode | null
  readonly isSure: boolean
  readonly notice: string | null
  readonly problem: string | null
  readonly missing: readonly Feature[]
}

export type PaneDeps = SignInDeps & {
  readonly office: Office
  readonly acts: MeetingActs
  readonly settings: () => Promise<IpcSettings>
  readonly words: Words
  readonly world: {
    readonly origin: () => string
    every(delayMs: number, callback: () => void): () => void
  }
}

const dialogAnswerSchema = z.object({ token: z.string().nullable() })

/** The task pane as a state and what can be done in it; the view only shows it. */
export function createPane(deps: PaneDeps) {
  const { office, acts, service, words, world } = deps
  let state: PaneState = {
    ...{ phase: "loading", busy: null, settings: null, meeting: null, owner: null, code: null, isSure: false },
    ...{ notice: null, problem: null, missing: missing(office) },
  }
  const watchers = new Set<() => void>()
  let stopAsking = () => {}

  function become(change: Partial<PaneState>): void {
    state = { ...state, ...change }
    for (const watcher of watchers) watcher()
  }
  const wordsOf = (error: unknown) =>
    error instanceof Problem ? problemWords(words, error.code ?? null) : words.officeProblem

  /** Does one thing at a time; what goes wrong is said, and a session that is over leads back to the door. */
  async function busily(busy: PaneState["busy"], work: () => Promise<Partial<PaneState>>): Promise<void> {
    if (state.busy !== null) return
    become({ busy, notice: null, problem: null, isSure: false })
    try {
      become({ ...(await work()), busy: null })
    } catch (error) {
      const isOut = error instanceof Problem && error.kind === "auth-expired"
      become({ busy: null, ...(isOut ? { phase: "signed-out" } : { problem: wordsOf(error) }) })
    }
  }

  const withItem = (work: (item: OfficeItem) => Promise<Partial<PaneState>>) => async () => {
    const { item } = office.context.mailbox
    return item === null ? ({ phase: "no-event" } as const) : work(item)
  }

  const look = withItem(async (item) => {
    if (!(await signInQuietly(deps))) return { phase: "signed-out" }
    const settings = await deps.settings()
    const [meeting, owner] = [await acts.find(item), await acts.owner(item)]
    return { phase: "ready", settings, meeting, owner, code: null }
  })

  async function askCode(code: PairingCode): Promise<void> {
    try {
      if (!(await service.codeIsTyped(code))) return
      stopAsking()
      deps.kept.write(code.token)
      service.use(code.token)
      await busily(null, look)
    } catch (error) {
      if (error instanceof Problem && error.code === "service-unreachable") return
      stopAsking()
      become({ code: null, problem: words.codeOver })
    }
  }

  /** Office's own dialog; null where it cannot open, or the person closed it. */
  async function tokenFromDialog(): Promise<string | null> {
    const address = `${world.origin()}/outlook/dialog`
    const { ui } = office.context
    const dialog = await asked<OfficeDialog>((callback) =>
      ui.displayDialogAsync(address, { height: 60, width: 30 }, callback),
    ).catch(() => null)
    if (dialog === null) return null
    return new Promise((resolve) => {
      dialog.addEventHandler("dialogMessageReceived", ({ message }) => {
        dialog.close()
        resolve(tokenIn(message))
      })
      dialog.addEventHandler("dialogEventReceived", () => resolve(null))
    })
  }

  async function newCode(): Promise<Partial<PaneState>> {
    stopAsking()
    const code = await service.beginCode()
    stopAsking = world.every(code.pollSeconds * 1_000, () => void askCode(code))
    return { phase: "code", code }
  }

  return {
    get state() {
      return state
    },
    subscribe(watcher: () => void): () => void {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
    words,
    open: () => busily(null, look),
    /** With Outlook's own window, with a dialog of ours where Outlook knows of no such thing; else with a code. */
    signIn: () =>
      busily("signing-in", async () => {
        if (await signInByHand(deps)) return look()
        const isOwnServer = office.context.mailbox.userProfile.accountType === "enterprise"
        const token = isOwnServer || can(office, "single-sign-on") ? null : await tokenFromDialog()
        if (token === null) return newCode()
        await service.open({ kind: "entra", token })
        return look()
      }),
    askForCode: () => busily("signing-in", newCode),
    add: () =>
      busily(
        "adding",
        withItem(async (item) => {
          const templateId = state.settings?.defaults.templateId ?? null
          return { meeting: await acts.add(item, { templateId, isByHand: true }), notice: words.addedText }
        }),
      ),
    follow: () =>
      busily(
        "updating",
        withItem(async (item) => {
          await acts.follow(item)
          return { notice: words.updated }
        }),
      ),
    beSure: (isSure: boolean) => become({ isSure }),
    remove: () =>
      busily(
        "removing",
        withItem(async (item) => {
          await acts.remove(item)
          return { meeting: null, notice: words.removed }
        }),
      ),
    choose: (change: Partial<IpcSettings["defaults"]>) =>
      busily("updating", async () => {
        const { settings } = state
        if (settings === null) return {}
        const defaults = { ...settings.defaults, ...change }
        await service.saveDefaults(defaults)
        return { settings: { ...settings, defaults }, notice: words.everyEventSaved }
      }),
    say: (notice: string) => become({ notice }),
  }
}

export type Pane = ReturnType<typeof createPane>

function tokenIn(message: string | undefined): string | null {
  try {
    return dialogAnswerSchema.safeParse(JSON.parse(message ?? "")).data?.token ?? null
  } catch {
    return null
  }
}
