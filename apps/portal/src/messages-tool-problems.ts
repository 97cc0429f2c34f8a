import type { Language } from "@kalends/ui/words"
import type { Texts } from "./messages-problems.ts"

/** What is refused to scheduling tools, and to whoever signs one in. */
export const toolProblemTexts: Readonly<Record<Language, Texts>> = {
  en: {
    "pairing-code-wrong": "Nothing shows this code, or it is too old. Look at it there and type it again.",
    "not-set-up": "This service is not set up yet. Ask your administrator.",
    "too-many-pairings": "Too many codes are open at once. Try again in a minute.",
    "pairing-over": "This code is over. Let a new one be shown.",
    "no-door": "Tools cannot sign in here this way.",
    "not-linked": "Nobody here is linked to that account. Sign in to Kalends with it once.",
    "tool-session": "A scheduling tool may not do this. Do it in the portal.",
  },
  ja: {
    "pairing-code-wrong":
      "このコードを表示しているものがないか、期限が切れています。表示を確かめて入力し直してください。",
    "not-set-up": "このサービスはまだ設定されていません。管理者に確認してください。",
    "too-many-pairings": "同時に開いているコードが多すぎます。1 分後にもう一度お試しください。",
    "pairing-over": "このコードは終了しました。新しいコードを表示してください。",
    "no-door": "この方法では、ツールはここにサインインできません。",
    "not-linked": "そのアカウントに結び付いた人がいません。一度そのアカウントで Kalends にサインインしてください。",
    "tool-session": "スケジュールツールからは実行できません。ポータルで実行してください。",
  },
}
