import type { Entrant, GuestRule } from "../ports/meeting-backend.ts"

/** Languages of the join page. */
export type JoinLanguage = "en" | "ja"

/** What the page says instead of the form. */
export type JoinRefusal = "unknown" | "ended" | "refused" | "crowded" | "down" | "misconfigured" | "forged" | "broken"

export type JoinWords = {
  readonly heading: string
  readonly name: string
  readonly nameHint: string
  readonly badName: string
  readonly enter: string
  readonly signInHint: string
  readonly signIn: string
  readonly again: string
  /** Of a meeting that this person opens; no event's content. */
  readonly title: string
  readonly as: (entrant: Entrant, guests: GuestRule) => string
  readonly refusals: Readonly<Record<JoinRefusal, { readonly title: string; readonly text: string }>>
}

const english: JoinWords = {
  heading: "Join the meeting",
  name: "Your name",
  nameHint: "The others see it.",
  badName: "Write a name of up to 64 characters.",
  enter: "Join",
  signInHint: "Is it your meeting, or your organisation's? Sign in first, then open this link again.",
  signIn: "Sign in",
  again: "Try again",
  title: "Meeting",
  as: (entrant, guests) => {
    if (entrant === "owner") return "You are signed in: you enter as the meeting's host."
    if (entrant === "colleague") return "You are signed in, and enter as a participant."
    return guests === "wait" ? "The host lets you in." : ""
  },
  refusals: {
    unknown: {
      title: "There is no such meeting",
      text: "The link may be incomplete, or its meeting ended long ago. Ask whoever sent it to you.",
    },
    ended: { title: "This meeting has ended", text: "Its link leads nowhere any more. Ask its host for a new one." },
    refused: {
      title: "Sign in to join",
      text: "Only people of the host's organisation may enter. Sign in, then open the link again.",
    },
    crowded: { title: "One moment, please", text: "There are too many attempts at once. Wait a little and try again." },
    down: {
      title: "The meeting cannot be opened right now",
      text: "The meeting server does not answer. Try again in a minute; the link stays good.",
    },
    misconfigured: {
      title: "The meeting cannot be opened",
      text: "The meeting server is not set up rightly. Its administrator can mend that; the link stays good.",
    },
    forged: { title: "That came from another page", text: "Open the meeting's link again and join from there." },
    broken: { title: "Something went wrong on our side", text: "It has been noted. Try again in a minute." },
  },
}

const japanese: JoinWords = {
  heading: "会議に参加",
  name: "お名前",
  nameHint: "ほかの参加者に表示されます。",
  badName: "お名前を64文字以内で入力してください。",
  enter: "参加する",
  signInHint: "主催者または同じ組織の方は、先にサインインしてから、このリンクをもう一度開いてください。",
  signIn: "サインイン",
  again: "再試行",
  title: "会議",
  as: (entrant, guests) => {
    if (entrant === "owner") return "サインイン済みです。主催者として参加します。"
    if (entrant === "colleague") return "サインイン済みです。参加者として入室します。"
    return guests === "wait" ? "主催者の許可を待って入室します。" : ""
  },
  refusals: {
    unknown: {
      title: "会議が見つかりません",
      text: "リンクが途中で切れているか、会議の終了から長い時間が経っています。リンクの送り主に確認してください。",
    },
    ended: {
      title: "この会議は終了しました",
      text: "このリンクはもう使えません。新しいリンクを主催者に確認してください。",
    },
    refused: {
      title: "参加するにはサインインしてください",
      text: "主催者と同じ組織の方だけが参加できます。サインインしてから、リンクをもう一度開いてください。",
    },
    crowded: { title: "少しお待ちください", text: "アクセスが集中しています。少し待ってから再試行してください。" },
    down: {
      title: "現在、会議を開けません",
      text: "会議サーバーが応答していません。1分ほど待ってから再試行してください。リンクは引き続き使えます。",
    },
    misconfigured: {
      title: "会議を開けません",
      text: "会議サーバーの設定に問題があります。管理者にお知らせください。リンクは引き続き使えます。",
    },
    forged: {
      title: "別のページから送信されました",
      text: "会議のリンクをもう一度開き、そこから参加してください。",
    },
    broken: {
      title: "サーバーで問題が発生しました",
      text: "問題は記録されました。1分ほど待ってから再試行してください。",
    },
  },
}

export const joinWords: Readonly<Record<JoinLanguage, JoinWords>> = { en: english, ja: japanese }

const preferencesMost = 20

/** Of ours, the one that an Accept-Language header prefers; English where it names neither. */
export function languageFor(header: string | undefined): JoinLanguage {
  const wishes = (header ?? "").slice(0, 500).split(",", preferencesMost).flatMap(wishOf)
  return wishes.reduce((best, wish) => (wish.weight > best.weight ? wish : best), { language: "en", weight: 0 })
    .language
}

type Wish = { readonly language: JoinLanguage; readonly weight: number }

function wishOf(part: string): readonly Wish[] {
  const [, name, quality] = /^\s*(en|ja)(?:-[\w-]+)?\s*(?:;\s*q=([\d.]{1,5})\s*)?$/i.exec(part) ?? []
  const language = name?.toLowerCase()
  if (language !== "en" && language !== "ja") return []
  return [{ language, weight: quality === undefined ? 1 : Number(quality) || 0 }]
}
